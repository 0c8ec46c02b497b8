import * as vscode from 'vscode';
import type { Call } from '../../../contracts/deployCall';
import { START_MS } from '../../../environments/tomcatApplication';
import type { SessionInfo } from '../../../targets/tomcat/details';
import type { VersionNode } from '../../../targets/tomcat/fleet/nodes';
import type { ContextVersion } from '../../../targets/tomcat/fleet/contexts';
import type { ManagerCalls } from '../../../targets/tomcat/manager';
import { TomcatError } from '../../../targets/tomcat/errors';
import type { App } from '../../app';
import { t } from '../../text';
import { protectedAt } from '../../tomcats/place';
import { nodeName, sessionCount } from '../../tomcats/words';
import { versionOf } from './choose';

/** What is done with a version, and what a person must know before. */
interface Change {
  /** What the row says meanwhile. */
  readonly words: string;
  readonly call: (calls: ManagerCalls, version: ContextVersion) => Call;
  /** Without one nobody is asked where nothing is lost and nothing is protected. */
  readonly question: (name: string) => string;
  readonly button: string;
  /** What becomes of users, in sentences. */
  readonly effects: (version: ContextVersion) => readonly string[];
  readonly mustAsk: (version: ContextVersion) => boolean;
}

/** Going back to what ran before loses nobody anything: nobody is asked unless it is protected, or someone else's. */
export function start(app: App, node?: unknown): Promise<void> {
  return change(app, node, {
    words: t('starting'),
    call: (calls, version) => calls.start(version, START_MS),
    question: (name) => t('Start {0}?', name),
    button: t('Start'),
    effects: () => [t('Where it is the newest version that runs, new users get it.')],
    mustAsk: () => false,
  });
}

export function stop(app: App, node?: unknown): Promise<void> {
  return change(app, node, {
    words: t('stopping'),
    call: (calls, version) => calls.stop(version),
    question: (name) => t('Stop {0}?', name),
    button: t('Stop'),
    effects: (version) => [lossOf(version), successorWords(version)],
    mustAsk: isInUse,
  });
}

export function reload(app: App, node?: unknown): Promise<void> {
  return change(app, node, {
    words: t('reloading'),
    call: (calls, version) => calls.reload(version, START_MS),
    question: (name) => t('Reload {0}?', name),
    button: t('Reload'),
    effects: (version) => [
      t('Requests wait or fail until it has started again.'),
      version.sessions > 0
        ? t('{0} stay if what is in them can be written to disk.', sessionCount(version.sessions))
        : '',
    ],
    mustAsk: isInUse,
  });
}

export function undeploy(app: App, node?: unknown): Promise<void> {
  return change(app, node, {
    words: t('undeploying'),
    call: (calls, version) => calls.undeploy(version),
    question: (name) => t('Undeploy {0}?', name),
    button: t('Undeploy'),
    effects: (version) => [
      t('It is stopped, and its files are removed from the server.'),
      lossOf(version),
      successorWords(version),
    ],
    mustAsk: () => true,
  });
}

/** Ends sessions that were idle for as long as a person says. */
export async function expireSessions(app: App, node?: unknown): Promise<void> {
  const chosen = versionOf(node);
  if (!chosen) return;
  const { server, version } = chosen;
  const typed = await app.dialogs.input({
    title: t('Expire Sessions of {0}', nodeName(chosen)),
    prompt: t('End sessions that were idle for at least so many minutes; 0 ends all of them.'),
    value: '30',
    validateInput: (text) => (/^\d{1,6}$/.test(text.trim()) ? undefined : t('A number of minutes.')),
  });
  if (typed === undefined) return;
  const idleMinutes = Number(typed.trim());
  const { signal } = new AbortController();
  const { idle } = await server.perform<SessionInfo>((calls) => calls.sessions(version), signal);
  const ending = idle
    .filter(({ atLeastMinutes }) => atLeastMinutes >= idleMinutes)
    .reduce((sum, { sessions }) => sum + sessions, 0);
  await change(app, chosen, {
    words: t('ending sessions'),
    call: (calls) => calls.expire(version, idleMinutes),
    question: (name) => t('End {0} of {1}?', sessionCount(ending), name),
    button: t('End Sessions'),
    effects: () => [t('What they hold is lost; these users begin anew.')],
    mustAsk: () => ending > 0,
  });
}

async function change(app: App, node: unknown, what: Change): Promise<void> {
  const chosen = versionOf(node);
  if (!chosen) return;
  const tree = await app.tomcats.tree();
  const now = await fresh(chosen);
  if (!(await isSure(app, { ...chosen, version: now }, what))) return;
  await vscode.window.withProgress({ location: { viewId: 'swapdeck.tomcats' } }, () =>
    tree.during(chosen, what.words, () =>
      chosen.server.perform((calls) => what.call(calls, now), new AbortController().signal),
    ),
  );
}

/** The version as it is at this moment: what a row shows may be of an hour ago. */
export async function fresh({ server, version }: VersionNode): Promise<ContextVersion> {
  await server.ask();
  if (server.state.kind === 'failed') throw server.state.error;
  const found = server.version(version);
  if (found) return found;
  throw new TomcatError('refused', `${version.name} is gone`, {
    peer: server.name,
    said: t('{0} is no longer there', version.name),
  });
}

async function isSure(app: App, node: VersionNode, what: Change): Promise<boolean> {
  const { version } = node;
  const protectedBy = await protection(app, node);
  const isForeign = version.deployed === undefined;
  if (!what.mustAsk(version) && !isForeign && protectedBy === '') return true;
  const lines = [...what.effects(version), foreignWords(version), protectedBy];
  const detail = lines.filter((line) => line !== '').join('\n\n');
  return app.dialogs.confirm(what.question(nodeName(node)), detail, what.button);
}

export async function protection(app: App, node: VersionNode): Promise<string> {
  const names = protectedAt((await app.tomcats.tree()).placeOf(node));
  if (names.length === 0) return '';
  return names.length === 1
    ? t('The environment {0} is protected.', names[0]!)
    : t('The environments {0} are protected.', names.join(', '));
}

export function foreignWords({ deployed }: ContextVersion): string {
  return deployed === undefined ? t('Someone else deployed it, not Swapdeck.') : '';
}

/** What users of a version lose with it. */
export function lossOf({ sessions }: ContextVersion): string {
  if (sessions === 0) return '';
  return sessions === 1
    ? t('1 session is lost: its user begins anew.')
    : t('{0} sessions are lost: their users begin anew.', sessions);
}

function isInUse({ isNewest, sessions }: ContextVersion): boolean {
  return isNewest || sessions > 0;
}

/** Who gets its users: known only to the server, but for there being one. */
function successorWords({ isNewest }: ContextVersion): string {
  return isNewest
    ? t('New users get the newest version that still runs; without another one they get 404.')
    : '';
}
