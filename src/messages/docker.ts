import type { EngineErrorReason } from '../targets/docker/errors';
import { fact, type Texts } from './message';

/** Where a container engine can't be asked, or says no. */
export const engineTexts: Texts<EngineErrorReason> = {
  noEngine: (facts) => ({
    title: facts.t('No container engine answers on {0}.', facts.where),
    detail: facts.t('Nothing is at {0}: is Docker installed and started?', fact(facts, 'socket')),
    next: ['retry'],
  }),
  noPermission: (facts) => ({
    title: facts.t('The container engine of {0} may not be used.', facts.where),
    detail: facts.t(
      'The account may not open {0}. Add it to the group "docker", or use another user.',
      fact(facts, 'socket'),
    ),
    next: ['openConfiguration'],
  }),
  noAnswer: (facts) => ({
    title: facts.t('What answers on {0} is no container engine.', facts.where),
    next: ['checkAddress'],
  }),
  refused: (facts) => ({
    title: facts.t('The container engine of {0} refuses.', facts.where),
    detail: facts.t('It says "{0}".', fact(facts, 'said')),
    next: ['retry', 'showLog'],
  }),
  noImage: (facts) => ({
    title: facts.t('{0} has no image {1}.', facts.where, fact(facts, 'image')),
    next: ['retry'],
  }),
  context: (facts) => ({
    title: facts.t("An image can't be built from {0}.", fact(facts, 'folder')),
    detail:
      fact(facts, 'problem') === 'dockerfileMissing'
        ? facts.t('It has no {0}.', fact(facts, 'dockerfile'))
        : facts.t('The system reports {0}.', fact(facts, 'problem')),
    next: ['openConfiguration'],
  }),
  workFailed: (facts) => ({
    title: facts.t('The container engine gave up half way.'),
    detail: facts.t('It says "{0}".', fact(facts, 'said')),
    next: ['retry', 'freeSpace'],
  }),
  architecture: (facts) => ({
    title: facts.t(
      '{0} is for {1}, and {2} is {3}.',
      fact(facts, 'image'),
      fact(facts, 'found'),
      facts.where,
      fact(facts, 'wanted'),
    ),
    detail: facts.t('Build it for that kind of machine.'),
    next: ['openConfiguration'],
  }),
  ended: (facts) => ({
    title: facts.t('The container has ended with {0}.', fact(facts, 'exitCode') || '?'),
    detail:
      fact(facts, 'outOfMemory') === 'true'
        ? facts.t('It used more memory than it may.')
        : facts.t('The end of its log says why.'),
    next: ['showLog'],
  }),
  noPort: (facts) => ({
    title: facts.t('No port is free from {0} to {1}.', fact(facts, 'from'), fact(facts, 'to')),
    next: ['openConfiguration'],
  }),
  credentialHelper: (facts) => ({
    title: facts.t('{0} gives no login for {1}.', fact(facts, 'helper'), fact(facts, 'registry')),
    detail: facts.t(
      'It says "{0}". Log in again with "docker login {1}".',
      fact(facts, 'said'),
      fact(facts, 'registry'),
    ),
    next: ['retry'],
  }),
  foreign: (facts) => ({
    title: facts.t('{0} was not started by Swapdeck.', fact(facts, 'container')),
    detail: facts.t('It is shown, and never touched.'),
    next: ['showLog'],
  }),
};
