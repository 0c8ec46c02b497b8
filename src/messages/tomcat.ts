import type { TomcatErrorReason } from '../targets/tomcat/errors';
import { fact, type Texts } from './message';

/** Where a Tomcat can't be asked through its Manager, or says no. `where` is its name or the Manager's address. */
export const tomcatTexts: Texts<TomcatErrorReason> = {
  unauthorized: (facts) => ({
    title: facts.t('The Manager of {0} does not know the user or the password.', facts.where),
    detail: facts.t(
      'Users and their roles are in conf/tomcat-users.xml of the server, unless it asks elsewhere.',
    ),
    next: ['setValue', 'openConfiguration'],
  }),
  forbidden: (facts) => ({
    title: facts.t('The Manager of {0} does not let this user in.', facts.where),
    detail: facts.t(
      'The user needs the role "manager-script" (manager-gui is another one). If it has it, the Manager takes requests from other addresses only: the valve in META-INF/context.xml of the Manager says from which; "through" leads there over SSH.',
    ),
    next: ['openConfiguration'],
  }),
  noManager: (facts) => ({
    title: facts.t('There is no Manager at {0}.', facts.where),
    detail: facts.t(
      'The server answers, but has no such page (404). Is the Manager application installed and running, and is the address the one that ends with its path, such as /manager?',
    ),
    next: ['checkAddress', 'openConfiguration'],
  }),
  tooLarge: (facts) => ({
    title: facts.t('{0} refuses a file of that size.', facts.where),
    detail: facts.t(
      'It says 413. A proxy in front of the server has a limit for bodies; let "manager" lead to the server itself, with "through" if it is reached over SSH only.',
    ),
    next: ['openConfiguration'],
  }),
  loginPage: (facts) => ({
    title: facts.t('A page to sign in at is in front of {0}.', facts.where),
    detail: fact(facts, 'location')
      ? facts.t(
          'Requests are sent on to {0}. Let "manager" lead to the server itself, with "through" if it is reached over SSH only.',
          fact(facts, 'location'),
        )
      : facts.t(
          'Let "manager" lead to the server itself, with "through" if it is reached over SSH only; the Manager must ask for BASIC authentication.',
        ),
    next: ['checkAddress', 'openConfiguration'],
  }),
  proxy: (facts) => ({
    title: facts.t('Something in front of {0} answers in its place.', facts.where),
    detail: facts.t(
      'It says {0}: "{1}". Is the server up, and does the proxy lead there?',
      fact(facts, 'status'),
      fact(facts, 'said'),
    ),
    next: ['retry', 'checkAddress'],
  }),
  notManager: (facts) => ({
    title: facts.t("What answers at {0} is not Tomcat's Manager.", facts.where),
    detail: facts.t('It says "{0}" with status {1}.', fact(facts, 'said'), fact(facts, 'status')),
    next: ['checkAddress', 'openConfiguration'],
  }),
  refused: (facts) => ({
    title: facts.t('The Manager of {0} refuses.', facts.where),
    detail: facts.t('It says "{0}".', fact(facts, 'said')),
    next: ['retry', 'showLog'],
  }),
  startFailed: (facts) => ({
    title: facts.t('The application does not start on {0}.', facts.where),
    detail: facts.t(
      'The server says "{0}". The reason is in its log (logs/localhost.*.log).',
      fact(facts, 'said'),
    ),
    next: ['showLog'],
  }),
  unreadable: (facts) => ({
    title: facts.t('What the Manager of {0} answered is not understood.', facts.where),
    detail: facts.t('It says "{0}".', fact(facts, 'said')),
    next: ['showLog'],
  }),
  notWar: (facts) => ({
    title: facts.t('{0} is no WAR file.', fact(facts, 'file')),
    detail: notWarDetails[fact(facts, 'problem')]?.(facts.t),
    next: ['rebuild', 'openConfiguration'],
  }),
  wrongNamespace: (facts) => ({
    title: facts.t(
      'The WAR is for {0}.servlet, and {1} knows {2}.servlet only.',
      fact(facts, 'namespace'),
      fact(facts, 'server'),
      fact(facts, 'wanted'),
    ),
    detail:
      fact(facts, 'wanted') === 'jakarta'
        ? facts.t(
            'The server would take it, say OK and answer 404. Tomcat\'s migration tool converts it; on the command line "swapdeck convert {0}" does.',
            fact(facts, 'file') || 'WAR',
          )
        : facts.t('It needs Tomcat 10 or newer, or a build for javax.servlet.'),
    next: fact(facts, 'wanted') === 'jakarta' ? ['convertWar', 'rebuild'] : ['rebuild', 'openConfiguration'],
  }),
  foreign: (facts) => ({
    title: facts.t('{0} on {1} was not deployed by Swapdeck.', fact(facts, 'subject'), fact(facts, 'target')),
    detail: facts.t(
      'Its version is the highest, so users would never get another one. Undeploy it, or deploy it under a lower version; Swapdeck never touches it.',
    ),
    next: ['openConfiguration'],
  }),
  versionText: (facts) => ({
    title: facts.t('{0} can not be the version of a context.', fact(facts, 'version')),
    detail: facts.t('It becomes part of the name of a file: letters, digits and . + ~ _ - only, at most 80.'),
    next: ['openConfiguration'],
  }),
  warChanged: (facts) => ({
    title: facts.t('{0} was built again meanwhile.', fact(facts, 'file')),
    detail: facts.t('It is not the file that the plan was made for, and was not deployed.'),
    next: ['retry'],
  }),
  noJava: (facts) => ({
    title: facts.t('There is no Java on this machine to convert a WAR with.'),
    detail: facts.t('Install one, or let JAVA_HOME name it.'),
    next: ['openSettings'],
  }),
  migrationFailed: (facts) => ({
    title: facts.t('{0} could not be converted.', fact(facts, 'file')),
    detail: facts.t('The migration tool says "{0}".', fact(facts, 'said')),
    next: ['retry', 'showLog'],
  }),
};

const notWarDetails: Readonly<Record<string, ((t: (text: string) => string) => string) | undefined>> = {
  incomplete: (t) => t('It is no ZIP file, or was not written to its end.'),
  unsupported: (t) => t('It is compressed in a way that servers do not read.'),
  noWebInf: (t) => t('It has no WEB-INF folder.'),
  ENOENT: (t) => t('It is not there. Build it first.'),
};
