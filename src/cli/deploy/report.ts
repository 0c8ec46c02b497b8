import type { Plan } from '../../contracts/deploy';
import type { DeployEvent, Receipt } from '../../contracts/deployRecord';
import { outcomeText, probeText } from '../../messages/deploy';
import { english } from '../../messages/translate';
import { ExitCode } from '../command';
import type { Output } from '../output';

/** Prints what happens while a plan is executed, a line for each step. */
export function progressTo(
  output: Output,
  titles: ReadonlyMap<string, string>,
): (event: DeployEvent) => void {
  return (event) => {
    if (event.kind === 'stepEnded') {
      const { step, direction, ok, durationMs, failure } = event;
      const mark = ok ? (direction === 'do' ? 'ok' : 'undone') : 'FAILED';
      output.note(`${mark.padEnd(6)} ${titles.get(step) ?? step} (${Math.round(durationMs)} ms)`);
      if (failure) output.note(`       ${failure.message}`);
    } else if (event.kind === 'diagnosis') {
      output.note(`       ${event.note}:`);
      for (const line of event.text.trimEnd().split('\n')) output.note(`       | ${line}`);
    } else if (event.kind === 'turn' && event.to === 'undo') output.note('Taking it back ...');
  };
}

export function titlesOf({ steps }: Pick<Plan, 'steps'>): ReadonlyMap<string, string> {
  return new Map(steps.map(({ id, title }) => [id, title]));
}

export function printReceipt(
  plan: Pick<Plan, 'release' | 'environment'>,
  receipt: Receipt,
  output: Output,
): void {
  const { release, environment } = plan;
  const outcome = outcomeText(receipt.outcome, english);
  const seconds = (receipt.durationMs / 1000).toFixed(1);
  output.line(`${release.application} ${release.version} in ${environment}: ${outcome}, ${seconds} s.`);
  if (receipt.failure) output.line(`Because: ${receipt.failure.message}`);
  if (receipt.exact !== undefined)
    output.line(receipt.exact ? 'Everything is as it was before.' : 'Not everything is as it was before.');
  output.line(probeText(receipt.probe, english));
  if (receipt.outcome === 'interrupted' || receipt.outcome === 'stayed')
    output.line('Go on with `swapdeck resume`, or take it back with `swapdeck undo`.');
}

export function exitOf({ outcome, probe }: Receipt): ExitCode {
  if (outcome === 'interrupted' || outcome === 'stayed' || outcome === 'stuck') return ExitCode.interrupted;
  if (outcome === 'undone') return ExitCode.refused;
  return probe !== undefined && probe.lost > 0 ? ExitCode.lostRequests : ExitCode.done;
}
