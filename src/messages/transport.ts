import type { TransportErrorReason } from '../contracts/transportError';
import { fact, type Facts, type Texts } from './message';

/** Where nothing could be connected to, or a connection was lost. */
export const transportTexts: Texts<TransportErrorReason> = {
  refused: ({ t, where }) => ({
    title: t('Nothing listens at {0}.', where),
    detail: t(
      'The machine is there but refuses the connection: the program is not running, has not come so far yet, or listens elsewhere.',
    ),
    next: ['retry', 'checkAddress'],
  }),
  unreachable: ({ t, where }) => ({
    title: t("{0} can't be reached.", where),
    detail: t('The name is unknown here, or no network leads there.'),
    next: ['checkNetwork', 'retry'],
  }),
  timeout: (facts) => ({
    title: facts.t('{0} does not answer.', facts.where),
    detail: facts.t(
      'No answer came in time. A firewall that drops packets, a machine that is down or an overloaded one look like this.',
    ),
    next: ['checkNetwork', 'retry'],
  }),
  reset: ({ t, where }) => ({
    title: t('The connection to {0} was cut.', where),
    detail: t('The other side, or a device in between, ended it in the middle.'),
    next: ['retry', 'showLog'],
  }),
  auth: (facts) => ({
    title: facts.t('{0} does not accept the sign-in.', facts.where),
    detail: fact(facts, 'methods')
      ? facts.t(
          'None of the keys, passwords or agents was accepted. The server takes: {0}.',
          fact(facts, 'methods'),
        )
      : facts.t('None of the keys, passwords or agents was accepted.'),
    next: ['fixSignIn', 'openSshConfig'],
  }),
  hostKeyUnknown: ({ t, where }) => ({
    title: t('The host key of {0} is not known.', where),
    detail: t('Nothing was sent. Compare the fingerprint with one you got another way, and confirm it once.'),
    next: ['compareFingerprint'],
  }),
  hostKeyChanged: (facts) => ({
    title: facts.t('The host key of {0} has changed. The connection was refused.', facts.where),
    detail: facts.t(
      'The machine was set up anew, or someone is in between. When you know that the change is right, remove the old key: {0}.',
      place(facts),
    ),
    next: ['openKnownHosts'],
  }),
  hostKeyRevoked: (facts) => ({
    title: facts.t('The host key of {0} is revoked. The connection was refused.', facts.where),
    detail: facts.t(
      'It is marked as revoked here: {0}. Ask whoever runs the host for its new key.',
      place(facts),
    ),
    next: ['openKnownHosts'],
  }),
  forwardingDenied: ({ t, where }) => ({
    title: t('The SSH server does not forward to {0}.', where),
    detail: t('The settings AllowTcpForwarding and PermitOpen of sshd decide on this.'),
    next: ['checkAddress', 'showLog'],
  }),
  configuration: (facts) => ({
    title: facts.t("The connection to {0} can't work as it is configured.", facts.where),
    detail: configurationDetail(facts),
    next: ['openConfiguration', 'openSshConfig'],
  }),
  untrusted: (facts) => ({
    title: facts.t('The certificate of {0} is not trusted.', facts.where),
    detail: untrustedDetail(facts),
    next: ['openConfiguration'],
  }),
  failed: ({ t, where, details }) => ({
    title: t('The connection to {0} failed.', where),
    detail: details.code === undefined ? undefined : t('The system reports {0}.', String(details.code)),
    next: ['retry', 'showLog'],
  }),
};

function untrustedDetail(facts: Facts): string {
  const { t } = facts;
  switch (fact(facts, 'code')) {
    case 'CERT_HAS_EXPIRED':
      return t('It has expired.');
    case 'CERT_NOT_YET_VALID':
      return t('It is not valid yet. Are the clocks right?');
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return t('It is for another name or address than the one it is reached by.');
    default:
      return t(
        'No authority that this machine knows has issued it ({0}). Where it is a private one, name its file: "ca".',
        fact(facts, 'code'),
      );
  }
}

function place(facts: Facts): string {
  const line = fact(facts, 'line');
  return line ? facts.t('{0}, line {1}', fact(facts, 'file'), line) : fact(facts, 'file');
}

function configurationDetail(facts: Facts): string | undefined {
  const { t } = facts;
  switch (fact(facts, 'problem')) {
    case 'unsupported':
      return t('{0} is set and is not supported; leaving it out would be unsafe.', fact(facts, 'keyword'));
    case 'value':
      return t('{0} has a value that is not understood.', fact(facts, 'keyword'));
    case 'jumpLoop':
      return t('The way there goes through the same host twice.');
    case 'unknownHost':
      return t('It names a host that is not there.');
    case 'algorithms':
      return t('The configured algorithms leave none that can be used.');
    case 'token':
      return t('A % sign is followed by a letter that has no meaning there.');
    case 'destination':
      return t('This is no SSH address: write [USER@]HOST[:PORT].');
    case 'unreadable':
      return t("{0} can't be read.", fact(facts, 'file'));
    default:
      return fact(facts, 'file') || undefined;
  }
}
