import { promises as fs } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { settingsOfOptions, type BuildSettings } from './buildSettings';
import { foldersUpwards } from './classpath/buildModule';
import { mavenLocalRepository } from '../artifacts/settings';
import { childrenOf, elementAt, parseXml, type XmlElement } from '../util/xml';

/** The folder above with an IntelliJ project. */
async function projectFolder(folder: string): Promise<string | undefined> {
  for (const each of foldersUpwards(folder)) {
    const isThere = await fs.stat(path.join(each, '.idea')).then(
      (stats) => stats.isDirectory(),
      () => false,
    );
    if (isThere) return each;
  }
  return undefined;
}

/** The jars of all libraries of the IntelliJ project around a folder (`.idea/libraries`); empty when there is none. */
export async function intellijLibraries(folder: string): Promise<readonly string[]> {
  const project = await projectFolder(folder);
  if (project === undefined) return [];
  const libraries = path.join(project, '.idea', 'libraries');
  const names = (await fs.readdir(libraries).catch(() => [])).filter((name) => name.endsWith('.xml')).sort();
  const repository = await mavenLocalRepository();
  const roots: string[] = [];
  for (const name of names) {
    const xml = await parseXml(await fs.readFile(path.join(libraries, name), 'utf8'));
    const classes = elementAt(xml, 'library', 'CLASSES');
    roots.push(...childrenOf(classes, 'root').map(({ attributes }) => attributes.url ?? ''));
  }
  return roots.flatMap((url) => fileOf(url, project, repository) ?? []);
}

/** `jar://$MAVEN_REPOSITORY$/a/a.jar!/` and `file://$PROJECT_DIR$/lib`; undefined with a variable unknown to us. */
function fileOf(url: string, project: string, repository: string): string | undefined {
  const match = /^(?:jar|file):\/\/(.+?)(?:!\/)?$/.exec(url);
  const file = match?.[1]
    ?.replaceAll('$MAVEN_REPOSITORY$', repository)
    .replaceAll('$PROJECT_DIR$', project)
    .replaceAll('$USER_HOME$', os.homedir());
  return file === undefined || file.includes('$') ? undefined : path.normalize(file);
}

/** What `.idea/encodings.xml` and `.idea/compiler.xml` say. */
export async function intellijSettings(folder: string): Promise<BuildSettings> {
  const project = await projectFolder(folder);
  if (project === undefined) return {};
  const components = async (name: string): Promise<readonly XmlElement[]> => {
    const text = await fs.readFile(path.join(project, '.idea', name), 'utf8').catch(() => '');
    return childrenOf(await parseXml(text), 'component');
  };
  const encoding = (await components('encodings.xml'))
    .flatMap((component) => childrenOf(component, 'file'))
    .find(({ attributes }) => attributes.url === 'PROJECT')?.attributes.charset;
  const options = (await components('compiler.xml'))
    .flatMap((component) => childrenOf(component, 'option'))
    .find(({ attributes }) => attributes.name === 'ADDITIONAL_OPTIONS_STRING')?.attributes.value;
  return {
    ...settingsOfOptions((options ?? '').split(/\s+/).filter(Boolean)),
    ...(encoding && { encoding }),
    compiler: 'javac',
  };
}
