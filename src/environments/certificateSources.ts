import * as z from 'zod';
import { CertificateError } from '../certificates/errors';
import { fingerprintOf } from '../certificates/facts';
import type { CertificateSet } from '../certificates/model';
import { resolveText } from '../config/resolve';
import type { SourceOpener, UploadSource, UploadStream } from '../contracts/deployCall';
import { certificateOf, placesOf, readCertificate, type CertificateParts } from './certificatePlaces';

/** The private key of a certificate as PEM (PKCS #8). */
export const KEY_SOURCE = 'certificate.key';
/** A key store with all of it. */
export const KEYSTORE_SOURCE = 'certificate.keystore';

/** A certificate of the configuration by its name, and which it has to be. Nothing that is secret. */
const keySource = z.object({ certificate: z.string(), fingerprint: z.string() });
const keystoreSource = keySource.extend({ place: z.string() });

/**
 * Opens what is secret of a certificate, at the last moment: it is read from its files again, and goes to who asked and
 * nowhere else. Rejects with `CertificateError`; `changed` when it is not the one that was planned with.
 */
export function certificateOpeners(parts: CertificateParts): Readonly<Record<string, SourceOpener>> {
  return {
    [KEY_SOURCE]: async (source: UploadSource, signal?: AbortSignal) => {
      const { key } = await planned(keySource.parse(source), parts, signal);
      return streamOf(Buffer.from(key.export({ type: 'pkcs8', format: 'pem' })));
    },
    [KEYSTORE_SOURCE]: async (source: UploadSource, signal?: AbortSignal) => {
      const asked = keystoreSource.parse(source);
      const { leaf, chain, key } = await planned(asked, parts, signal);
      const place = placesOf(certificateOf(parts, asked.certificate), parts).find(
        ({ name }) => name === asked.place,
      );
      if (place?.files.kind !== 'keystore') throw changed(asked.certificate);
      const password = await resolveText(place.files.password, parts.providers, signal);
      const alias = await resolveText(place.files.alias, parts.providers, signal);
      const { makePkcs12 } = await import('../certificates/pkcs12');
      const certificates = [leaf, ...chain].map(({ raw }) => raw);
      return streamOf(makePkcs12({ key, certificates, password, alias }));
    },
  };
}

async function planned(
  { certificate: name, fingerprint }: z.output<typeof keySource>,
  parts: CertificateParts,
  signal: AbortSignal | undefined,
): Promise<CertificateSet> {
  const set = await readCertificate(certificateOf(parts, name), parts, signal);
  if (fingerprintOf(set.leaf) !== fingerprint) throw changed(name);
  return set;
}

function changed(name: string): CertificateError {
  return new CertificateError('changed', `${name} is another one now`, { name });
}

function streamOf(bytes: Buffer): UploadStream {
  return {
    total: bytes.length,
    // eslint-disable-next-line @typescript-eslint/require-await -- an iterable is what uploads are
    chunks: (async function* () {
      yield bytes;
    })(),
  };
}
