/**
 * What the extension contributes to the editor, as typed tables: commands, views, settings, colours. The
 * manifest in package.json and the texts in package.nls.json are made from here (`npm run manifest`), and a
 * unit test refuses a difference. Nothing here imports `vscode`.
 */

import { containerCommands } from './contributions/containers';
import { deployCommands } from './contributions/deploy';
import { operationCommands } from './contributions/operations';
import { tomcatCommands } from './contributions/tomcats';

export { settings, type SettingId, type SettingRow } from './contributions/settings';

/** Where a command is offered besides the palette. `group` sorts it; `inline` groups are icons on a row. */
export interface MenuPlace {
  readonly menu:
    'view/title' | 'view/item/context' | 'editor/title' | 'editor/context' | 'editor/title/context';
  readonly when: string;
  readonly group: string;
}

export interface CommandRow {
  readonly title: string;
  /** A codicon, such as `$(plug)`; required for a command with an inline place. */
  readonly icon?: string;
  readonly enablement?: string;
  /** `false` hides it from the palette; a text is the condition to show it. Default: in a trusted workspace. */
  readonly palette?: false | string;
  readonly places?: readonly MenuPlace[];
}

export const container = { id: 'swapdeck', title: 'Swapdeck', icon: 'media/swapdeck.svg' } as const;

export const views = {
  'swapdeck.environments': { name: 'Environments', icon: '$(vm)' },
  'swapdeck.deployments': {
    name: 'Deployments',
    icon: '$(cloud-upload)',
    when: 'swapdeck.applications',
  },
  'swapdeck.containers': { name: 'Containers', icon: '$(package)' },
  'swapdeck.tomcats': { name: 'Tomcats', icon: '$(server-environment)' },
  'swapdeck.swaps': { name: 'Swaps', icon: '$(zap)' },
  'swapdeck.comparison': { name: 'Comparison', icon: '$(diff)', when: 'swapdeck.compared' },
} as const satisfies Record<string, { name: string; icon: string; when?: string }>;
export type ViewId = keyof typeof views;

/** The keys that `when` clauses ask for, besides the editor's own. Set in `contextKeys.ts`. */
export type ContextKey =
  /** At least one JVM is attached. */
  | 'swapdeck.attached'
  /** At least one JVM is attached, connecting, or waited for. */
  | 'swapdeck.sessions'
  | 'swapdeck.paused'
  /** A swap or a compilation takes long and can be given up. */
  | 'swapdeck.cancellable'
  /** A class was swapped since the window opened; ends a step of the walkthrough. */
  | 'swapdeck.swapped'
  /** A JVM was compared with its class roots, and is still attached. */
  | 'swapdeck.compared'
  /** The list of swaps shows only some of them. */
  | 'swapdeck.swapsFiltered'
  | 'swapdeck.sampleRunning'
  /** An environment has an application that can be deployed, or an operation. */
  | 'swapdeck.applications'
  /** This window executes a deployment. */
  | 'swapdeck.deploying'
  | 'swapdeck.deploymentsGrouped'
  /** A configuration names a Tomcat. */
  | 'swapdeck.tomcats'
  /** Uris of the plans that wait for a yes or no. */
  | 'swapdeck.pendingPlans'
  /** `none`, `invalid`, `empty` (no environment with a JVM), `environments`. */
  | 'swapdeck.configuration';

const environments = 'view == swapdeck.environments';
const swaps = 'view == swapdeck.swaps';
const comparison = 'view == swapdeck.comparison';
const trusted = 'isWorkspaceTrusted';

/** A source of an attached JVM's classes is in the editor. */
const javaSource = 'swapdeck.attached && resourceLangId =~ /^(java|kotlin|groovy|scala)$/';

const row = (states: string, group: string): MenuPlace => ({
  menu: 'view/item/context',
  when: `${environments} && viewItem =~ /^jvm\\b.*\\.(${states})\\b/`,
  group,
});

const swapRow = (item: string, group: string): MenuPlace => ({
  menu: 'view/item/context',
  when: `${swaps} && viewItem =~ /^${item}\\b/`,
  group,
});

/**
 * The `viewItem` of a JVM's row is `jvm.STATE`, then `.cancellable` while a swap waits and `.configured` when it
 * stands in swapdeck.yaml or launch.json; STATE is one of `detached`, `connecting`, `attached`, `suspended`,
 * `waiting`, `unsupported`. At most three icons on a row.
 */
