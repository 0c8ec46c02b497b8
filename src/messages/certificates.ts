import type { CertificateErrorReason } from '../certificates/errors';
import { fact, toMessage, type Draft, type Facts, type Message, type Texts } from './message';
import type { Translate } from './translate';

/** Where a certificate is not put anywhere. Nothing was touched then. */
export const certificateTexts: Texts<CertificateErrorReason> = {
  unreadable: (facts) => ({
    title: facts.t("{0} can't be read.", fact(facts, 'file')),
    detail: facts.t('The system says {0}.', fact(facts, 'code') || '?'),
    next: ['retry', 'openConfiguration'],
  }),
  notCertificate: (facts) => ({
    title: facts.t('{0} holds no certificate, or is damaged.', fact(facts, 'file')),
    detail: facts.t('A PEM file has "-----BEGIN CERTIFICATE-----" in it; a PFX file ends with .pfx or .p12.'),
    next: ['openConfiguration'],
  }),
  noKey: (facts) => ({
    title: facts.t('{0} holds no private key that can be read.', fact(facts, 'file')),
    detail: facts.t(
      'A PEM file has "-----BEGIN PRIVATE KEY-----" in it. A PFX file is to be exported with its key.',
    ),
    next: ['openConfiguration'],
  }),
  severalKeys: (facts) => ({
    title: facts.t('{0} holds more than one private key.', fact(facts, 'file')),
    detail: facts.t('Nothing says which of them is meant: put each into a file of its own.'),
    next: ['openConfiguration'],
  }),
  noPassword: (facts) => ({
    title: facts.t('{0} is protected by a password.', fact(facts, 'file')),
    detail: facts.t('Write it at the certificate as `password`, better as `${secret:NAME}`.'),
    next: ['openConfiguration'],
  }),
  wrongPassword: (facts) => ({
    title: facts.t('The password of {0} is another one.', fact(facts, 'file')),
    detail: facts.t('Nothing was touched.'),
    next: ['setValue', 'openConfiguration'],
  }),
  unsupported: (facts) => ({
    title: facts.t("{0} is protected in a way that can't be read.", fact(facts, 'file')),
    detail: facts.t(
      'Protect it anew: `openssl pkcs12 -export` with its defaults, or `openssl pkcs8 -topk8 -v2 aes-256-cbc` for a key. ({0})',
      fact(facts, 'algorithm') || '?',
    ),
    next: ['retry', 'openConfiguration'],
  }),
  changed: (facts) => ({
    title: facts.t('{0} is not the certificate that the plan was made for.', fact(facts, 'name')),
    detail: facts.t(
      'Its files, or what swapdeck.yaml says of them, were changed meanwhile. Make a new plan.',
    ),
    next: ['retry'],
  }),
  keyMismatch: (facts) => ({
    title: facts.t(
      'The key in {0} does not belong to the certificate {1}.',
      fact(facts, 'file'),
      fact(facts, 'subject'),
    ),
    detail: facts.t(
      'A key is made together with the request for its certificate: take the one of that request. Nothing was touched.',
    ),
    next: ['openConfiguration'],
  }),
  chainOrder: (facts) => ({
    title: facts.t('The chain is out of order.'),
    detail: facts.t(
      'Each certificate is followed by the one that issued it: {0}. Nothing was touched.',
      fact(facts, 'order'),
    ),
    next: ['openConfiguration'],
  }),
  chainBroken: (facts) => ({
    title: facts.t('{0} does not belong to the chain.', fact(facts, 'subject')),
    detail: facts.t(
      'It issued none of the others. Take it out, or add the one between. Nothing was touched.',
    ),
    next: ['openConfiguration'],
  }),
  expired: (facts) => ({
    title: facts.t('The certificate {0} ended on {1}.', fact(facts, 'subject'), day(facts)),
    detail: facts.t('Nothing was touched.'),
    next: ['openConfiguration'],
  }),
  notYetValid: (facts) => ({
    title: facts.t('The certificate {0} begins on {1} only.', fact(facts, 'subject'), day(facts)),
    detail: facts.t('Is the clock of this machine right? Nothing was touched.'),
    next: ['retry', 'openConfiguration'],
  }),
  wrongName: (facts) => ({
    title: facts.t('The certificate is not for {0}.', fact(facts, 'name')),
    detail: facts.t('It is for: {0}. Nothing was touched.', fact(facts, 'names') || '-'),
    next: ['openConfiguration'],
  }),
  notServer: (facts) => ({
    title: facts.t('The certificate {0} is not for servers.', fact(facts, 'subject')),
    detail: facts.t(
      'Browsers refuse it. Ask its issuer for one with the purpose "serverAuth". Nothing was touched.',
    ),
    next: ['openConfiguration'],
  }),
  weak: (facts) => ({
    title: facts.t('The certificate {0} is too weak: {1}.', fact(facts, 'subject'), fact(facts, 'problem')),
    detail: facts.t(
      'Browsers refuse it. RSA keys have 2048 bits or more, signatures SHA-256. Nothing was touched.',
    ),
    next: ['openConfiguration'],
  }),
};

/** `89 days left`, `ended 3 days ago`; `days` as of `daysLeft`. */
export function daysWords(days: number, t: Translate): string {
  if (days < -1) return t('ended {0} days ago', -days);
  if (days < 0) return t('has ended');
  return days === 1 ? t('1 day left') : t('{0} days left', days);
}

/** Within the three weeks before its end. `left` as of `daysWords`. */
export function endingCertificate(name: string, environment: string, left: string, t: Translate): Message {
  const draft: Draft = {
    title: t('The certificate {0} in {1}: {2}.', name, environment, left),
    detail: t('Put a new one into its files, then renew it: all its servers get it, or none.'),
    next: ['renewCertificate', 'openConfiguration'],
  };
  return toMessage(draft, t);
}

function day(facts: Facts): string {
  return fact(facts, 'at').slice(0, 10);
}
