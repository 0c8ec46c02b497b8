import type { RouterErrorReason } from '../routers/errors';
import { fact, type Facts, type Texts } from './message';

type KeepalivedReason = Extract<
  RouterErrorReason,
  | 'noInstance'
  | 'notRoot'
  | 'inFault'
  | 'notPreempting'
  | 'syncGroup'
  | 'noTrackFile'
  | 'noHeadroom'
  | 'notHeld'
  | 'heldTwice'
>;

/** Where an address of keepalived can't be read or moved. */
export const keepalivedTexts: Pick<Texts<RouterErrorReason>, KeepalivedReason> = {
  noInstance: (facts) => ({
    title: facts.t("keepalived's configuration on {0} does not have {1}.", host(facts), address(facts)),
    detail: fact(facts, 'known')
      ? facts.t('It must be a virtual_ipaddress of one of: {0}.', fact(facts, 'known'))
      : facts.t('It has no vrrp_instance, or can not be read.'),
    next: ['openConfiguration'],
  }),
  notRoot: (facts) => ({
    title: facts.t('Nobody may move addresses on {0}.', host(facts)),
    detail: facts.t('Addresses are moved as root, or with sudo that asks for no password.'),
    next: ['openConfiguration', 'fixSignIn'],
  }),
  inFault: (facts) => ({
    title: facts.t('{0} takes part in no election: {1} is in fault.', host(facts), instance(facts)),
    detail: facts.t('keepalived saw a check fail or a network card go down there; its log says which.'),
    next: ['retry', 'showLog'],
  }),
  notPreempting: (facts) => ({
    title: facts.t('{0} on {1} has nopreempt: a higher priority does not take the address.', ...both(facts)),
    detail: facts.t(
      'Remove the line {0} from vrrp_instance {1} in keepalived.conf of {2}, and reload keepalived.',
      '`nopreempt`',
      instance(facts),
      host(facts),
    ),
    next: ['retry'],
  }),
  syncGroup: (facts) => ({
    title: facts.t(
      '{0} on {1} moves only together with its group {2}.',
      ...both(facts),
      fact(facts, 'group'),
    ),
    detail: facts.t(
      'keepalived ignores the numbers of track files in a vrrp_sync_group. Take the instance out of the group to move its address.',
    ),
    next: ['retry'],
  }),
  noTrackFile: (facts) => ({
    title: facts.t('Nothing can change the priority of {0} on {1}.', ...both(facts)),
    detail: facts.t(
      'Add to keepalived.conf of {0} a block {1} with the lines {2} and {3}, and to vrrp_instance {4} a block {5} with the line {6}; then reload keepalived. Where the instance has several, name one as {7} in swapdeck.yaml.',
      host(facts),
      '`track_file swapdeck`',
      '`file /etc/keepalived/swapdeck`',
      '`init_file 0`',
      instance(facts),
      '`track_file`',
      '`swapdeck weight 1`',
      '`track`',
    ),
    next: ['retry', 'openConfiguration'],
  }),
  noHeadroom: (facts) => ({
    title: facts.t('{0} on {1} can not get a priority above {2}.', ...both(facts), fact(facts, 'priority')),
    detail: facts.t('254 is the most. Lower the priorities of the others in keepalived.conf.'),
    next: ['retry'],
  }),
  notHeld: (facts) => ({
    title: facts.t('Nobody has {0}.', address(facts)),
    detail: facts.t('Asked: {0}. Is keepalived well on them?', fact(facts, 'hosts')),
    next: ['retry', 'showLog'],
  }),
  heldTwice: (facts) => ({
    title: facts.t('Several hosts have {0}: {1}.', address(facts), fact(facts, 'hosts')),
    detail: facts.t(
      'They do not hear of each other, or a move was interrupted. Resume it or take it back, or look at the network between them.',
    ),
    next: ['retry', 'showLog'],
  }),
};

const host = (facts: Facts): string => fact(facts, 'host');
const address = (facts: Facts): string => fact(facts, 'address');
const instance = (facts: Facts): string => fact(facts, 'instance');
const both = (facts: Facts): [string, string] => [instance(facts), host(facts)];
