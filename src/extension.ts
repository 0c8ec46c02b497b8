import * as vscode from 'vscode';
import type { Api } from './editor/api';
import type { App } from './editor/app';
import { BytecodeDocuments } from './editor/bytecode';
import { registerCommands } from './editor/commands';
import { Comparisons } from './editor/comparisons';
import { CompileOnSave } from './editor/compileOnSave';
import { Configurations } from './editor/configuration';
import { connectSwaps } from './editor/connectSwaps';
import { ContextKeys } from './editor/contextKeys';
import { SwapDecorations } from './editor/decorations';
import { Applications } from './editor/deploy/applications';
import { connectDeployments } from './editor/deploy/connect';
import { DeployDocuments } from './editor/deploy/documents';
import { ReplaceableDialogs } from './editor/dialogs';
import { EditorDialers } from './editor/dialers';
import { Jvms } from './editor/jvms';
import { EditorLedger } from './editor/ledger';
import { registerLanguage } from './editor/language/register';
import { ChannelLog } from './editor/log';
import { Notifier } from './editor/notify';
import { registerPredictionFixes } from './editor/predictionFixes';
import { PredictionDiagnostics } from './editor/predictions';
import { PreviewDocuments } from './editor/previewDocuments';
import { EditorPrompter } from './editor/prompter';
import { Sample } from './editor/sample';
import { Secrets } from './editor/secrets';
import { Status } from './editor/status';
import { runStep } from './editor/steps';
import { SwappedTexts } from './editor/swappedTexts';
import { TrafficBoards } from './editor/traffic/trafficBoards';
import { ComparisonView } from './editor/views/comparison';
import { ContainersView } from './editor/views/containers';
import { DeploymentsView } from './editor/views/deployments';
import { EnvironmentsView } from './editor/views/environments';
import { SwapsView } from './editor/views/swaps';
import { TomcatsView } from './editor/views/tomcats';
import { DisposableStore } from './util/disposables';

/** Puts the extension together. Nothing heavy is loaded here: what is, loads with its first use. */
export function activate(context: vscode.ExtensionContext): Api {
  const store = new DisposableStore();
  context.subscriptions.push(store);
  const log = store.add(new ChannelLog());
  const dialogs = new ReplaceableDialogs();
  const secrets = new Secrets(context.secrets, dialogs);
  const prompter = new EditorPrompter(dialogs, context.secrets);
  const dialers = store.add(new EditorDialers(secrets, prompter, log));
  const configurations = store.add(new Configurations());
  const ledger = store.add(new EditorLedger(context, log));
  const jvms = store.add(new Jvms(configurations, { secrets, dialers }, ledger, log));
  const notifier = new Notifier(dialogs, runStep, log);
  const keys = store.add(new ContextKeys(configurations, jvms));
  const status = store.add(new Status(jvms));
  const decorations = store.add(new SwapDecorations());
  const applications = store.add(new Applications(configurations, dialers, log));
  const deployDocuments = store.add(new DeployDocuments());
  const trafficBoards = store.add(new TrafficBoards(context.extensionUri));
  const deployments = store.add(new DeploymentsView(applications));
  const environments = store.add(new EnvironmentsView(jvms, applications));
  const containers = store.add(new ContainersView({ configurations, dialers, jvms }));
  const tomcats = store.add(new TomcatsView({ configurations, dialers, jvms }));
  const swaps = store.add(new SwapsView(ledger));
  const bytecode = store.add(new BytecodeDocuments());
  bytecode.addSource('ledger', async (key) => ledger.bytecode(...(key.split('/') as [string, string?])));
  const comparisons = store.add(new Comparisons(jvms));
  const comparison = store.add(new ComparisonView(comparisons));
  const swappedTexts = store.add(new SwappedTexts(jvms));
  const predictions = store.add(new PredictionDiagnostics({ jvms, texts: swappedTexts, log }));
  store.add(registerPredictionFixes(predictions, swappedTexts));
  const previews = store.add(new PreviewDocuments());
  const compiler = store.add(new CompileOnSave({ context, jvms, status, notifier, predictions, log }));
  const sample = store.add(new Sample(context, keys));
  const app: App = {
    context,
    log,
    dialogs,
    dialers,
    configurations,
    jvms,
    ledger,
    applications,
    deployDocuments,
    deployments,
    trafficBoards,
    environments,
    containers,
    tomcats,
    swaps,
    bytecode,
    comparisons,
    comparison,
    compiler,
    previews,
    predictions,
    swappedTexts,
    sample,
    notifier,
  };
  environments.register();
  containers.register();
  tomcats.register();
  deployments.register();
  store.add(connectDeployments(app, keys));
  swaps.register();
  comparison.register();
  store.add(registerCommands(app));
  store.add(registerLanguage());
  store.add(connectSwaps(app, decorations, keys));
  const whenReady = configurations.load();
  if (vscode.workspace.isTrusted)
    void sample.startIfPending().catch((error: unknown) => notifier.error(error));
  return {
    jvms,
    ledger,
    swaps,
    dialogs,
    applications,
    environments,
    deployments,
    status,
    decorations,
    predictions,
    comparisons,
    comparison,
    containers,
    tomcats,
    whenReady,
    dispose: () => store.dispose(),
  };
}
