import type { ArtifactErrorReason } from '../artifacts/errors';
import { fact, type Texts } from './message';

/** Where an artifact can't be had from a Maven repository. */
export const artifactTexts: Texts<ArtifactErrorReason> = {
  unknownArtifact: (facts) => ({
    title: facts.t('No repository has {0}.', fact(facts, 'artifact')),
    detail: facts.t(
      "Asked were: {0}. Others are named in the active profiles of Maven's settings.xml.",
      fact(facts, 'asked'),
    ),
    next: ['openConfiguration'],
  }),
  unknownVersion: (facts) => ({
    title: facts.t('There is no version {0} of {1}.', fact(facts, 'version'), fact(facts, 'artifact')),
    detail: facts.t('The newest are: {0}.', fact(facts, 'known')),
    next: ['retry', 'openConfiguration'],
  }),
  badVersion: (facts) => ({
    title: facts.t('"{0}" can not be the version of a file.', fact(facts, 'version')),
    detail: facts.t('It is made of letters, digits and . + ~ _ - only.'),
    next: ['retry'],
  }),
  unauthorized: (facts) => ({
    title: facts.t('The repository {0} does not let us in.', fact(facts, 'repository')),
    detail: fact(facts, 'user')
      ? facts.t(
          'It says {0} to the user {1}. The credentials are those of the server "{2}" in Maven\'s settings.xml.',
          fact(facts, 'status'),
          fact(facts, 'user'),
          fact(facts, 'repository'),
        )
      : facts.t(
          'It says {0}. Maven\'s settings.xml has no user for the server "{1}".',
          fact(facts, 'status'),
          fact(facts, 'repository'),
        ),
    next: ['openMavenSettings', 'retry'],
  }),
  unreachable: (facts) => ({
    title: facts.t('The repository {0} can not be reached.', fact(facts, 'repository')),
    detail: facts.t('Asking for {0} ended with {1}.', fact(facts, 'url'), fact(facts, 'code')),
    next: ['retry', 'checkNetwork'],
  }),
  refused: (facts) => ({
    title: facts.t('The repository {0} says {1}.', fact(facts, 'repository'), fact(facts, 'status')),
    detail: facts.t('It was asked for {0}.', fact(facts, 'url')),
    next: ['retry', 'openMavenSettings'],
  }),
  unreadable: (facts) => ({
    title: facts.t('What the repository {0} answers is not understood.', fact(facts, 'repository')),
    detail: facts.t(
      'It was asked for {0}, and that is no such file. Is it a repository?',
      fact(facts, 'url'),
    ),
    next: ['openMavenSettings', 'retry'],
  }),
  checksumMismatch: (facts) => ({
    title: facts.t('{0} is not what its checksum says.', fact(facts, 'file')),
    detail: facts.t(
      'Its {0} should be {1} and is {2}. It was damaged on the way, or somebody changed it; nothing of it was used.',
      fact(facts, 'algorithm'),
      fact(facts, 'wanted'),
      fact(facts, 'found'),
    ),
    next: ['retry'],
  }),
  noChecksum: (facts) => ({
    title: facts.t('The repository {0} has no checksum of the file.', fact(facts, 'repository')),
    detail: facts.t(
      'None of .sha256, .sha512 and .sha1 is beside {0}, so nobody knows whether it is what was built.',
      fact(facts, 'url'),
    ),
    next: ['retry'],
  }),
  offline: (facts) => ({
    title: fact(facts, 'version')
      ? facts.t(
          '{0} {1} is not on this machine, and Maven is set to offline.',
          fact(facts, 'artifact'),
          fact(facts, 'version'),
        )
      : facts.t('{0} is not on this machine, and Maven is set to offline.', fact(facts, 'artifact')),
    detail: facts.t('Its settings.xml says so; looked at was {0}.', fact(facts, 'folder')),
    next: ['openMavenSettings'],
  }),
  encryptedPassword: (facts) => ({
    title: facts.t('The password of "{0}" is encrypted.', fact(facts, 'server')),
    detail: facts.t(
      "Swapdeck does not read passwords that Maven encrypted. Write {0} in {1} and set the variable, or use the repository's token.",
      '${env.NAME}',
      fact(facts, 'file'),
    ),
    next: ['openMavenSettings'],
  }),
  blocked: (facts) => ({
    title: facts.t('Maven is set to not ask the repository {0}.', fact(facts, 'repository')),
    detail: facts.t(
      'The mirror {0} blocks {1}, as it does with all that are asked without encryption.',
      fact(facts, 'mirror'),
      fact(facts, 'url'),
    ),
    next: ['openMavenSettings'],
  }),
  settings: (facts) => ({
    title: facts.t("Maven's settings can not be read."),
    detail: facts.t('{0} is not there to be read, or is no settings.xml.', fact(facts, 'file')),
    next: ['openMavenSettings'],
  }),
  notKept: (facts) => ({
    title: facts.t('The download can not be written.'),
    detail: facts.t('Writing {0} ended with {1}.', fact(facts, 'file'), fact(facts, 'code')),
    next: ['freeSpace', 'retry'],
  }),
};
