import type { Plan } from '../contracts/deploy';
import type { AuditRecord, ProbeReceipt, Receipt, StepReceipt } from '../contracts/deployRecord';
import { headline } from '../deploy/headline';
import { outcomeText } from './deploy';
import type { Translate } from './translate';

/** What a receipt is of. */
export type Deployed = Pick<
  AuditRecord,
  'intent' | 'release' | 'from' | 'environment' | 'targets' | 'strategy'
> & { readonly plan: string; readonly actor?: AuditRecord['actor'] };

export function deployedBy(plan: Plan, actor: Deployed['actor']): Deployed {
  return { ...plan, plan: plan.id, ...(actor && { actor }) };
}

/** A receipt as a document: outcome, what the probe saw, and each step. Its grammar is that of plans. */
export function receiptText(deployed: Deployed, receipt: Receipt, t: Translate): string {
  const { release, from, targets, strategy, actor, plan } = deployed;
  const { outcome, startedAt, durationMs, probe, failure, exact, steps } = receipt;
  const rows: [string, string | undefined][] = [
    [t('outcome'), `${outcomeText(outcome, t)}, ${seconds(durationMs)}`],
    [t('because'), failure?.message],
    [t('left behind'), leftBehind(exact, t)],
    [t('began'), new Date(startedAt).toISOString().replace('T', ' ').replace(/\..*/, ' UTC')],
    [t('by'), actor?.name],
    [t('release'), `${release.application} ${release.version}`],
    [t('artifact'), release.artifact || undefined],
    [t('live before'), from?.version],
    [t('targets'), [...targets, ...(strategy ? [strategy] : [])].join(', ')],
    ...(probe
      ? probeRows(probe, t)
      : [[t('probe'), t('none: lost requests were not seen')] as [string, string]]),
  ];
  return [
    headline(deployed, plan),
    '',
    ...rows.flatMap(([name, value]) => (value === undefined ? [] : [`${name.padEnd(13)}  ${value}`])),
    '',
    ...steps.map((step) => stepLine(step, t)),
    ...(probe && probe.losses.length > 0 ? ['', ...lossLines(probe, t)] : []),
    '',
  ].join('\n');
}

/** `512 requests, 0 lost; answered by 1a2b3c 240, 3f2c1ab 272; slowest 34 ms, longest gap 41 ms.` */
export function proofText(probe: ProbeReceipt, t: Translate): string {
  const seen = t(
    '{0} requests, {1} lost; answered by {2}; slowest {3} ms, longest gap {4} ms.',
    probe.sent,
    probe.lost,
    answeredBy(probe, t),
    Math.round(probe.slowestMs),
    Math.round(probe.gapMs),
  );
  return probe.repeated === undefined
    ? seen
    : `${seen} ${t('Made again because a kept connection was closed: {0}.', probe.repeated)}`;
}

function answeredBy({ releases }: ProbeReceipt, t: Translate): string {
  if (releases.length === 0) return t('nobody');
  return releases.map(({ release, answered }) => `${release ?? t('unnamed')} ${answered}`).join(', ');
}

function probeRows(probe: ProbeReceipt, t: Translate): [string, string][] {
  const { url, sent, lost, lostFresh, lostKept, repeated, slowestMs, p99Ms, gapMs } = probe;
  return [
    [t('probe'), url],
    [t('sent'), String(sent)],
    [t('answered by'), answeredBy(probe, t)],
    [
      t('lost'),
      lost === 0 ? '0' : t('{0}: {1} over fresh connections, {2} over kept ones', lost, lostFresh, lostKept),
    ],
    ...(repeated === undefined
      ? []
      : [
          [t('made again'), t('{0}: a kept connection was closed before the answer', repeated)] as [
            string,
            string,
          ],
        ]),
    [t('slowest'), t('{0} ms, p99 {1} ms', Math.round(slowestMs), Math.round(p99Ms))],
    [t('longest gap'), t('{0} ms', Math.round(gapMs))],
  ];
}

function leftBehind(exact: boolean | undefined, t: Translate): string | undefined {
  if (exact === undefined) return undefined;
  return exact ? t('everything is as it was before') : t('not everything is as it was before');
}

function stepLine({ title, state, durationMs, step }: StepReceipt, t: Translate): string {
  const states: Readonly<Record<StepReceipt['state'], string>> = {
    done: t('done'),
    failed: t('FAILED'),
    undone: t('taken back'),
    undoFailed: t('NOT TAKEN BACK'),
    skipped: t('left out'),
  };
  return `- ${states[state].padEnd(10)}  ${seconds(durationMs).padStart(8)}  ${title} [${step}]`;
}

function lossLines({ losses }: ProbeReceipt, t: Translate): string[] {
  return losses.map(({ atMs, kept, why }) => {
    const how = kept ? t('kept connection') : t('fresh connection');
    return `! ${t('lost after {0} ms, {1}: {2}', Math.round(atMs), how, why)}`;
  });
}

function seconds(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
