import type { CommandRow, MenuPlace } from '../contributions';

const environments = 'view == swapdeck.environments';
const applications = 'isWorkspaceTrusted && swapdeck.applications';

/** Of an operation, or a part of one: `operation.KIND`, `operationPart.KIND`, then marks; see `operationItem`. */
const place = (row: string, group: string): MenuPlace => ({
  menu: 'view/item/context',
  when: `${environments} && viewItem =~ /^${row}\\b/`,
  group,
});

/** At most three icons on a row. */
export const operationCommands = {
  'swapdeck.restartNodes': {
    title: 'Restart Nodes...',
    icon: '$(debug-restart)',
    enablement: applications,
    places: [
      place('operation\\.fleet(?!\\.busy)', 'inline@1'),
      place('operation\\.fleet(?!\\.busy)', '1_operate@1'),
      place('operationPart\\.fleet', '1_operate@3'),
    ],
  },
  'swapdeck.drainNode': {
    title: 'Drain...',
    icon: '$(debug-pause)',
    enablement: applications,
    places: [
      place('operationPart\\.fleet\\.(active|disabled)', 'inline@1'),
      place('operationPart\\.fleet\\.(active|disabled)', '1_operate@1'),
    ],
  },
  'swapdeck.activateNode': {
    title: 'Activate...',
    icon: '$(debug-start)',
    enablement: applications,
    places: [
      place('operationPart\\.fleet\\.(disabled|stopped)', 'inline@2'),
      place('operationPart\\.fleet\\.(disabled|stopped)', '1_operate@2'),
    ],
  },
  'swapdeck.moveAddress': {
    title: 'Move Address To...',
    icon: '$(arrow-swap)',
    enablement: applications,
    places: [
      place('operation\\.address(?!\\.busy)', 'inline@1'),
      place('operation\\.address(?!\\.busy)', '1_operate@1'),
    ],
  },
  'swapdeck.moveAddressHere': {
    title: 'Move Address Here',
    icon: '$(arrow-swap)',
    palette: false,
    places: [
      place('operationPart\\.address\\.ready', 'inline@1'),
      place('operationPart\\.address\\.ready', '1_operate@1'),
    ],
  },
  'swapdeck.renewCertificate': {
    title: 'Renew Certificate...',
    icon: '$(refresh)',
    enablement: applications,
    places: [
      place('operation\\.certificate(?!\\.busy)', 'inline@1'),
      place('operation\\.certificate(?!\\.busy)', '1_operate@1'),
    ],
  },
} as const satisfies Record<`swapdeck.${string}`, CommandRow>;
