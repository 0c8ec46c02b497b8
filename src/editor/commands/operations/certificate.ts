import type { Receipt } from '../../../contracts/deployRecord';
import type { CertificateRenewal } from '../../../environments/certificateRenewal';
import { nameOf } from '../../../environments/operations';
import type { App } from '../../app';
import { deployByPlan } from '../../deploy/flow';
import { t } from '../../text';
import { chooseOperation } from './chooseOperation';

/** Has the certificate of the files served: all its servers or none. */
export async function renewCertificate(app: App, node?: unknown): Promise<Receipt | undefined> {
  const placed = await chooseOperation(app, 'certificate', t('Renew a Certificate'), node);
  if (!placed) return undefined;
  const title = t('Planning to renew {0} in {1}', nameOf(placed.application), placed.environment);
  return deployByPlan<CertificateRenewal>(app, placed, title, (renewal, signal) => renewal.plan(signal));
}
