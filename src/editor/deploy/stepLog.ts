import type { Plan } from '../../contracts/deploy';
import type { JournalRecord } from '../../contracts/deployRecord';
import { headline } from '../../deploy/headline';
import { renderStep } from '../../deploy/render';
import { duration, t, timeOfDay } from '../text';
import type { RunningStep } from './running';

/**
 * What is known of a step: what the journal says of each time it was performed or taken back, what was asked when it
 * failed, which only the window that executed it has heard, and its calls.
 */
export function stepLog(
  plan: Plan,
  stepId: string,
  records: readonly JournalRecord[],
  heard: RunningStep | undefined,
): string {
  const number = plan.steps.findIndex(({ id }) => id === stepId) + 1;
  const told = records.flatMap((record) => recordLines(record, stepId));
  if (records.length === 0 && heard) told.push(...heardLines(heard));
  const lines = [headline(plan, plan.id), ''];
  lines.push(...(told.length > 0 ? told : [`- ${t('not begun')}`]), '');
  for (const { note, text } of heard?.diagnoses ?? [])
    lines.push(
      `! ${note}`,
      ...text
        .trimEnd()
        .split('\n')
        .map((line) => `          | ${line}`),
      '',
    );
  return [...lines, ...renderStep(plan, number), ''].join('\n');
}

function recordLines(record: JournalRecord, stepId: string): string[] {
  if (record.kind !== 'begin' && record.kind !== 'end') return [];
  if (record.step !== stepId) return [];
  const at = timeOfDay(record.at);
  const isUndo = record.direction === 'undo';
  if (record.kind === 'begin') return [`- ${at}  ${isUndo ? t('taking it back') : t('begun')}`];
  const { ok, durationMs, failure, bound } = record;
  const what = ok ? (isUndo ? t('taken back') : t('done')) : t('failed');
  return [
    `- ${at}  ${t('{0} after {1}', what, duration(durationMs))}`,
    ...(failure ? [`! ${failure.message}`] : []),
    ...Object.entries(bound ?? {}).map(([name, value]) => `            bind \${${name}} = ${value}`),
  ];
}

function heardLines({ state, durationMs, failure }: RunningStep): string[] {
  const took = durationMs === undefined ? '' : `, ${duration(durationMs)}`;
  const states: Readonly<Record<RunningStep['state'], string>> = {
    waiting: t('not begun yet'),
    running: t('running'),
    done: t('done'),
    failed: t('failed'),
    undoing: t('taking it back'),
    undone: t('taken back'),
    undoFailed: t('could not be taken back'),
  };
  return [`- ${states[state]}${took}`, ...(failure ? [`! ${failure.message}`] : [])];
}
