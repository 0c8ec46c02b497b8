/** How this project starts Java programs of its own. */

/** Variables that would add agents, heap sizes or debug ports meant for other programs. */
const INHERITED = new Set([
  'JAVA_TOOL_OPTIONS',
  'JDK_JAVA_OPTIONS',
  '_JAVA_OPTIONS',
  'JDK_JAVAC_OPTIONS',
  'CLASSPATH',
]);

/**
 * The environment for a Java program of ours. Java reads file names in the locale's character set: without one
 * (an editor started by a service has none) a path with an umlaut could not be opened.
 */
export function javaEnvironment(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): NodeJS.ProcessEnv {
  const own = Object.fromEntries(Object.entries(env).filter(([name]) => !INHERITED.has(name)));
  const locale = own.LC_ALL ?? own.LC_CTYPE ?? own.LANG ?? '';
  if (platform === 'linux' && !/utf-?8/i.test(locale)) own.LC_ALL = 'C.UTF-8';
  return own;
}
