import type { AddressHostStatus, AddressMove } from '../../environments/addressMove';
import { describe } from '../../messages/describe';
import { t } from '../text';
import type { LookAt, OperationPart } from './model';

/** The hosts that may have an address: who has it, and whether the others could take it. */
export const lookAtAddress: LookAt<AddressMove> = async (move, signal) => {
  const { address, hosts, holders } = await move.status(signal);
  const parts = hosts.map(partOf);
  const isWell = holders.length === 1 && parts.every(({ color }) => color !== 'red' && color !== 'yellow');
  return {
    words: [
      address,
      holders.length === 0 ? t('nobody has it') : t('on {0}', holders.join(', ')),
      ...(holders.length > 1 ? [t('more than one has it')] : []),
    ],
    icon: 'arrow-swap',
    color: holders.length === 1 ? (isWell ? 'green' : 'yellow') : 'red',
    marks: [],
    parts,
  };
};

function partOf({ host, found, error, obstacles }: AddressHostStatus): OperationPart {
  if (!found) {
    const { title, detail } = describe(error, { t, where: host });
    const tooltip = [host, title, ...(detail === undefined ? [] : [detail])];
    return { name: host, words: [title], icon: 'error', color: 'red', tooltip, marks: ['unknown'] };
  }
  const { holds, priority, state, isRunning, track } = found;
  const problems = obstacles.map((each) => describe(each, { t }));
  const words = [
    holds ? t('has the address') : (problems[0]?.title ?? t('ready')),
    t('priority {0}', priority),
  ];
  const added =
    track && track.value !== 0 ? [t('{0} of it by {1}', track.value * track.weight, track.file)] : [];
  const said = isRunning
    ? t('keepalived: {0}', state?.toLowerCase() ?? t('runs'))
    : t('keepalived does not run');
  return {
    name: host,
    words,
    icon: holds ? 'vm-running' : 'vm-outline',
    ...(holds ? { color: 'green' as const } : problems.length > 0 && { color: 'yellow' as const }),
    tooltip: [
      host,
      ...words,
      ...added,
      said,
      ...problems.flatMap(({ title, detail }) => [title, ...(detail === undefined ? [] : [detail])]),
    ],
    marks: [holds ? 'holds' : 'ready'],
  };
}
