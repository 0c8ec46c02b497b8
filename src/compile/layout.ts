import { promises as fs } from 'node:fs';
import path from 'node:path';
import { foldersUpwards, type BuildModule } from './classpath/buildModule';

/** A class root and the source folders whose classes land there; the class roots of `src/hotswap` are such. */
export interface SourceGroup {
  readonly path: string;
  readonly sources: readonly string[];
  /** Classes in a jar cannot be written. */
  readonly kind?: 'folder' | 'jar';
}

/** Where one source belongs. */
export interface SourceModule {
  readonly classRoot: string;
  /** The folder whose subfolders are packages. */
  readonly sourceRoot: string;
  readonly sourceRoots: readonly string[];
}

/** The package a source declares; empty for none. */
export function packageOf(text: string): string {
  // Comments and annotations (of package-info) may come first.
  const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, ' ');
  return /^[^;{}]*?\bpackage\s+([\w.\s$\u0080-\uffff]+?)\s*;/.exec(code)?.[1]?.replace(/\s+/g, '') ?? '';
}

/**
 * The module of a source: the group with the nearest source folder above it; else, by the package it declares, a
 * group that names no source folders and shares the most of its path. Undefined when none fits.
 */
export function locateSource(
  file: string,
  text: string,
  groups: readonly SourceGroup[],
): SourceModule | undefined {
  const folders = groups.filter(({ kind }) => kind !== 'jar');
  const named = folders
    .flatMap((group) => group.sources.map((root) => ({ group, root })))
    .filter(({ root }) => isInside(file, root))
    .sort((a, b) => b.root.length - a.root.length)[0];
  if (named) return { classRoot: named.group.path, sourceRoot: named.root, sourceRoots: named.group.sources };

  const sourceRoot = rootByPackage(file, packageOf(text));
  if (sourceRoot === undefined) return undefined;
  const unnamed = folders
    .filter(({ sources }) => sources.length === 0)
    .sort((a, b) => commonLength(b.path, file) - commonLength(a.path, file))[0];
  return unnamed && { classRoot: unnamed.path, sourceRoot, sourceRoots: [sourceRoot] };
}

/** The folder that is left of the source's when its package is taken off the end. */
function rootByPackage(file: string, packageName: string): string | undefined {
  const folder = path.dirname(file);
  const tail = path.join(...packageName.split('.'));
  if (packageName === '') return folder;
  return folder.endsWith(path.sep + tail) ? folder.slice(0, -tail.length - 1) : undefined;
}

function isInside(file: string, folder: string): boolean {
  const relative = path.relative(folder, file);
  return relative !== '' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}

/** How many leading folders two paths share. */
function commonLength(a: string, b: string): number {
  const [left, right] = [a.split(path.sep), b.split(path.sep)];
  const differs = left.findIndex((part, index) => part !== right[index]);
  return differs < 0 ? left.length : differs;
}

const BUILD_FILES: Readonly<Record<string, BuildModule['tool']>> = {
  'pom.xml': 'maven',
  'build.gradle': 'gradle',
  'build.gradle.kts': 'gradle',
};

/** The nearest folder above a source folder that a build tool builds. */
export async function findBuildModule(sourceRoot: string): Promise<BuildModule | undefined> {
  for (const folder of foldersUpwards(sourceRoot)) {
    const names = new Set(await fs.readdir(folder).catch(() => []));
    for (const [name, tool] of Object.entries(BUILD_FILES)) if (names.has(name)) return { tool, folder };
    // Subprojects of a Gradle build need no script of their own.
    if (names.has('settings.gradle') || names.has('settings.gradle.kts')) return { tool: 'gradle', folder };
  }
  return undefined;
}
