import type { KeyObject, X509Certificate } from 'node:crypto';

/** Files of this machine, absolute. */
export type CertificateFiles =
  | { readonly kind: 'pfx'; readonly pfx: string }
  /** `key` may be the file of the certificate. Without `chain` what follows the certificate in its file is the chain. */
  | {
      readonly kind: 'pem';
      readonly certificate: string;
      readonly key: string;
      readonly chain?: string | undefined;
    };

/** What is needed to serve a name over TLS. */
export interface CertificateSet {
  readonly leaf: X509Certificate;
  /** Each issued the one before; the first issued the leaf. */
  readonly chain: readonly X509Certificate[];
  readonly key: KeyObject;
}
