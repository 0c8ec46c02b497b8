import type * as vscode from 'vscode';
import type { BytecodeDocuments } from './bytecode';
import type { Comparisons } from './comparisons';
import type { CompileOnSave } from './compileOnSave';
import type { Configurations } from './configuration';
import type { Applications } from './deploy/applications';
import type { DeployDocuments } from './deploy/documents';
import type { Dialogs } from './dialogs';
import type { Dialers } from './entries';
import type { Jvms } from './jvms';
import type { EditorLedger } from './ledger';
import type { ChannelLog } from './log';
import type { Notifier } from './notify';
import type { PredictionDiagnostics } from './predictions';
import type { PreviewDocuments } from './previewDocuments';
import type { Sample } from './sample';
import type { SwappedTexts } from './swappedTexts';
import type { ComparisonView } from './views/comparison';
import type { ContainersView } from './views/containers';
import type { DeploymentsView } from './views/deployments';
import type { EnvironmentsView } from './views/environments';
import type { SwapsView } from './views/swaps';

/** The parts of the running extension, as its commands see them. */
export interface App {
  readonly context: vscode.ExtensionContext;
  readonly log: ChannelLog;
  readonly dialogs: Dialogs;
  readonly dialers: Dialers;
  readonly configurations: Configurations;
  readonly jvms: Jvms;
  readonly ledger: EditorLedger;
  readonly applications: Applications;
  readonly deployDocuments: DeployDocuments;
  readonly deployments: DeploymentsView;
  readonly environments: EnvironmentsView;
  readonly containers: ContainersView;
  readonly swaps: SwapsView;
  readonly bytecode: BytecodeDocuments;
  readonly comparisons: Comparisons;
  readonly comparison: ComparisonView;
  readonly compiler: CompileOnSave;
  readonly previews: PreviewDocuments;
  readonly predictions: PredictionDiagnostics;
  readonly swappedTexts: SwappedTexts;
  readonly sample: Sample;
  readonly notifier: Notifier;
}
