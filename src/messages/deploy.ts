import type { DeployErrorReason } from '../contracts/deployError';
import type { Outcome, ProbeReceipt } from '../contracts/deployRecord';
import { fact, type Texts } from './message';
import type { Translate } from './translate';

/** Where a plan can't be made or was not performed to its end. */
export const deployTexts: Texts<DeployErrorReason> = {
  foreign: (facts) => ({
    title: facts.t('{0} on {1} was not started by Swapdeck.', fact(facts, 'subject'), fact(facts, 'target')),
    detail: facts.t('It has the name that the application needs. Rename or remove it; it is never touched.'),
    next: ['openConfiguration'],
  }),
  unsupported: (facts) => ({
    title: facts.t('The strategy does not fit.'),
    detail: facts.t(
      'It needs something that is not there: {0}. Choose another strategy or another router.',
      fact(facts, 'problem'),
    ),
    next: ['openConfiguration'],
  }),
  unroutable: (facts) => ({
    title: facts.t('{0} has no place for the new address.', fact(facts, 'router')),
    detail: facts.t('It reports {0}.', fact(facts, 'problem')),
    next: ['openConfiguration'],
  }),
  releaseGone: (facts) => ({
    title: facts.t('{0} is no longer kept.', fact(facts, 'version')),
    detail: facts.t('Deploy it again; "keep" and "standby" say how many old releases stay.'),
    next: ['openConfiguration'],
  }),
  nothingTakesOver: (facts) => ({
    title: facts.t('Nothing but {0} serves on {1}.', fact(facts, 'version'), fact(facts, 'target')),
    detail: facts.t('Its users would be without an answer. Roll back, or deploy another release, first.'),
    next: ['rollBack'],
  }),
  invalidPlan: (facts) => ({
    title: facts.t('The plan breaks a rule in {0}.', fact(facts, 'step')),
    detail: facts.t('{0}. Nothing was done.', fact(facts, 'problem')),
    next: ['showLog'],
  }),
  unmet: (facts) => ({
    title: facts.t(
      '{0} should be {1} and is {2}.',
      fact(facts, 'path'),
      fact(facts, 'expected'),
      fact(facts, 'found'),
    ),
    ...(fact(facts, 'said') && { detail: facts.t('It says "{0}".', fact(facts, 'said')) }),
    next: ['retry', 'showLog'],
  }),
  deadline: (facts) => ({
    title: facts.t('It did not happen in {0} s.', seconds(fact(facts, 'afterMs'))),
    detail: fact(facts, 'path')
      ? facts.t(
          '{0} should be {1} and is {2}.',
          fact(facts, 'path'),
          fact(facts, 'expected'),
          fact(facts, 'found'),
        )
      : undefined,
    next: ['retry', 'showLog'],
  }),
  unparsable: (facts) => ({
    title: facts.t('What {0} answered is not understood.', facts.where),
    next: ['showLog'],
  }),
  unbound: (facts) => ({
    title: facts.t('{0} has no value yet.', `\${${fact(facts, 'name')}}`),
    detail: facts.t('An earlier step should have found it out.'),
    next: ['showLog'],
  }),
  noPerformer: (facts) => ({
    title: facts.t('Nothing here can perform calls of the kind {0}.', fact(facts, 'via')),
    next: ['showLog'],
  }),
  limit: (facts) => ({
    title: facts.t('The traffic got worse than allowed.'),
    detail: facts.t('The limit {0} was passed: {1}.', fact(facts, 'limit'), fact(facts, 'found')),
    next: ['showLog'],
  }),
  worldChanged: ({ t, details }) => ({
    title: t('Something changed since the plan was shown.'),
    detail: t('{0} looks different now. Nothing was done; make the plan anew.', fact({ details }, 'places')),
    next: ['retry'],
  }),
  notApproved: ({ t }) => ({
    title: t('This is not the plan that was approved.'),
    detail: t('Nothing was done; make the plan anew.'),
    next: ['retry'],
  }),
  locked: (facts) => ({
    title: facts.t('{0} is at it: {1}.', fact(facts, 'owner') || '?', fact(facts, 'reason') || '?'),
    detail: facts.t(
      'The lock was renewed {0} s ago. Wait, or take it away when its holder is gone.',
      seconds(fact(facts, 'sinceRenewalMs')),
    ),
    next: ['retry', 'unlock'],
  }),
  leaseLost: ({ t }) => ({
    title: t('The lock was taken away or ran out.'),
    detail: t('This deployment stopped by itself. Resume it or take it back.'),
    next: ['resumeDeployment', 'undoDeployment'],
  }),
  committed: (facts) => ({
    title: facts.t('It is too late to go back.'),
    detail: facts.t('{0} has begun, and nothing leads back from there. Resume it.', fact(facts, 'step')),
    next: ['resumeDeployment'],
  }),
  stepFailed: (facts) => ({
    title: facts.t('{0} failed.', fact(facts, 'step')),
    next: ['showLog'],
  }),
  undoFailed: (facts) => ({
    title: facts.t('{0} could not be taken back.', fact(facts, 'step')),
    detail: facts.t('Repair what is in the way, then take the deployment back again.'),
    next: ['undoDeployment', 'resumeDeployment'],
  }),
  journal: (facts) => ({
    title: facts.t("The journal of the deployment can't be used."),
    detail: facts.t('It reports {0}.', fact(facts, 'problem')),
    next: ['showLog'],
  }),
  unfinished: (facts) => ({
    title: facts.t('The deployment of {0} was interrupted.', fact(facts, 'version')),
    detail: facts.t('Resume it or take it back first: `swapdeck resume` or `swapdeck undo`.'),
    next: ['resumeDeployment', 'undoDeployment'],
  }),
  nothingToRecover: ({ t }) => ({ title: t('No deployment was interrupted.'), next: ['showLog'] }),
};

/** What became of a deployment, in a few words. */
export function outcomeText(outcome: Outcome, t: Translate): string {
  const texts: Readonly<Record<Outcome, string>> = {
    done: t('done'),
    undone: t('taken back'),
    stayed: t('stopped in the middle'),
    stuck: t('stuck: could not be taken back'),
    interrupted: t('interrupted'),
  };
  return texts[outcome];
}

/** What the probe proves, in one sentence. */
export function probeText(probe: ProbeReceipt | undefined, t: Translate): string {
  if (!probe) return t('Unproven: no probe watched.');
  const { sent, lost, slowestMs, gapMs } = probe;
  return t(
    '{0} requests, {1} lost, slowest {2} ms, longest gap {3} ms.',
    String(sent),
    String(lost),
    String(Math.round(slowestMs)),
    String(Math.round(gapMs)),
  );
}

function seconds(ms: string): string {
  return String(Math.round(Number(ms) / 100) / 10);
}
