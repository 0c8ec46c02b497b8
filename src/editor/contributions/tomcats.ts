import type { CommandRow, MenuPlace } from '../contributions';

const tomcats = 'view == swapdeck.tomcats';
const trusted = 'isWorkspaceTrusted';

/**
 * Of a server: `tomcat.STATE`, STATE one of `idle`, `asking`, `known`, `failed`; then `.jvm` (hot swap can be attached)
 * or `.attached`. Of a context path `context`, of a version `version.running` or `version.stopped`, then `.ours`; both
 * with `.web` where a page of it can be opened. The Manager itself has none of them: it is not to be stopped through
 * itself. At most three icons on a row.
 */
const row = (pattern: string, group: string): MenuPlace => ({
  menu: 'view/item/context',
  when: `${tomcats} && viewItem =~ /^${pattern}/`,
  group,
});
const server = (pattern: string, group: string): MenuPlace => row(`tomcat\\.${pattern}`, group);
const version = (pattern: string, group: string): MenuPlace => row(`version\\.${pattern}`, group);

export const tomcatCommands = {
  'swapdeck.deployWar': {
    title: 'Deploy WAR Here...',
    icon: '$(cloud-upload)',
    enablement: trusted,
    palette: `${trusted} && swapdeck.tomcats`,
    places: [
      server('known\\b', 'inline@1'),
      server('known\\b', '1_deploy@1'),
      row('context\\b', 'inline@1'),
      row('context\\b', '1_deploy@1'),
    ],
  },
  'swapdeck.attachTomcat': {
    title: 'Attach Hot Swap',
    icon: '$(zap)',
    palette: false,
    places: [server('\\w+\\.jvm\\b', 'inline@2'), server('\\w+\\.jvm\\b', '2_swap@1')],
  },
  'swapdeck.detachTomcat': {
    title: 'Detach Hot Swap',
    icon: '$(debug-disconnect)',
    palette: false,
    places: [server('\\w+\\.attached\\b', 'inline@2'), server('\\w+\\.attached\\b', '2_swap@1')],
  },
  'swapdeck.refreshTomcat': {
    title: 'Ask Again',
    icon: '$(refresh)',
    palette: false,
    places: [
      server('(idle|known|failed)\\b', 'inline@3'),
      server('(idle|known|failed)\\b', '9_ask@1'),
      row('tomcatProblem', 'inline@1'),
    ],
  },
  'swapdeck.cancelTomcat': {
    title: 'Stop Asking',
    icon: '$(debug-stop)',
    palette: false,
    places: [server('asking\\b', 'inline@3'), server('asking\\b', '9_ask@1')],
  },
  'swapdeck.threadDump': {
    title: 'Thread Dump',
    enablement: trusted,
    palette: `${trusted} && swapdeck.tomcats`,
    places: [server('known\\b', '3_look@1')],
  },
  'swapdeck.findLeaks': {
    title: 'Find Leaks...',
    enablement: trusted,
    palette: `${trusted} && swapdeck.tomcats`,
    places: [server('known\\b', '3_look@2')],
  },
  'swapdeck.openContext': {
    title: 'Open in Browser',
    icon: '$(link-external)',
    palette: false,
    places: [
      row('(context|version\\.running)\\b.*\\.web\\b', 'inline@2'),
      row('(context|version\\.running)\\b.*\\.web\\b', '1_look@1'),
    ],
  },
  'swapdeck.startContext': {
    title: 'Start',
    icon: '$(debug-start)',
    palette: false,
    places: [version('stopped\\b', 'inline@1'), version('stopped\\b', '3_life@1')],
  },
  'swapdeck.stopContext': {
    title: 'Stop...',
    palette: false,
    places: [version('running\\b', '3_life@2')],
  },
  'swapdeck.reloadContext': {
    title: 'Reload...',
    palette: false,
    places: [version('running\\b', '3_life@3')],
  },
  'swapdeck.expireSessions': {
    title: 'Expire Sessions...',
    palette: false,
    places: [version('running\\b', '4_sessions@1')],
  },
  'swapdeck.undeployWhenEmpty': {
    title: 'Undeploy When Empty...',
    icon: '$(watch)',
    palette: false,
    places: [version('running\\.ours\\.old\\b', 'inline@1'), version('running\\b', '5_remove@1')],
  },
  'swapdeck.undeployContext': {
    title: 'Undeploy...',
    palette: false,
    places: [version('\\w+', '5_remove@2')],
  },
  'swapdeck.refreshTomcats': {
    title: 'Ask All Tomcats',
    icon: '$(refresh)',
    palette: `${trusted} && swapdeck.tomcats`,
    places: [{ menu: 'view/title', when: `${tomcats} && swapdeck.tomcats`, group: 'navigation@1' }],
  },
  'swapdeck.convertWar': {
    title: 'Convert WAR to Jakarta EE...',
    enablement: trusted,
  },
} as const satisfies Record<`swapdeck.${string}`, CommandRow>;
