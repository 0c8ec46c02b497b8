import type { Fleet, FleetMember } from '../../environments/fleet';
import { t } from '../text';
import type { LookAt, OperationPart } from './model';

/** The nodes behind a load balancer of mod_jk: who gets users, and who is busy. */
export const lookAtFleet: LookAt<Fleet> = async (fleet, signal) => {
  const parts = (await fleet.members(signal)).map(partOf);
  const serving = parts.filter(({ color }) => color === 'green').length;
  return {
    words: [
      serving === parts.length ? t('{0} nodes', serving) : t('{0} of {1} nodes serve', serving, parts.length),
    ],
    icon: 'server-environment',
    ...(serving < parts.length && { color: serving === 0 ? ('red' as const) : ('yellow' as const) }),
    marks: [],
    parts,
  };
};

function partOf({ name, activation, weight, busy, state, route, host, port }: FleetMember): OperationPart {
  const isBroken = state.startsWith('ERR');
  const words = {
    active: t('active'),
    disabled: t('disabled: nobody new'),
    stopped: t('stopped: nobody'),
  }[activation];
  return {
    name,
    words: [
      words,
      ...(isBroken ? [t('does not answer')] : []),
      t('{0} in flight', busy),
      ...(activation === 'active' ? [t('weight {0}', weight)] : []),
    ],
    icon: isBroken ? 'error' : activation === 'active' ? 'vm-running' : 'vm-outline',
    color: isBroken ? 'red' : activation === 'active' ? 'green' : 'yellow',
    tooltip: [name, words, t('route {0}, {1}', route, `${host}:${port}`), t('mod_jk says {0}', state)],
    marks: [activation],
  };
}
