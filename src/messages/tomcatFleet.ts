import type { EnvironmentErrorReason } from '../environments/errors';
import { fact, type Texts } from './message';

type FleetReason = Extract<
  EnvironmentErrorReason,
  'unknownFleet' | 'unknownNode' | 'noRestart' | 'lastNode' | 'sessionsAtRisk'
>;

/** Where nodes behind mod_jk can't leave it, start again or come back. */
export const fleetTexts: Texts<FleetReason> = {
  unknownFleet: (facts) => ({
    title: facts.t('{0} has no nodes behind a router {1}.', fact(facts, 'environment'), fact(facts, 'name')),
    detail: fact(facts, 'known')
      ? facts.t('It has: {0}.', fact(facts, 'known'))
      : facts.t('Nodes are behind a router of the kind mod-jk that an application there names.'),
    next: ['openConfiguration'],
  }),
  unknownNode: (facts) => ({
    title: facts.t('{0} has no node {1}.', fact(facts, 'router'), fact(facts, 'name')),
    detail: facts.t(
      'It has: {0}. A node has the name of its worker, under "tomcats" too.',
      fact(facts, 'known'),
    ),
    next: ['openConfiguration'],
  }),
  noRestart: (facts) => ({
    title: facts.t('swapdeck.yaml does not say how {0} is started again.', fact(facts, 'name')),
    detail: facts.t('Its "restart" is a list of words, such as [systemctl, restart, tomcat10].'),
    next: ['openConfiguration'],
  }),
  lastNode: (facts) => ({
    title: facts.t('No other node than {0} would serve.', fact(facts, 'name')),
    detail: facts.t(
      'Every other one behind {0} is out or broken. Bring one back first: swapdeck members shows them.',
      fact(facts, 'router'),
    ),
    next: ['retry'],
  }),
  sessionsAtRisk: (facts) => ({
    title: facts.t('Users of {0} would lose their sessions.', fact(facts, 'name')),
    detail: [
      fact(facts, 'lacks'),
      ...(fact(facts, 'unchecked')
        ? [
            facts.t(
              'How {0} keeps sessions could not be read: "base" in swapdeck.yaml says where its conf is.',
              fact(facts, 'unchecked'),
            ),
          ]
        : []),
      facts.t('Nothing was done.'),
    ]
      .filter((line) => line !== '')
      .join('\n'),
    next: ['openConfiguration'],
  }),
};
