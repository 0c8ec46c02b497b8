import { refusedBy } from '../artifacts/version';
import type { Environment } from '../config/model';
import type { PlanNote, Release } from '../contracts/deploy';
import type { AuditRecord } from '../contracts/deployRecord';
import { EnvironmentError } from './errors';
import { isWithin, localTimeText, windowText } from './window';

/** An environment and its name. */
export interface NamedEnvironment {
  readonly name: string;
  readonly environment: Environment;
}

/**
 * The last deployments of the application in another environment, newest first; undefined where that does not have
 * the application, so that nothing can be asked of it.
 */
export type HistoryOf = (environment: string) => Promise<readonly AuditRecord[] | undefined>;

/** Throws `EnvironmentError` `outsideWindow` where releases are not allowed now. */
export function checkWindow({ name, environment }: NamedEnvironment, now: number): void {
  const { window } = environment;
  if (!window || isWithin(window, now)) return;
  throw new EnvironmentError('outsideWindow', `${name} takes releases ${windowText(window)}`, {
    environment: name,
    window: windowText(window),
    now: localTimeText(now, window.zone),
  });
}

/** Throws `EnvironmentError` `outsideChannel` where the environment does not take releases of that name. */
export function checkChannel({ name, environment }: NamedEnvironment, version: string): void {
  const refused = refusedBy(version, environment.channel ?? {});
  if (!refused) return;
  const { rule, wanted } = refused;
  throw new EnvironmentError('outsideChannel', `${name} does not take ${version}`, {
    environment: name,
    version,
    rule,
    wanted,
  });
}

/**
 * Whether a release has come the way that leads to an environment: live before in the one it comes `after`, tested
 * where a gate says. Resolves to what a person should know of it; rejects with `EnvironmentError` `notPromoted` or
 * `smokeMissing`.
 */
export async function checkPromotion(
  { name, environment }: NamedEnvironment,
  release: Release,
  historyOf: HistoryOf,
): Promise<PlanNote[]> {
  const { after, gates, window } = environment;
  const notes: PlanNote[] = [];
  const details = { environment: name, version: release.version };
  if (after !== undefined) {
    const history = await historyOf(after);
    if (history && !history.some((record) => wasLive(record, release)))
      throw new EnvironmentError('notPromoted', `${release.version} was never live in ${after}`, {
        ...details,
        after,
      });
    if (history) notes.push({ kind: 'promoted', subject: after });
  }
  for (const gate of gates) {
    if (gate.kind !== 'smoke') continue;
    const history = await historyOf(gate.environment);
    if (!history?.some((record) => wasLive(record, release) && wasTested(record)))
      throw new EnvironmentError('smokeMissing', `${release.version} was not tested in ${gate.environment}`, {
        ...details,
        gate: gate.environment,
      });
    notes.push({ kind: 'tested', subject: gate.environment });
  }
  const approvals = approvalsNeeded(environment);
  if (approvals > 0) notes.push({ kind: 'needsApproval', subject: String(approvals) });
  if (window) notes.push({ kind: 'window', subject: windowText(window) });
  return notes;
}

/** How many others must approve. */
export function approvalsNeeded({ gates }: Environment): number {
  return Math.max(0, ...gates.map((gate) => (gate.kind === 'approval' ? gate.count : 0)));
}

/**
 * Those who count: everybody once, and not who deploys (`actor`, as `user@machine`). Throws `EnvironmentError` `approvalsMissing` when they are
 * too few.
 */
export function checkApprovals(
  { name, environment }: NamedEnvironment,
  given: readonly string[],
  actor: string,
): string[] {
  const wanted = approvalsNeeded(environment);
  const own = ['', actor, actor.replace(/@.*$/, '')];
  const by = [...new Set(given.map((each) => each.trim()))].filter((each) => !own.includes(each));
  if (by.length < wanted)
    throw new EnvironmentError('approvalsMissing', `${by.length} of ${wanted} approved`, {
      environment: name,
      wanted,
      given: by.length,
    });
  return by;
}

/** By what was built, not by its name: another environment has another configuration, and a tag may move. */
function wasLive({ outcome, intent, release }: AuditRecord, { artifact }: Release): boolean {
  const hasPlaced = intent === 'deploy' || intent === 'rollback';
  return outcome === 'done' && hasPlaced && release.artifact === artifact;
}

function wasTested({ receipt }: AuditRecord): boolean {
  const tests = receipt.steps.filter(({ step }) => step.endsWith('/smoke'));
  return tests.length > 0 && tests.every(({ state }) => state === 'done');
}
