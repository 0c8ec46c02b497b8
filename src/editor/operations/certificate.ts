import { daysLeft, endsSoon } from '../../certificates/expiry';
import type { CertificateRenewal, CertificateStatus } from '../../environments/certificateRenewal';
import { describe } from '../../messages/describe';
import { daysWords } from '../../messages/certificates';
import { t } from '../text';
import type { LookAt, OperationPart, OperationRow } from './model';

type Place = CertificateStatus['places'][number];

/**
 * A certificate and the servers that show it, by how long that lasts. The mark `ending` is there within the three weeks
 * before an end. Nothing secret is read, so that nobody is asked for a password by looking.
 */
export const lookAtCertificate: LookAt<CertificateRenewal> = async (renewal, signal) => {
  const { held, problem, places } = await renewal.status({ secrets: false }, signal);
  const now = Date.now();
  const ends = places.flatMap(({ served }) => (served ? [served.validTo] : [])).sort();
  const [first] = ends;
  const unasked = places.length - ends.length;
  const isNew =
    held !== undefined && places.some(({ served }) => served && served.fingerprint !== held.fingerprint);
  return {
    ...standing(first, now),
    words: [
      ...(first === undefined ? [] : [daysWords(daysLeft(first, now), t)]),
      ...(unasked > 0 ? [t('{0} of {1} servers can not be asked', unasked, places.length)] : []),
      ...(isNew ? [t('another one in the files')] : []),
      ...(problem === undefined ? [] : [describe(problem, { t }).title]),
    ],
    parts: places.map((place) => partOf(place, now)),
  };
};

function partOf({ place, served, error }: Place, now: number): OperationPart {
  if (!served) {
    const { title, detail } = describe(error, { t, where: place });
    const tooltip = detail === undefined ? [title] : [title, detail];
    return { name: place, words: [title], icon: 'error', color: 'red', marks: [], tooltip };
  }
  const { validTo, names, issuer, chain, protocol, fingerprint } = served;
  const until = t('until {0}', validTo.slice(0, 10));
  return {
    name: place,
    ...standing(validTo, now),
    words: [daysWords(daysLeft(validTo, now), t), until],
    tooltip: [
      names.join(', '),
      t('issued by {0}, {1} more in the chain', issuer, chain.length),
      until,
      protocol,
      t('SHA-256 {0}', fingerprint),
    ],
  };
}

/** How the end of a certificate is shown: by shape, by words, and by colour. */
function standing(validTo: string | undefined, now: number): Pick<OperationRow, 'icon' | 'color' | 'marks'> {
  if (validTo === undefined) return { icon: 'error', color: 'red', marks: [] };
  if (daysLeft(validTo, now) < 0) return { icon: 'error', color: 'red', marks: ['ending'] };
  if (endsSoon(validTo, now)) return { icon: 'warning', color: 'yellow', marks: ['ending'] };
  return { icon: 'lock', color: 'green', marks: [] };
}
