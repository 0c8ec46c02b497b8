import path from 'node:path';
import { parseLevel, type BuildSettings } from './buildSettings';
import { childrenOf, parseXml } from '../util/xml';

/** The jars and class folders that an Eclipse `.classpath` names; containers and variables are unknown to us. */
export async function eclipseLibraries(classpath: string, folder: string): Promise<readonly string[]> {
  const root = await parseXml(classpath);
  return childrenOf(root, 'classpathentry')
    .filter(({ attributes }) => attributes.kind === 'lib')
    .map(({ attributes }) => attributes.path ?? '')
    .filter(Boolean)
    .map((entry) => path.resolve(folder, entry));
}

/** What `.settings/org.eclipse.jdt.core.prefs` says; `resources` is `org.eclipse.core.resources.prefs`. */
export function eclipseSettings(jdtPreferences: string, resources = ''): BuildSettings {
  const jdt = preferences(jdtPreferences);
  const compiler = (name: string): string | undefined => jdt.get(`org.eclipse.jdt.core.compiler.${name}`);
  const version = parseLevel(compiler('codegen.targetPlatform') ?? compiler('compliance'));
  const generated = (name: string): boolean => compiler(`debug.${name}`) !== 'do not generate';
  const encoding =
    preferences(resources).get('encoding//src/main/java') ?? preferences(resources).get('encoding/<project>');
  return {
    ...(version !== undefined && {
      level: { version, api: compiler('release') === 'enabled' ? 'release' : 'jdk' },
    }),
    ...(jdt.size > 0 && {
      debug: {
        lines: generated('lineNumber'),
        variables: generated('localVariable'),
        source: generated('sourceFile'),
      },
      parameters: compiler('codegen.methodParameters') === 'generate',
    }),
    ...(encoding && { encoding }),
    compiler: 'ecj',
  };
}

/** `name=value` lines of a Java properties file, without its escapes in values. */
function preferences(text: string): ReadonlyMap<string, string> {
  const lines = text.split(/\r?\n/).map((line) => /^\s*([^#!=\s][^=]*?)\s*=\s*(.*?)\s*$/.exec(line));
  return new Map(
    lines.flatMap((match) => (match ? [[match[1]!.replaceAll('\\:', ':'), match[2]!] as const] : [])),
  );
}
