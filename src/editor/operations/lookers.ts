import type { Deployable } from '../../environments/deployable';
import { kindOf, type ShownKind } from '../../environments/operations';
import { t } from '../text';
import type { LookAt, OperationLook } from './model';

/** Each loads what it needs when the first row of its kind is in sight. */
const lookers: Readonly<Record<ShownKind, () => Promise<LookAt<never>>>> = {
  address: async () => (await import('./address')).lookAtAddress,
  certificate: async () => (await import('./certificate')).lookAtCertificate,
  fleet: async () => (await import('./fleet')).lookAtFleet,
};

/** How an operation stands; with the mark `interrupted` where the last plan of it was. Rejects as its hosts do. */
export async function lookAtOperation(deployable: Deployable, signal: AbortSignal): Promise<OperationLook> {
  const look = (await lookers[kindOf(deployable.subject) as ShownKind]()) as LookAt;
  const [found, open] = await Promise.all([look(deployable, signal), deployable.interrupted(signal)]);
  if (!open) return found;
  return {
    ...found,
    words: [t('interrupted'), ...found.words],
    icon: 'debug-pause',
    color: 'yellow',
    marks: [...found.marks, 'interrupted'],
  };
}
