import { copyFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { SERVED } from '../certificates/apache';
import { Authority, inDays } from '../certificates/authority';
import type { PairOptions } from './pair';

/** Of the file with the next certificate. */
export const PFX_PASSWORD = 'pw-of-the-pfx';
const PFX = path.join('certs', 'www.pfx');

/** What a load balancer serves with, which ends soon, and what takes its place. */
export interface PairCertificate {
  readonly served: NonNullable<PairOptions['certificate']>;
  /** Puts the next one where `certificateKeys` have it. */
  bring(workspace: string): Promise<void>;
}

/** Issued by an authority of the lab's own, whose files are in `folder`. */
export async function pairCertificate(folder: string): Promise<PairCertificate> {
  const authority = await Authority.found(folder);
  const old = await authority.issue({ name: 'old', to: inDays(9.5) });
  const next = await authority.pfx(await authority.issue({ name: 'next' }), PFX_PASSWORD);
  return {
    served: { ...old, chain: authority.intermediate },
    bring: async (workspace) => {
      await mkdir(path.join(workspace, path.dirname(PFX)), { recursive: true });
      await copyFile(next, path.join(workspace, PFX));
    },
  };
}

const place = (host: string): string =>
  `      - { host: ${host}, certificate: ${SERVED.certificate}, chain: ${SERVED.chain}, key: ${SERVED.key}, serves: "https://www.example.com/" }`;

/** The key of `swapdeck.yaml` for it. */
export const certificateKeys = `certificates:
  www:
    pfx: ${PFX.replaceAll(path.sep, '/')}
    password: "\${secret:www-pfx}"
    places:
${place('lb-1')}
${place('lb-2')}
`;
