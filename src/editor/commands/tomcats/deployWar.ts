import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { SwapdeckConfig } from '../../../config/model';
import type { Receipt } from '../../../contracts/deployRecord';
import { subjectOf } from '../../../environments/operations';
import { warName, type WarDeployment } from '../../../environments/warDeployment';
import type { ServerNode } from '../../../targets/tomcat/fleet/nodes';
import { looseVersion, contextFor } from '../../../targets/tomcat/fleet/looseWar';
import type { App } from '../../app';
import { deployByPlan } from '../../deploy/flow';
import type { PlacedApplication } from '../../deploy/placed';
import { t } from '../../text';
import { applicationsAt, environmentsAt, type TomcatPlace } from '../../tomcats/place';
import { chooseServer, pathOf } from './choose';
import { chooseWar } from './convert';

/** From the weakest to the strongest. */
const PROTECTIONS = ['none', 'confirm', 'type-name'] as const;

/**
 * Deploys to a server: an application that the configuration puts there, as any deployment, or the WAR file `war` (its
 * path; chosen unless given) as a version beside those that are there.
 */
export async function deployWar(app: App, node?: unknown, war?: unknown): Promise<unknown> {
  const chosen = await chooseServer(app, node, t('Deploy WAR'));
  if (!chosen) return undefined;
  const place = (await app.tomcats.tree()).placeOf(chosen);
  const context = pathOf(node)?.context.path;
  if (typeof war === 'string') return deployFile(app, chosen, war, context);
  const application = await chooseApplication(app, place, context);
  if (application === undefined) return undefined;
  if (application !== 'file') return vscode.commands.executeCommand('swapdeck.deploy', application);
  const file = await chooseWar(t('Deploy to {0}', chosen.server.name));
  return file === undefined ? undefined : deployFile(app, chosen, file, context);
}

/** Asked only where the configuration puts something there. */
async function chooseApplication(
  { applications }: App,
  place: TomcatPlace,
  context: string | undefined,
): Promise<PlacedApplication | 'file' | undefined> {
  const placed = applicationsAt(place)
    .filter((each) => context === undefined || each.context === context)
    .flatMap(({ environment, application, context: path }) => {
      const found = applications
        .in(place.configuration.uri.toString(), environment)
        .find((each) => each.application === application);
      return found
        ? [{ label: `$(package) ${application}`, description: `${environment} · ${path}`, value: found }]
        : [];
    });
  if (placed.length === 0) return 'file';
  const items = [
    ...placed,
    {
      label: `$(file-zip) ${t('A WAR file...')}`,
      description: t('on this server alone'),
      value: 'file' as const,
    },
  ];
  return (await vscode.window.showQuickPick(items, { title: t('Deploy to {0}', place.name) }))?.value;
}

async function deployFile(
  app: App,
  node: ServerNode,
  file: string,
  given: string | undefined,
): Promise<Receipt | undefined> {
  const { server } = node;
  const tree = await app.tomcats.tree();
  const context = given ?? (await askContext(app, file));
  if (context === undefined) return undefined;
  const placed = placedWar(tree.placeOf(node), context);
  const title = t('Planning the deployment of {0} to {1}', basename(file), server.name);
  const receipt = await deployByPlan<WarDeployment>(
    app,
    placed,
    title,
    (deployment, signal) => deployment.plan({ file, version: looseVersion(file) }, signal),
    // The WAR that it was converted to, where it is for the wrong namespace.
    { converted: (war) => deployFile(app, node, war, context) },
  );
  void server.ask();
  return receipt;
}

function askContext({ dialogs }: App, file: string): Promise<string | undefined> {
  return dialogs.input({
    title: t('Deploy {0}', basename(file)),
    prompt: t('The context path: where its pages begin. "/" is the root.'),
    value: contextFor(file),
    validateInput: (text) =>
      isContext(text) ? undefined : t('A path such as /shop, without a slash at its end.'),
  });
}

/** As the schema says of `context`. */
function isContext(text: string): boolean {
  return text === '/' || /^(\/[^/\s?#%\\]+)+$/.test(text);
}

/**
 * Where a WAR is planned: in the most protected environment that puts something on the server; without one, in one of
 * the server's own name.
 */
function placedWar(place: TomcatPlace, context: string): PlacedApplication {
  const { configuration, name } = place;
  const strength = ([, { protection }]: ReturnType<typeof environmentsAt>[number]): number =>
    PROTECTIONS.indexOf(protection);
  const [strongest] = environmentsAt(place).sort((a, b) => strength(b) - strength(a));
  const environment = strongest?.[0] ?? name;
  const application = subjectOf(warName(name, context), 'war');
  return {
    id: `${configuration.uri.toString()}#${environment}/${application}`,
    environment,
    application,
    configuration: strongest
      ? configuration
      : { ...configuration, config: withOwn(configuration.config!, name) },
  };
}

function withOwn(config: SwapdeckConfig, name: string): SwapdeckConfig {
  const own = {
    protection: 'none',
    jvms: {},
    applications: {},
    gates: [],
    certificates: [],
    addresses: [],
  } satisfies SwapdeckConfig['environments'][string];
  return {
    ...config,
    environments: { ...config.environments, [name]: config.environments[name] ?? own },
  };
}
