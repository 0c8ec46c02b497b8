import { parseLevel, settingsOfOptions, type BuildSettings } from '../buildSettings';
import type { LanguageLevel } from '../model';

/**
 * What a Gradle script says about compiling, in the ways people write it (Groovy or Kotlin). A script is a
 * program and this does not run it: what is computed stays unknown, and then the classes themselves tell.
 * Scripts are given nearest first; the first one that says something counts.
 */
export function gradleSettings(scripts: readonly string[]): BuildSettings {
  const texts = scripts.map(withoutComments);
  const first = <T>(find: (text: string) => T | undefined): T | undefined =>
    texts.map(find).find((found) => found !== undefined);
  const fromOptions = settingsOfOptions(first(compilerArguments) ?? []);
  const encoding = first((text) => /\bencoding\s*(?:=|\.set\()\s*["']([\w.:-]+)["']/.exec(text)?.[1]);
  const toolchain = first((text) =>
    number(/\bJavaLanguageVersion\.of\(\s*["']?([\w.]+)["']?\s*\)/.exec(text)),
  );
  const level = first(levelOf);
  const debug = first((text) => (/\boptions\.debug\s*=\s*false\b/.test(text) ? false : undefined));
  return {
    ...fromOptions,
    ...(level && { level }),
    ...(debug === false && { debug: { lines: false, variables: false, source: false } }),
    ...(encoding && { encoding }),
    ...(toolchain !== undefined && { toolchain }),
    compiler: 'javac',
  };
}

function levelOf(text: string): LanguageLevel | undefined {
  const release = number(/\brelease\s*(?:=|\.set\()\s*["']?(\d+)/.exec(text));
  if (release !== undefined) return { version: release, api: 'release' };
  for (const name of ['targetCompatibility', 'sourceCompatibility']) {
    const value = new RegExp(`\\b${name}\\s*=?\\s*(?:JavaVersion\\.toVersion\\()?["']?([\\w.]+)`).exec(text);
    const version = number(value);
    if (version !== undefined) return { version, api: 'jdk' };
  }
  return undefined;
}

function number(match: RegExpExecArray | null): number | undefined {
  return parseLevel(match?.[1]);
}

/** `compilerArgs << 'a'`, `+= ['a', 'b']`, `= [...]`, `.add("a")`, `.addAll(listOf("a", "b"))`. */
function compilerArguments(text: string): string[] | undefined {
  const uses = [...text.matchAll(/\bcompilerArgs\s*(?:<<|\+?=|\.add(?:All)?\s*\()\s*(\[[^\]]*\]|[^\n;]*)/g)];
  const options = uses.flatMap(([, value = '']) =>
    [...value.matchAll(/"([^"$]*)"|'([^']*)'/g)].map(([, double, single]) => double ?? single ?? ''),
  );
  return uses.length === 0 ? undefined : options;
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|(^|[^:"'])\/\/[^\n]*/g, '$1');
}
