import type { CommandRow, MenuPlace } from '../contributions';

const environments = 'view == swapdeck.environments';
const deployments = 'view == swapdeck.deployments';
const trusted = 'isWorkspaceTrusted';
const applications = `${trusted} && swapdeck.applications`;
const pendingPlan = 'resourceScheme == swapdeck-deploy && resource in swapdeck.pendingPlans';

/** Of an application: `application.STATE`, then its marks; see `applicationItem`. */
const application = (states: string, group: string, mark = ''): MenuPlace => ({
  menu: 'view/item/context',
  when: `${environments} && viewItem =~ /^application\\.(${states})\\b${mark && `.*\\.${mark}\\b`}/`,
  group,
});
/** Of a deployment: `deployment.STATE`, then `.receipt`; see `deploymentItem`. */
const deployment = (states: string, group: string): MenuPlace => ({
  menu: 'view/item/context',
  when: `${deployments} && viewItem =~ /^deployment\\.(${states})\\b/`,
  group,
});

/** Of an operation whose last plan was interrupted; of any. */
const interruptedOperation = (group: string): MenuPlace => ({
  menu: 'view/item/context',
  when: `${environments} && viewItem =~ /^operation\\..*\\.interrupted\\b/`,
  group,
});
const operation = (group: string): MenuPlace => ({
  menu: 'view/item/context',
  when: `${environments} && viewItem =~ /^operation\\./`,
  group,
});

/** At most three icons on a row. */
export const deployCommands = {
  'swapdeck.deploy': {
    title: 'Deploy...',
    icon: '$(cloud-upload)',
    enablement: applications,
    places: [
      application('idle|failed', 'inline@1'),
      application('idle|failed', '1_deploy@1'),
      { menu: 'view/title', when: `${deployments} && ${applications}`, group: 'navigation@1' },
    ],
  },
  'swapdeck.rollBack': {
    title: 'Roll Back...',
    icon: '$(history)',
    enablement: applications,
    places: [application('idle', 'inline@2', 'kept'), application('idle', '1_deploy@2', 'kept')],
  },
  'swapdeck.switchTraffic': {
    title: 'Switch Traffic...',
    icon: '$(arrow-swap)',
    enablement: applications,
    places: [application('idle', '1_deploy@3', 'standby')],
  },
  'swapdeck.pullRelease': {
    title: 'Pull a Release Out of Service...',
    icon: '$(circle-slash)',
    enablement: applications,
    places: [application('idle', '1_deploy@5', 'standby')],
  },
  'swapdeck.removeBranch': {
    title: 'Remove a Branch...',
    icon: '$(trash)',
    enablement: applications,
    places: [
      {
        menu: 'view/item/context',
        when: `${environments} && viewItem == applicationBranch`,
        group: 'inline@1',
      },
      {
        menu: 'view/item/context',
        when: `${environments} && viewItem == applicationBranch`,
        group: '1_deploy@1',
      },
    ],
  },
  'swapdeck.openPlan': {
    title: 'Open Plan...',
    icon: '$(preview)',
    enablement: applications,
    places: [application('idle|failed|interrupted', '1_deploy@4')],
  },
  'swapdeck.executePlan': {
    title: 'Execute Plan',
    icon: '$(run)',
    palette: false,
    places: [{ menu: 'editor/title', when: pendingPlan, group: 'navigation@1' }],
  },
  'swapdeck.discardPlan': {
    title: 'Discard Plan',
    icon: '$(close)',
    palette: false,
    places: [{ menu: 'editor/title', when: pendingPlan, group: 'navigation@2' }],
  },
  'swapdeck.cancelDeployment': {
    title: 'Cancel Deployment',
    icon: '$(debug-stop)',
    enablement: 'swapdeck.deploying',
    palette: 'swapdeck.deploying',
    places: [application('deploying', 'inline@1'), deployment('running', 'inline@1')],
  },
  'swapdeck.resumeDeployment': {
    title: 'Resume Deployment',
    icon: '$(debug-continue)',
    enablement: applications,
    places: [
      application('interrupted', 'inline@1'),
      application('interrupted', '1_deploy@1'),
      interruptedOperation('1_deploy@1'),
      deployment('interrupted|committed', 'inline@1'),
      deployment('interrupted|committed', '1_deploy@1'),
    ],
  },
  'swapdeck.undoDeployment': {
    title: 'Undo Deployment',
    icon: '$(discard)',
    enablement: applications,
    places: [
      application('interrupted', 'inline@2'),
      application('interrupted', '1_deploy@2'),
      interruptedOperation('1_deploy@2'),
      deployment('interrupted', 'inline@2'),
      deployment('interrupted', '1_deploy@2'),
    ],
  },
  'swapdeck.unlock': {
    title: 'Take the Lock Away...',
    icon: '$(unlock)',
    enablement: applications,
    places: [application('idle|busy|interrupted', '3_lock@1', 'locked')],
  },
  'swapdeck.showHistory': {
    title: 'Show History',
    icon: '$(list-unordered)',
    enablement: applications,
    places: [application('idle|busy|deploying|interrupted|failed', '2_show@1'), operation('2_show@1')],
  },
  'swapdeck.showApplicationLog': {
    title: 'Show Log of Application',
    icon: '$(output)',
    enablement: applications,
    places: [application('idle|busy|deploying|interrupted', '2_show@2')],
  },
  'swapdeck.showReceipt': {
    title: 'Show Receipt',
    icon: '$(checklist)',
    palette: false,
    places: [
      {
        menu: 'view/item/context',
        when: `${deployments} && viewItem =~ /^deployment\\.over\\.receipt\\b/`,
        group: 'inline@1',
      },
      {
        menu: 'view/item/context',
        when: `${deployments} && viewItem =~ /^deployment\\.\\w+\\.receipt\\b/`,
        group: '2_show@2',
      },
    ],
  },
  'swapdeck.showTraffic': {
    title: 'Show Traffic',
    icon: '$(graph-line)',
    palette: false,
    places: [
      {
        menu: 'view/item/context',
        when: `${deployments} && viewItem =~ /^deployment\\.(running|undoing|\\w+\\.receipt)\\b/`,
        group: 'inline@4',
      },
    ],
  },
  'swapdeck.showPlan': {
    title: 'Show Plan',
    icon: '$(preview)',
    palette: false,
    places: [deployment('running|undoing|elsewhere|interrupted|committed|over', '2_show@1')],
  },
  'swapdeck.showStepLog': { title: 'Show Log of Step', palette: false },
  'swapdeck.groupDeployments': {
    title: 'Group by Environment',
    icon: '$(layers)',
    palette: false,
    places: [
      { menu: 'view/title', when: `${deployments} && !swapdeck.deploymentsGrouped`, group: '1_group@1' },
    ],
  },
  'swapdeck.ungroupDeployments': {
    title: 'List All Together',
    icon: '$(list-flat)',
    palette: false,
    places: [
      { menu: 'view/title', when: `${deployments} && swapdeck.deploymentsGrouped`, group: '1_group@1' },
    ],
  },
  'swapdeck.refreshDeployments': {
    title: 'Refresh Deployments',
    icon: '$(refresh)',
    palette: false,
    places: [{ menu: 'view/title', when: deployments, group: 'navigation@9' }],
  },
} as const satisfies Record<`swapdeck.${string}`, CommandRow>;
