import type { CommandRow, MenuPlace } from '../contributions';

const containers = 'view == swapdeck.containers';
const trusted = 'isWorkspaceTrusted';

/**
 * Of a container: `container.STATE`, STATE one of `running`, `paused`, `stopped`; then `.ours`, `.jvm` (hot swap can be
 * attached) or `.attached`, and `.web` (a port leads to it from this machine). At most three icons on a row.
 */
const container = (pattern: string, group: string): MenuPlace => ({
  menu: 'view/item/context',
  when: `${containers} && viewItem =~ /^container\\.${pattern}/`,
  group,
});
const item = (pattern: string, group: string): MenuPlace => ({
  menu: 'view/item/context',
  when: `${containers} && viewItem =~ /^${pattern}/`,
  group,
});

export const containerCommands = {
  'swapdeck.followLogs': {
    title: 'Follow Logs',
    icon: '$(output)',
    enablement: trusted,
    places: [container('', 'inline@1'), container('', '1_look@1')],
  },
  'swapdeck.openShell': {
    title: 'Open Shell',
    icon: '$(terminal)',
    enablement: trusted,
    places: [container('running\\.ours', 'inline@2'), container('running\\.ours', '1_look@2')],
  },
  'swapdeck.showUsage': {
    title: 'Show What It Uses',
    palette: false,
    places: [container('running', '1_look@3')],
  },
  'swapdeck.inspectContainer': {
    title: 'Inspect',
    palette: false,
    places: [container('', '1_look@4')],
  },
  'swapdeck.openContainerPort': {
    title: 'Open in Browser',
    icon: '$(link-external)',
    palette: false,
    places: [container('.*\\.web\\b', '1_look@5')],
  },
  'swapdeck.attachContainer': {
    title: 'Attach Hot Swap',
    icon: '$(zap)',
    palette: false,
    places: [container('running\\b.*\\.jvm\\b', 'inline@3'), container('running\\b.*\\.jvm\\b', '2_swap@1')],
  },
  'swapdeck.detachContainer': {
    title: 'Detach Hot Swap',
    icon: '$(debug-disconnect)',
    palette: false,
    places: [container('.*\\.attached\\b', 'inline@3'), container('.*\\.attached\\b', '2_swap@1')],
  },
  'swapdeck.startContainer': {
    title: 'Start',
    icon: '$(debug-start)',
    palette: false,
    places: [container('stopped\\.ours', 'inline@2'), container('stopped\\.ours', '3_life@1')],
  },
  'swapdeck.stopContainer': {
    title: 'Stop...',
    palette: false,
    places: [container('(running|paused)\\.ours', '3_life@2')],
  },
  'swapdeck.restartContainer': {
    title: 'Restart...',
    palette: false,
    places: [container('(running|paused)\\.ours', '3_life@3')],
  },
  'swapdeck.removeContainer': {
    title: 'Remove...',
    palette: false,
    places: [container('\\w+\\.ours', '3_life@4')],
  },
  'swapdeck.copyName': {
    title: 'Copy Name',
    palette: false,
    places: [item('(container|image)\\b', '9_copy@1')],
  },
  'swapdeck.copyId': {
    title: 'Copy Id',
    palette: false,
    places: [item('(container|image)\\b', '9_copy@2')],
  },
  'swapdeck.refreshContainers': {
    title: 'Connect Again',
    icon: '$(refresh)',
    palette: false,
    places: [
      item('host\\.(lost|idle|connected)', 'inline@1'),
      item('host\\b', '1_host@1'),
      item('hostProblem', 'inline@1'),
    ],
  },
} as const satisfies Record<`swapdeck.${string}`, CommandRow>;