export const commands = {
  'swapdeck.attach': {
    title: 'Attach to a JVM...',
    icon: '$(plug)',
    enablement: trusted,
    places: [
      row('detached', 'inline@1'),
      row('detached', '1_connection@1'),
      { menu: 'view/title', when: `${environments} && ${trusted}`, group: 'navigation@1' },
    ],
  },
  'swapdeck.detach': {
    title: 'Detach',
    icon: '$(debug-disconnect)',
    enablement: 'swapdeck.sessions',
    places: [
      row('attached|suspended|waiting|connecting', 'inline@3'),
      row('attached|suspended|waiting|connecting', '1_connection@2'),
    ],
  },
  'swapdeck.retry': {
    title: 'Connect Again Now',
    icon: '$(refresh)',
    palette: false,
    places: [row('waiting', 'inline@1'), row('waiting', '1_connection@1')],
  },
  'swapdeck.resumeJvm': {
    title: 'Resume JVM',
    icon: '$(debug-continue)',
    enablement: 'swapdeck.attached',
    places: [row('suspended', 'inline@1'), row('suspended', '2_jvm@1')],
  },
  'swapdeck.swapNow': {
    title: 'Swap Changed Classes Now',
    icon: '$(zap)',
    enablement: 'swapdeck.attached',
    places: [
      { menu: 'view/title', when: `${environments} && swapdeck.attached`, group: 'navigation@2' },
      row('attached', '2_jvm@2'),
    ],
  },
  'swapdeck.previewSwap': {
    title: 'Preview Swap',
    icon: '$(preview)',
    enablement: 'swapdeck.attached',
    places: [
      { menu: 'view/title', when: `${environments} && swapdeck.attached`, group: '2_swap@1' },
      row('attached', '2_jvm@2'),
      { menu: 'editor/title', when: javaSource, group: '1_swapdeck@1' },
      { menu: 'editor/context', when: javaSource, group: 'z_swapdeck@1' },
      { menu: 'editor/title/context', when: javaSource, group: '3_swapdeck@1' },
    ],
  },
  'swapdeck.compareClass': { title: 'Compare Class with What Runs', palette: false },
  'swapdeck.undoEdit': {
    title: 'Undo the Edit That Was Refused',
    icon: '$(discard)',
    enablement: 'swapdeck.attached',
  },
  'swapdeck.restartJvm': {
    title: 'Restart JVM with a Task',
    icon: '$(debug-restart)',
    enablement: trusted,
    places: [row('attached|suspended|waiting', '2_jvm@4')],
  },
  'swapdeck.chooseRestartTask': { title: 'Choose Task to Restart the JVM...', enablement: trusted },
  'swapdeck.cancel': {
    title: 'Cancel Waiting Swap',
    icon: '$(debug-stop)',
    enablement: 'swapdeck.cancellable',
    places: [row('cancellable', 'inline@2'), row('cancellable', '2_jvm@3')],
  },
  'swapdeck.compareWithRunning': {
    title: 'Compare With Running',
    icon: '$(compare-changes)',
    enablement: 'swapdeck.attached',
    places: [row('attached', 'inline@1'), row('attached', '2_jvm@4')],
  },
  'swapdeck.makeEqual': {
    title: 'Make Equal',
    icon: '$(zap)',
    enablement: 'swapdeck.attached',
    palette: 'swapdeck.compared',
    places: [
      { menu: 'view/title', when: comparison, group: 'navigation@1' },
      {
        menu: 'view/item/context',
        when: `${comparison} && viewItem =~ /^compared(Jvm\\.differs|(State|Package|Class)\\.(changed|debug))$/`,
        group: 'inline@1',
      },
    ],
  },
  'swapdeck.compareAgain': {
    title: 'Compare Again',
    icon: '$(refresh)',
    enablement: 'swapdeck.attached',
    palette: 'swapdeck.compared',
    places: [
      { menu: 'view/title', when: comparison, group: 'navigation@2' },
      {
        menu: 'view/item/context',
        when: `${comparison} && viewItem =~ /^comparedJvm\\b/`,
        group: 'inline@2',
      },
    ],
  },
  'swapdeck.closeComparison': {
    title: 'Close Comparison',
    icon: '$(close)',
    palette: 'swapdeck.compared',
    places: [
      { menu: 'view/title', when: comparison, group: '1_close@1' },
      {
        menu: 'view/item/context',
        when: `${comparison} && viewItem =~ /^comparedJvm\\b/`,
        group: 'inline@3',
      },
    ],
  },
  'swapdeck.openComparison': { title: 'Compare Bytecode', palette: false },
  'swapdeck.pause': {
    title: 'Pause Swap on Save',
    icon: '$(debug-pause)',
    enablement: `${trusted} && !swapdeck.paused`,
    palette: `${trusted} && !swapdeck.paused`,
    places: [
      {
        menu: 'view/title',
        when: `${swaps} && swapdeck.sessions && !swapdeck.paused`,
        group: 'navigation@1',
      },
    ],
  },
  'swapdeck.unpause': {
    title: 'Resume Swap on Save',
    icon: '$(debug-start)',
    enablement: 'swapdeck.paused',
    palette: 'swapdeck.paused',
    places: [{ menu: 'view/title', when: `${swaps} && swapdeck.paused`, group: 'navigation@1' }],
  },
  'swapdeck.undoSwap': {
    title: 'Undo Swap',
    icon: '$(discard)',
    enablement: 'swapdeck.attached',
    places: [swapRow('(swap|group)\\.undo', 'inline@1'), swapRow('(swap|group)\\.undo', '1_undo@1')],
  },
  'swapdeck.redoSwap': {
    title: 'Redo Swap',
    icon: '$(redo)',
    enablement: 'swapdeck.attached',
    places: [swapRow('swap\\.redo', 'inline@1'), swapRow('swap\\.redo', '1_undo@1')],
  },
  'swapdeck.undoAll': {
    title: 'Undo Everything Since Attach...',
    enablement: 'swapdeck.attached',
    places: [row('attached', '2_jvm@9')],
  },
  'swapdeck.openSwappedClass': {
    title: 'Show What Changed',
    icon: '$(diff)',
    palette: false,
    places: [swapRow('swappedClass\\.kept', '1_open@1')],
  },
  'swapdeck.filterSwaps': {
    title: 'Filter Swaps...',
    icon: '$(filter)',
    places: [{ menu: 'view/title', when: swaps, group: 'navigation@2' }],
  },
  'swapdeck.clearSwapFilter': {
    title: 'Clear Filter of Swaps',
    icon: '$(clear-all)',
    enablement: 'swapdeck.swapsFiltered',
    palette: 'swapdeck.swapsFiltered',
    places: [{ menu: 'view/title', when: `${swaps} && swapdeck.swapsFiltered`, group: 'navigation@3' }],
  },
  'swapdeck.showSwaps': { title: 'Show Swaps', icon: '$(list-unordered)' },
  'swapdeck.showLog': {
    title: 'Show Log',
    icon: '$(output)',
    palette: 'true',
    places: [
      { menu: 'view/title', when: environments, group: '5_log@1' },
      { menu: 'view/title', when: swaps, group: '5_log@1' },
    ],
  },
  'swapdeck.openConfiguration': {
    title: 'Open Configuration',
    icon: '$(gear)',
    palette: 'workspaceFolderCount > 0',
    places: [
      { menu: 'view/title', when: `${environments} && workspaceFolderCount > 0`, group: '3_configuration@1' },
      {
        menu: 'view/item/context',
        when: `${environments} && viewItem =~ /^(environment|jvm\\b.*\\.configured)\\b/`,
        group: '3_configuration@1',
      },
    ],
  },
  'swapdeck.startSample': {
    title: 'Start Sample',
    icon: '$(rocket)',
    enablement: trusted,
    places: [{ menu: 'view/title', when: `${environments} && ${trusted}`, group: '4_sample@1' }],
  },
  'swapdeck.stopSample': {
    title: 'Stop Sample',
    enablement: 'swapdeck.sampleRunning',
    palette: 'swapdeck.sampleRunning',
    places: [{ menu: 'view/title', when: `${environments} && swapdeck.sampleRunning`, group: '4_sample@2' }],
  },
  'swapdeck.refresh': {
    title: 'Refresh',
    icon: '$(refresh)',
    palette: false,
    places: [{ menu: 'view/title', when: environments, group: 'navigation@9' }],
  },
  'swapdeck.openClass': {
    title: 'Open Source',
    icon: '$(go-to-file)',
    palette: false,
    places: [swapRow('swappedClass', 'inline@1'), swapRow('swappedClass', '1_open@2')],
  },
  'swapdeck.openWalkthrough': { title: 'Get Started', palette: 'true' },
  ...deployCommands,
  ...containerCommands,
  ...operationCommands,
  ...tomcatCommands,
} as const satisfies Record<`swapdeck.${string}`, CommandRow>;
export type CommandId = keyof typeof commands;

