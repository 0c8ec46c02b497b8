import { parseDebugLevel, parseLevel, settingsOfOptions, type BuildSettings } from '../buildSettings';
import type { DebugInfo, LanguageLevel, Processing } from '../model';
import { childrenOf, elementAt, textAt, type XmlElement } from '../../util/xml';
import { interpolate, property, type MavenProject } from './project';
import { processorPath } from './processorPath';

/**
 * How maven-compiler-plugin compiles the main sources: its configuration in the pom and its parents, else its
 * user properties (`maven.compiler.release`, ...), else its defaults (`-g`, the project's encoding).
 */
export async function mavenSettings(project: MavenProject): Promise<BuildSettings> {
  // What counts most first: the nearest pom, and in it what was written last.
  const configurations = project.poms.flatMap((pom) => pom.compilerConfigurations.toReversed());
  const setting = (name: string, ...properties: readonly string[]): string | undefined => {
    const written = configurations.map((each) => textAt(each, name)).find((text) => text !== undefined);
    if (written !== undefined) return interpolate(project, written);
    return properties.map((each) => property(project, each)).find((value) => value !== undefined);
  };
  const options = compilerArguments(project, configurations);
  const fromOptions = settingsOfOptions(options);
  const encoding = setting('encoding', 'maven.compiler.encoding', 'encoding', 'project.build.sourceEncoding');
  const level = levelOf(
    setting('release', 'maven.compiler.release'),
    setting('target', 'maven.compiler.target') ?? setting('source', 'maven.compiler.source'),
  );
  const parameters = setting('parameters', 'maven.compiler.parameters') === 'true' || fromOptions.parameters;
  const processing = await processingOf(project, configurations, setting('proc', 'maven.compiler.proc'));
  return {
    ...fromOptions,
    ...(level && { level }),
    ...(parameters && { parameters }),
    debug:
      fromOptions.debug ??
      debugOf(setting('debug', 'maven.compiler.debug'), setting('debuglevel', 'maven.compiler.debuglevel')),
    ...(encoding && { encoding }),
    ...(processing && { processing }),
    compiler: setting('compilerId', 'maven.compiler.compilerId') === 'eclipse' ? 'ecj' : 'javac',
  };
}

function levelOf(release: string | undefined, target: string | undefined): LanguageLevel | undefined {
  const kept = parseLevel(release);
  if (kept !== undefined) return { version: kept, api: 'release' };
  const version = parseLevel(target);
  return version === undefined ? undefined : { version, api: 'jdk' };
}

/** The plugin passes `-g` unless told otherwise. */
function debugOf(debug: string | undefined, level: string | undefined): DebugInfo {
  if (debug === 'false') return { lines: true, variables: false, source: true };
  return parseDebugLevel(level ?? 'lines,vars,source');
}

async function processingOf(
  project: MavenProject,
  configurations: readonly XmlElement[],
  proc: string | undefined,
): Promise<Processing | undefined> {
  if (proc === 'none') return { kind: 'none' };
  const paths = configurations
    .map((each) => childrenOf(elementAt(each, 'annotationProcessorPaths'), 'path'))
    .find((each) => each.length > 0);
  return paths ? { kind: 'path', entries: await processorPath(project, paths) } : undefined;
}

/** `compilerArgs/arg`, the old `compilerArguments/name`, and the single `compilerArgument`. */
function compilerArguments(project: MavenProject, configurations: readonly XmlElement[]): string[] {
  const list = configurations.find((each) => childrenOf(each, 'compilerArgs').length > 0);
  const named = configurations.find((each) => childrenOf(each, 'compilerArguments').length > 0);
  const single = configurations
    .map((each) => textAt(each, 'compilerArgument'))
    .find((text) => text !== undefined);
  const options = [
    ...(list ? childrenOf(elementAt(list, 'compilerArgs'), 'arg').map(({ text }) => text) : []),
    ...(named
      ? elementAt(named, 'compilerArguments').children.flatMap(({ name, text }) => [
          `-${name}`,
          ...(text ? [text] : []),
        ])
      : []),
    ...(single ? [single] : []),
  ];
  return options.map((option) => interpolate(project, option)).filter((option) => option !== '');
}
