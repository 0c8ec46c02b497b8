import type { Plan, Step } from '../contracts/deploy';
import type { Call } from '../contracts/deployCall';
import { DeployError } from '../contracts/deployError';
import { placeholdersOf } from './fill';

/**
 * Refuses a plan that could not be resumed or undone: the rules of `Step`, checked when it is made and again before
 * it is executed. Throws `DeployError` `invalidPlan` with `step` and `problem`: `twice` (two steps of one id), `unbound` (a binding
 * used before a step that makes it), `undoNeedsOwn` (an undo that uses a binding that its step's `do` makes), `notFinal`
 * (something that can be undone after something that can't), `writesToVerify`, `empty`.
 */
export function checkPlan(plan: Plan): void {
  const seen = new Set<string>();
  const bound = new Set<string>();
  let final = false;
  for (const step of plan.steps) {
    if (seen.has(step.id)) refuse(step, 'twice');
    seen.add(step.id);
    if (step.do.length === 0) refuse(step, 'empty');
    if (final && !step.final) refuse(step, 'notFinal');
    final ||= step.final === true;
    const whileUndoing = new Set(bound);
    for (const call of step.undo) {
      if (lacking(call, whileUndoing) !== undefined) refuse(step, 'undoNeedsOwn');
      for (const made of Object.keys(call.binds ?? {})) whileUndoing.add(made);
    }
    for (const call of [...step.do, ...step.verify, ...(step.diagnose ?? []), ...(step.retryIf ?? [])]) {
      const name = lacking(call, bound);
      if (name !== undefined) refuse(step, 'unbound', name);
      for (const made of Object.keys(call.binds ?? {})) bound.add(made);
    }
    if ([...step.verify, ...(step.retryIf ?? [])].some(writes)) refuse(step, 'writesToVerify');
  }
}

function lacking(call: Call, bound: ReadonlySet<string>): string | undefined {
  return [...placeholdersOf(call).bindings].find((name) => !bound.has(name));
}

/** Kinds that only ever change something; the others may read. */
function writes({ via }: Call): boolean {
  return via === 'writeFile' || via === 'upload';
}

function refuse({ id }: Step, problem: string, name?: string): never {
  throw new DeployError('invalidPlan', `step ${id}: ${problem} ${name ?? ''}`, {
    step: id,
    problem,
    ...(name !== undefined && { name }),
  });
}
