import type { CompileSettings, DebugInfo, LanguageLevel, Processing } from './model';

/** What a build file says about compiling the main sources; absent where it says nothing. */
export interface BuildSettings {
  readonly level?: LanguageLevel;
  readonly parameters?: boolean;
  readonly debug?: DebugInfo;
  readonly encoding?: string;
  readonly processing?: Processing;
  readonly extra?: readonly string[];
  readonly compiler?: 'javac' | 'ecj';
  /** The version of Java that the build asks for as its tool chain. */
  readonly toolchain?: number;
}

/** 8 for `8` and `1.8`, 17 for `17` and `VERSION_17`. */
export function parseLevel(text: string | undefined): number | undefined {
  const match = /^(?:JavaVersion\.)?(?:VERSION_)?(?:1[._])?(\d+)$/.exec(text?.trim() ?? '');
  return match ? Number(match[1]) : undefined;
}

/** `lines,vars,source`, as after `-g:`; `none` for nothing. */
export function parseDebugLevel(text: string): DebugInfo {
  const parts = new Set(text.split(',').map((part) => part.trim()));
  return { lines: parts.has('lines'), variables: parts.has('vars'), source: parts.has('source') };
}

/** What the options themselves say, such as `-parameters` and `-g:none` among a plugin's `compilerArgs`. */
export function settingsOfOptions(options: readonly string[]): BuildSettings {
  const after = (...names: readonly string[]): string | undefined => {
    const at = options.findLastIndex((option) => names.includes(option));
    return at < 0 ? undefined : options[at + 1];
  };
  const debug = options.findLast((option) => /^-g(?::|$)/.test(option));
  const release = parseLevel(after('--release'));
  const target = parseLevel(after('-target', '--target'));
  const encoding = after('-encoding');
  return {
    ...(release !== undefined
      ? { level: { version: release, api: 'release' } as const }
      : target !== undefined && { level: { version: target, api: 'jdk' } as const }),
    ...(options.includes('-parameters') && { parameters: true }),
    ...(debug && {
      debug: parseDebugLevel(debug === '-g' ? 'lines,vars,source' : debug.slice('-g:'.length)),
    }),
    ...(encoding && { encoding }),
    ...(options.includes('-proc:none') && { processing: { kind: 'none' } as const }),
    extra: options,
  };
}

/** Javac's own defaults, with the encoding that sources have almost everywhere. */
export const DEFAULT_SETTINGS: CompileSettings = {
  debug: { lines: true, variables: true, source: true },
  parameters: false,
  encoding: 'UTF-8',
  processing: { kind: 'classPath' },
  extra: [],
};
