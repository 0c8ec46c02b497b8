import type { CompileSettings, DebugInfo, LanguageLevel } from './model';

/** Without these bytes stay the same; with them the output would go elsewhere or the compilation would stop. */
const NOT_OURS = new Set(['-Werror', '-verbose', '-nowarn', '--failOnWarning', '-failOnWarning']);
/** Options with a value that the project says in another way. */
const NOT_OURS_WITH_VALUE = new Set([
  '-d',
  '-s',
  '-h',
  '-cp',
  '-classpath',
  '--class-path',
  '-sourcepath',
  '--source-path',
  '-p',
  '--module-path',
  '-processorpath',
  '--processor-path',
  '-encoding',
  '--release',
  '-source',
  '--source',
  '-target',
  '--target',
  '-Xmaxerrs',
  '-Xmaxwarns',
]);

/** `-g`, `-g:none` or `-g:lines,vars,source`; absent where that is what javac does by itself. */
export function debugOption(debug: DebugInfo): string | undefined {
  if (debug.lines && debug.variables && debug.source) return '-g';
  if (debug.lines && !debug.variables && debug.source) return undefined;
  const parts = [debug.lines && 'lines', debug.variables && 'vars', debug.source && 'source'].filter(Boolean);
  return parts.length === 0 ? '-g:none' : `-g:${parts.join(',')}`;
}

/** Leaves out what would send the output elsewhere, stop at a warning, or contradict the project's own settings. */
export function usableExtraOptions(extra: readonly string[]): string[] {
  const usable: string[] = [];
  for (let at = 0; at < extra.length; at++) {
    const option = extra[at]!;
    if (NOT_OURS_WITH_VALUE.has(option)) at++;
    else if (!NOT_OURS.has(option) && !/^-(?:g(?::|$)|parameters$|proc:|implicit:|J)/.test(option))
      usable.push(option);
  }
  return usable;
}

/** The first compiler whose `--release` works with a file manager that is not its own. */
const RELEASE_SINCE = 12;

/**
 * The project's settings in the words of the compiler of a JDK of the given feature version. Its own version is not
 * said: the bytes are the same, and reading the JDK's classes takes a third less time so.
 */
export function compilerOptions(settings: CompileSettings, jdkVersion: number): string[] {
  const options: string[] = [];
  const debug = debugOption(settings.debug);
  if (debug) options.push(debug);
  if (settings.parameters) options.push('-parameters');
  const level = settings.level ?? { version: jdkVersion, api: 'release' };
  // The compiler takes preview features only together with a version said out loud.
  const isPreview = settings.extra.includes('--enable-preview');
  if (isPreview || level.version !== jdkVersion) options.push(...levelOptions(level, jdkVersion));
  return [...options, ...usableExtraOptions(settings.extra)];
}

function levelOptions({ version, api }: LanguageLevel, jdkVersion: number): string[] {
  // Java 8 was called 1.8, and javac 8 takes either.
  const level = String(version);
  if (api === 'release' && jdkVersion >= RELEASE_SINCE) return ['--release', level];
  return ['-source', level, '-target', level];
}
