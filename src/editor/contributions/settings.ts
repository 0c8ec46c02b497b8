export interface SettingRow {
  readonly type: 'string' | 'boolean' | 'array';
  readonly default: unknown;
  readonly description: string;
  readonly enum?: Readonly<Record<string, string>>;
  readonly scope: 'resource' | 'window' | 'machine-overridable';
}

export const settings = {
  'swapdeck.compileOnSave': {
    type: 'string',
    default: 'auto',
    scope: 'resource',
    description:
      'Whether a saved Java file of an attached application is compiled before its classes are swapped.',
    enum: {
      auto: 'Compile when no Java language server is active; otherwise it compiles, and its output is swapped.',
      on: 'Always compile.',
      off: 'Never compile: swap what the build writes to the class folders.',
    },
  },
  'swapdeck.fleet': {
    type: 'string',
    default: 'allOrNone',
    scope: 'window',
    description: 'How a save is swapped when several JVMs of one application are attached.',
    enum: {
      allOrNone:
        'All of them or none: when one refuses the swap, dies or is cut off, the others are taken back.',
      each: 'Each on its own: those that accept it keep it.',
    },
  },
  'swapdeck.restartTask': {
    type: 'string',
    default: '',
    scope: 'window',
    description:
      'Label of the task that starts the JVM again, as offered where an edit is refused. When empty, a person chooses one, and it is remembered for the workspace.',
  },
  'swapdeck.highlightSwappedMethods': {
    type: 'boolean',
    default: true,
    scope: 'window',
    description:
      'Mark methods that were just swapped in the editor, until the next edit or a few seconds later.',
  },
  'swapdeck.jdks': {
    type: 'array',
    default: [],
    scope: 'machine-overridable',
    description:
      'Folders of further JDKs that [compile on save](command:workbench.action.openSettings?%22swapdeck.compileOnSave%22) may use, besides those found on this machine. The one that built the running classes fits best.',
  },
} as const satisfies Record<string, SettingRow>;
export type SettingId = keyof typeof settings;
