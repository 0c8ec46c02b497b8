import { DEFAULT_SETTINGS, type BuildSettings } from './buildSettings';
import type { CompileSettings, DebugInfo, LanguageLevel } from './model';
import type { ClassTraits } from './traits';

/** Class file major version 45 was Java 1.1; Java 5 is 49 and so on. */
const MAJOR_OFFSET = 44;

/**
 * How to compile so that the same bytes come out: what the built classes show counts more than what the build
 * file says (it may have changed since), and both count more than the defaults. Encoding, processors and further
 * options leave no trace in a class and come from the build file.
 */
export function chooseSettings(classes: readonly ClassTraits[], build: BuildSettings): CompileSettings {
  const level = levelOf(classes, build.level);
  return {
    debug: debugOf(classes, build.debug ?? DEFAULT_SETTINGS.debug),
    ...(level && { level }),
    parameters: shown(classes, 'parameters') ?? build.parameters ?? DEFAULT_SETTINGS.parameters,
    encoding: build.encoding ?? DEFAULT_SETTINGS.encoding,
    processing: build.processing ?? DEFAULT_SETTINGS.processing,
    extra: build.extra ?? DEFAULT_SETTINGS.extra,
  };
}

/** True when a class shows it, false when one could and none does, undefined when none could. */
function shown(
  classes: readonly ClassTraits[],
  what: 'lines' | 'variables' | 'parameters',
): boolean | undefined {
  const able = classes.map((each) => each[what]).filter((value) => value !== undefined);
  return able.length === 0 ? undefined : able.includes(true);
}

function debugOf(classes: readonly ClassTraits[], otherwise: DebugInfo): DebugInfo {
  return {
    lines: shown(classes, 'lines') ?? otherwise.lines,
    variables: shown(classes, 'variables') ?? otherwise.variables,
    source:
      classes.length === 0 ? otherwise.source : classes.some(({ sourceFile }) => sourceFile !== undefined),
  };
}

function levelOf(
  classes: readonly ClassTraits[],
  build: LanguageLevel | undefined,
): LanguageLevel | undefined {
  if (classes.length === 0) return build;
  const version = Math.max(...classes.map(({ majorVersion }) => majorVersion)) - MAJOR_OFFSET;
  // Where nothing says which API was used, that of the release is the one that is sure to be there.
  return { version, api: build?.api ?? 'release' };
}