/** Languages with a grammar; a document has the language of its file name extension. */
export const languages = {
  'jvm-bytecode': {
    name: 'JVM Bytecode',
    extension: '.jvm-bytecode',
    scopeName: 'source.jvm-bytecode',
    grammar: 'syntaxes/jvm-bytecode.tmLanguage.json',
  },
  'swapdeck-plan': {
    name: 'Deployment Plan',
    extension: '.swapdeck-plan',
    scopeName: 'text.deploy-plan',
    grammar: 'syntaxes/deploy-plan.tmLanguage.json',
  },
  'swapdeck-threaddump': {
    name: 'Java Thread Dump',
    extension: '.threaddump',
    scopeName: 'text.threaddump',
    grammar: 'syntaxes/threaddump.tmLanguage.json',
  },
} as const;

/** Colours a theme may set; the default is another colour of the editor, for each kind of theme. */
export const colors = {
  'swapdeck.swappedMethodBackground': {
    description: 'Background of a method that was just swapped.',
    defaults: {
      dark: 'diffEditor.insertedLineBackground',
      light: 'diffEditor.insertedLineBackground',
      highContrast: 'diffEditor.insertedLineBackground',
      highContrastLight: 'diffEditor.insertedLineBackground',
    },
  },
  'swapdeck.swappedMethodMark': {
    description: 'Marks of a method that was just swapped: its border and its place in the overview ruler.',
    defaults: {
      dark: 'charts.green',
      light: 'charts.green',
      highContrast: 'contrastActiveBorder',
      highContrastLight: 'contrastActiveBorder',
    },
  },
} as const;
