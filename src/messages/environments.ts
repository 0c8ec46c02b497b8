import type { EnvironmentErrorReason } from '../environments/errors';
import { fleetTexts } from './tomcatFleet';
import { fact, type Texts } from './message';

/** Where an application can't be put into an environment. */
export const environmentTexts: Texts<EnvironmentErrorReason> = {
  unknownEnvironment: (facts) => ({
    title: facts.t('swapdeck.yaml has no environment "{0}".', fact(facts, 'name')),
    detail: facts.t('It has: {0}.', fact(facts, 'known')),
    next: ['openConfiguration'],
  }),
  unknownApplication: (facts) => ({
    title: facts.t('swapdeck.yaml has no application "{0}".', fact(facts, 'name')),
    detail: facts.t('It has: {0}.', fact(facts, 'known')),
    next: ['openConfiguration'],
  }),
  notPlaced: (facts) => ({
    title: facts.t('{0} does not say how {1} is put there.', fact(facts, 'environment'), fact(facts, 'name')),
    detail: facts.t('It has: {0}.', fact(facts, 'known')),
    next: ['openConfiguration'],
  }),
  unsupportedTarget: (facts) => ({
    title: facts.t("{0} can't be deployed yet.", fact(facts, 'name')),
    detail: facts.t(
      'Images on hosts and WAR files on Tomcats can; it is of the kind {0}.',
      fact(facts, 'kind'),
    ),
    next: ['openConfiguration'],
  }),
  unsupportedRouter: (facts) => ({
    title: facts.t("The router {0} can't be switched yet.", fact(facts, 'name')),
    detail: facts.t('It is of the kind {0}.', fact(facts, 'kind')),
    next: ['openConfiguration'],
  }),
  unsupportedStrategy: (facts) => ({
    title:
      fact(facts, 'kind') === 'war'
        ? facts.t('The strategy {0} is not for web applications in Tomcat.', fact(facts, 'name'))
        : facts.t('The strategy {0} is not for hosts with containers.', fact(facts, 'name')),
    next: ['openConfiguration'],
  }),
  noGit: (facts) => ({
    title: facts.t('No version can be made up for {0}.', fact(facts, 'folder')),
    detail: facts.t(
      'It is the short git sha unless one is given, and there is no git repository with a commit.',
    ),
    next: ['retry'],
  }),
  buildFailed: (facts) => ({
    title: facts.t('{0} failed with {1}.', fact(facts, 'command'), fact(facts, 'code') || '?'),
    detail: fact(facts, 'said'),
    next: ['openConfiguration'],
  }),
  noRelease: (facts) => ({
    title: fact(facts, 'version')
      ? facts.t('There is no release {0}.', fact(facts, 'version'))
      : facts.t('There is no earlier release to go back to.'),
    detail: fact(facts, 'known') ? facts.t('Kept are: {0}.', fact(facts, 'known')) : undefined,
    next: ['retry'],
  }),
  noAddress: (facts) => ({
    title: facts.t(
      '{0} can not reach {1} at {2}.',
      fact(facts, 'router'),
      fact(facts, 'name'),
      fact(facts, 'found'),
    ),
    detail: facts.t(
      'That is how {0} is reached from here. Write the address that {1} reaches it by at the host, as `address`.',
      fact(facts, 'name'),
      fact(facts, 'router'),
    ),
    next: ['openConfiguration'],
  }),
  targetDown: (facts) => ({
    title: facts.t('{0} can not be looked at.', fact(facts, 'target')),
    detail: facts.t(
      'Nothing was done. Go on when it is back, or without it (`--without {0}`): it is marked as behind then, and the next deployment gives it the same release.',
      fact(facts, 'target'),
    ),
    next: ['retry', 'goOnWithout', 'openConfiguration'],
  }),
  unknownTarget: (facts) => ({
    title: facts.t('{0} is no target of the application there.', fact(facts, 'name')),
    detail: facts.t('It has: {0}.', fact(facts, 'known')),
    next: ['openConfiguration'],
  }),
  noTargetLeft: (facts) => ({
    title: facts.t('Without these no target is left.'),
    detail: facts.t('At least one must take part.'),
    next: ['retry'],
  }),
  unknownCertificate: (facts) => ({
    title: facts.t('swapdeck.yaml has no certificate "{0}".', fact(facts, 'name')),
    detail: facts.t('It has: {0}.', fact(facts, 'known') || '-'),
    next: ['openConfiguration'],
  }),
  noCertificate: (facts) => ({
    title: facts.t('{0} does not have the certificate {1}.', fact(facts, 'environment'), fact(facts, 'name')),
    detail: facts.t(
      'Its `certificates` are: {0}. Add it there to renew it there.',
      fact(facts, 'known') || '-',
    ),
    next: ['openConfiguration'],
  }),
  unknownAddress: (facts) => ({
    title: facts.t('{0} has no address "{1}".', fact(facts, 'environment'), fact(facts, 'name')),
    detail: fact(facts, 'known')
      ? facts.t('It has: {0}.', fact(facts, 'known'))
      : facts.t('Name the routers of kind floating-ip that belong to it as `addresses`.'),
    next: ['openConfiguration'],
  }),
  unknownHost: (facts) => ({
    title: fact(facts, 'host')
      ? facts.t('{0} can not be on {1}.', fact(facts, 'name'), fact(facts, 'host'))
      : facts.t('Say where {0} is to go.', fact(facts, 'name')),
    detail: facts.t('It can be on: {0}.', fact(facts, 'known')),
    next: ['openConfiguration'],
  }),
  noFolder: (facts) => ({
    title: facts.t('{0} on {1} runs from its WAR.', fact(facts, 'context'), fact(facts, 'name')),
    detail: facts.t('Its classes can not be changed one by one (unpackWARs="false"). Deploy it instead.'),
    next: ['openConfiguration'],
  }),
  outsideWindow: (facts) => ({
    title: facts.t('{0} takes no releases now.', fact(facts, 'environment')),
    detail: facts.t(
      'It takes them {0}; it is {1} there. Going back to a kept release is possible at any time.',
      fact(facts, 'window'),
      fact(facts, 'now'),
    ),
    next: ['retry', 'openConfiguration'],
  }),
  outsideChannel: (facts) => ({
    title: facts.t('{0} does not take {1}.', fact(facts, 'environment'), fact(facts, 'version')),
    detail:
      fact(facts, 'rule') === 'prerelease'
        ? facts.t(
            'Its channel takes versions whose part behind the hyphen matches {0}. Nothing was built or sent.',
            fact(facts, 'wanted'),
          )
        : facts.t(
            'Its channel takes versions in the range {0}. Nothing was built or sent.',
            fact(facts, 'wanted'),
          ),
    next: ['retry', 'openConfiguration'],
  }),
  noLatest: (facts) => ({
    title: facts.t('No release of {0} fits {1}.', fact(facts, 'artifact'), fact(facts, 'environment')),
    detail: facts.t(
      'The newest versions are: {0}. One with a part behind its hyphen is never taken by itself: name it.',
      fact(facts, 'known'),
    ),
    next: ['retry', 'openConfiguration'],
  }),
  notBranch: (facts) => ({
    title: facts.t('{0} is of no branch.', fact(facts, 'version')),
    detail: facts.t(
      'The strategy branch puts branches only into {0}, such as 1.2.1-myfeature.1; the strategy parallel takes releases too.',
      fact(facts, 'environment'),
    ),
    next: ['retry', 'openConfiguration'],
  }),
  contextTaken: (facts) => ({
    title: facts.t(
      '{0} would be at {1}, and so is {2}.',
      fact(facts, 'version'),
      fact(facts, 'context'),
      fact(facts, 'other'),
    ),
    detail: facts.t(
      'The branch of {0} needs a context path of its own: name it otherwise, or say by "branches" that it is none.',
      fact(facts, 'name'),
    ),
    next: ['retry', 'openConfiguration'],
  }),
  noBranch: (facts) => ({
    title: facts.t(
      '{0} has no branch {1} of {2}.',
      fact(facts, 'environment'),
      fact(facts, 'branch'),
      fact(facts, 'name'),
    ),
    detail: fact(facts, 'known') ? facts.t('It has: {0}.', fact(facts, 'known')) : undefined,
    next: ['retry'],
  }),
  notPromoted: (facts) => ({
    title: facts.t('{0} was not live in {1} yet.', fact(facts, 'version'), fact(facts, 'after')),
    detail: facts.t(
      '{0} comes after {1}: deploy the same release there first.',
      fact(facts, 'environment'),
      fact(facts, 'after'),
    ),
    next: ['retry', 'openConfiguration'],
  }),
  smokeMissing: (facts) => ({
    title: facts.t('{0} did not pass its smoke tests in {1}.', fact(facts, 'version'), fact(facts, 'gate')),
    detail: facts.t('{0} waits for them: deploy the same release there first.', fact(facts, 'environment')),
    next: ['retry', 'openConfiguration'],
  }),
  approvalsMissing: (facts) => ({
    title: facts.t('{0} of {1} approvals are there.', fact(facts, 'given') || '0', fact(facts, 'wanted')),
    detail: facts.t(
      '{0} wants releases approved by others than who deploys. Nothing was done.',
      fact(facts, 'environment'),
    ),
    next: ['retry'],
  }),
  ...fleetTexts,
};
