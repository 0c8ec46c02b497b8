import type { RouterErrorReason } from '../routers/errors';
import type { RouterHint } from '../routers/hints';
import { fact, type Facts, type Texts } from './message';
import { keepalivedTexts } from './keepalived';
import type { Translate } from './translate';

/** Where a router can't be read or switched. `where` is its name, or its host. */
export const routerTexts: Texts<RouterErrorReason> = {
  unreadable: (facts) => ({
    title: facts.t('What {0} answered is not understood.', facts.where),
    detail: facts.t('It begins with "{0}".', fact(facts, 'what')),
    next: ['checkAddress', 'showLog'],
  }),
  noTemplates: (facts) => ({
    title: facts.t('No template is called {0}.', fact(facts, 'templates')),
    detail: facts.t(
      'The name must end with .conf.template, and * stands for any name in the last part only.',
    ),
    next: ['openConfiguration'],
  }),
  unknownVariable: (facts) => ({
    title: fact(facts, 'file')
      ? facts.t('Nobody has a value for {0} in {1}.', variable(facts), place(facts))
      : facts.t('Nobody has a value for {0}.', variable(facts)),
    detail: facts.t(
      'It is not among the variables of the router, and Apache does not know it either: it would stand in the configuration as it is. Nothing was changed, or the old files are back.',
    ),
    next: ['openConfiguration'],
  }),
  unusedVariable: (facts) => ({
    title: facts.t('No template of {0} uses {1}.', facts.where, variable(facts)),
    detail: facts.t(
      'It is to be filled in, so a switch would change nothing. Is its name written as in the template?',
    ),
    next: ['openConfiguration'],
  }),
  configBroken: (facts) => ({
    title: facts.t('The configuration of {0} is broken, and not by this deployment.', facts.where),
    detail: facts.t('The router goes on with what it has read before. It says "{0}".', fact(facts, 'output')),
    next: ['retry', 'showLog'],
  }),
  configRejected: (facts) => ({
    title: facts.t('{0} does not accept its new configuration.', facts.where),
    detail: facts.t('It was not put to use. The router says "{0}".', fact(facts, 'output')),
    next: ['openConfiguration', 'showLog'],
  }),
  notIncluded: (facts) => ({
    title: facts.t('nginx does not read {0}.', fact(facts, 'file')),
    detail: facts.t(
      'A switch would change nothing. Include the file in the http block of its configuration.',
    ),
    next: ['openConfiguration'],
  }),
  noUpstream: (facts) => ({
    title: facts.t('{0} must have one upstream and has {1}.', fact(facts, 'file'), fact(facts, 'count')),
    detail: facts.t('The servers of this upstream are what is switched; the rest of the file stays.'),
    next: ['openConfiguration'],
  }),
  noBackend: (facts) => ({
    title: facts.t('{0} has nothing that is called {1}.', facts.where, fact(facts, 'name')),
    detail: facts.t('The name is that of a backend of HAProxy, or of a balancer of Apache.'),
    next: ['openConfiguration'],
  }),
  noPlace: (facts) => ({
    title: facts.t('{0} has no place for {1}.', fact(facts, 'name'), fact(facts, 'address')),
    detail: facts.t(
      'A release needs a place that the configuration has: a server of HAProxy with the address of the host and "disabled", or a BalancerMember of Apache with address and port and "status=+D".',
    ),
    next: ['openConfiguration'],
  }),
  oneAtATime: (facts) => ({
    title: facts.t('{0} sends everybody to one address.', facts.where),
    detail: facts.t(
      '{0} were asked for. Shares need a router such as HAProxy, nginx or a balancer.',
      fact(facts, 'count'),
    ),
    next: ['openConfiguration'],
  }),
  notAnAddress: (facts) => ({
    title: facts.t('HAProxy takes IP addresses only, and {0} is a name.', fact(facts, 'host')),
    next: ['openConfiguration'],
  }),
  noValue: (facts) => ({
    title: facts.t('{0} has no value here.', `\${${fact(facts, 'name')}}`),
    detail: facts.t(
      'The variable {0} of the router {1} is made of it.',
      fact(facts, 'variable'),
      facts.where,
    ),
    next: ['openConfiguration'],
  }),
  notRunning: ({ t, where }) => ({
    title: t('{0} does not run.', where),
    detail: t('It has no processes that take requests. Start it; it is never started by a switch.'),
    next: ['retry', 'showLog'],
  }),
  refused: (facts) => ({
    title: facts.t('{0} refuses.', facts.where),
    detail: facts.t('It says "{0}".', fact(facts, 'answer')),
    next: ['retry', 'showLog'],
  }),
  ...keepalivedTexts,
};

/** What a person should know about a router before it is switched. */
export const routerHintTexts: Readonly<Record<RouterHint, (t: Translate) => string>> = {
  balancerForgets: (t) =>
    t(
      'Apache forgets the switch with its next restart, a graceful one too. "BalancerPersist On" in the virtual host keeps it.',
    ),
  serversForgotten: (t) =>
    t(
      'HAProxy forgets the switch with its next reload. Name its server-state-file as "state" and have it loaded to keep it.',
    ),
  workersForgotten: (t) =>
    t(
      'Apache forgets the switch with its next restart, a graceful one too: mod_jk begins with what workers.properties says.',
    ),
  closesKept: (t) =>
    t('Connections that clients keep open are closed; a request under way on one may be lost.'),
};

function variable(facts: Facts): string {
  return `\${${fact(facts, 'variable')}}`;
}

function place(facts: Facts): string {
  return facts.t('{0}, line {1}', fact(facts, 'file'), fact(facts, 'line'));
}
