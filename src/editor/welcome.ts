import type { ViewId } from './contributions';

/** What a view says while it has no rows: one button (a link on a line of its own), further links in the text. */
export interface WelcomeRow {
  readonly view: ViewId;
  readonly when: string;
  readonly contents: string;
}

const more = '[Get started](command:swapdeck.openWalkthrough)';

export const welcome: readonly WelcomeRow[] = [
  {
    view: 'swapdeck.environments',
    when: '!isWorkspaceTrusted',
    contents: [
      'Swapdeck attaches to running JVMs and starts a compiler. In a folder you do not trust it only validates swapdeck.yaml.',
      '[Manage Workspace Trust](command:workbench.trust.manage)',
    ].join('\n'),
  },
  {
    view: 'swapdeck.environments',
    when: 'isWorkspaceTrusted && workspaceFolderCount == 0',
    contents: [
      'A saved Java class, live in the running JVM in milliseconds. Try it with the sample.',
      '[Start Sample](command:swapdeck.startSample)',
      `Or [open a folder](command:vscode.openFolder) with your own project. ${more}.`,
    ].join('\n'),
  },
  {
    view: 'swapdeck.environments',
    when: 'isWorkspaceTrusted && workspaceFolderCount > 0 && swapdeck.configuration == none',
    contents: [
      'No JVM on this machine listens for a debugger. Start yours with',
      '`-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=127.0.0.1:5005`',
      '[Attach to a JVM](command:swapdeck.attach)',
      `Or write a [swapdeck.yaml](command:swapdeck.openConfiguration), or [start the sample](command:swapdeck.startSample). ${more}.`,
    ].join('\n'),
  },
  {
    view: 'swapdeck.environments',
    when: 'isWorkspaceTrusted && workspaceFolderCount > 0 && swapdeck.configuration == empty',
    contents: [
      'swapdeck.yaml has no environment with a JVM yet.',
      '[Open swapdeck.yaml](command:swapdeck.openConfiguration)',
      `Or [attach to a JVM](command:swapdeck.attach) by its address. ${more}.`,
    ].join('\n'),
  },
  {
    view: 'swapdeck.environments',
    when: 'isWorkspaceTrusted && workspaceFolderCount > 0 && swapdeck.configuration == invalid',
    contents: [
      'swapdeck.yaml has errors, so its environments cannot be shown.',
      '[Open swapdeck.yaml](command:swapdeck.openConfiguration)',
    ].join('\n'),
  },
  {
    view: 'swapdeck.deployments',
    when: '!isWorkspaceTrusted',
    contents: 'Nothing is deployed from a folder you do not trust.',
  },
  {
    view: 'swapdeck.deployments',
    when: 'isWorkspaceTrusted',
    contents: [
      'Nothing was deployed yet. A plan is shown before anything is done, and it can be taken back.',
      '[Deploy](command:swapdeck.deploy)',
    ].join('\n'),
  },
  {
    view: 'swapdeck.swaps',
    when: '!isWorkspaceTrusted',
    contents: 'Nothing is swapped in a folder you do not trust.',
  },
  {
    view: 'swapdeck.swaps',
    when: 'isWorkspaceTrusted && !swapdeck.attached && !swapdeck.swapsFiltered',
    contents: ['Swaps of classes are listed here.', '[Attach to a JVM](command:swapdeck.attach)'].join('\n'),
  },
  {
    view: 'swapdeck.swaps',
    when: 'isWorkspaceTrusted && swapdeck.attached && !swapdeck.swapsFiltered',
    contents: 'Nothing swapped yet. Edit a method of the running application and save.',
  },
  {
    view: 'swapdeck.containers',
    when: '!isWorkspaceTrusted',
    contents: 'No host is connected to in a folder you do not trust.',
  },
  {
    view: 'swapdeck.containers',
    when: 'isWorkspaceTrusted',
    contents: [
      'Containers of the hosts in swapdeck.yaml are listed here: follow their logs, open a shell, attach hot swap to the JVM inside.',
      '[Open swapdeck.yaml](command:swapdeck.openConfiguration)',
      'Name a host under `hosts`, such as `web-1: { ssh: deploy@10.0.0.11 }` or `here: { local: true }`.',
    ].join('\n'),
  },
  {
    view: 'swapdeck.tomcats',
    when: '!isWorkspaceTrusted',
    contents: 'No server is asked in a folder you do not trust.',
  },
  {
    view: 'swapdeck.tomcats',
    when: 'isWorkspaceTrusted && !swapdeck.tomcats',
    contents: [
      'Tomcats of swapdeck.yaml are listed here: their web applications version by version, with the sessions of each.',
      '[Open swapdeck.yaml](command:swapdeck.openConfiguration)',
      'Name a server under `tomcats`, such as `web-1: { manager: "http://10.0.0.11:8080/manager", user: deployer, password: "${secret:tomcat}" }`.',
    ].join('\n'),
  },
  {
    view: 'swapdeck.comparison',
    when: 'swapdeck.attached',
    contents: [
      'See where a running JVM differs from its class files, by class and method.',
      '[Compare With Running](command:swapdeck.compareWithRunning)',
    ].join('\n'),
  },
];
