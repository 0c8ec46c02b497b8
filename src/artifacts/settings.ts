import { promises as fs } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { systemCode } from '../util/errors';
import { childrenOf, elementAt, readXml, textAt, type XmlElement } from '../util/xml';
import { ArtifactError } from './errors';

/** What is asked for files: a repository, or the mirror that stands in its place. */
export interface RepositorySettings {
  readonly id: string;
  readonly url: string;
  readonly releases: boolean;
  readonly snapshots: boolean;
}

export interface Mirror {
  readonly id: string;
  readonly url: string;
  /** `*`, `external:*`, `external:http:*`, ids with commas between them; `!id` for exceptions. */
  readonly mirrorOf: string;
  readonly blocked: boolean;
}

/** Credentials for the repository, or the mirror, of this id. */
export interface Server {
  readonly id: string;
  readonly user?: string;
  readonly password?: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The file it is from. */
  readonly file: string;
}

export interface Proxy {
  readonly id: string;
  readonly protocol: string;
  readonly host: string;
  readonly port: number;
  readonly user?: string;
  readonly password?: string;
  /** Hosts that are asked without it: names with `*`, and `|` between them. */
  readonly except: readonly string[];
  readonly file: string;
}

/** What Maven's settings say about where artifacts are: https://maven.apache.org/settings.html */
export interface MavenSettings {
  /** Where Maven keeps what it fetched. */
  readonly localRepository: string;
  /** No repository is to be asked. */
  readonly offline: boolean;
  /** Those of the active profiles, then Maven's central one. */
  readonly repositories: readonly RepositorySettings[];
  readonly mirrors: readonly Mirror[];
  readonly servers: readonly Server[];
  readonly proxies: readonly Proxy[];
}

export interface SettingsPlace {
  /** The folder that has `.m2`; that of the user unless given. */
  readonly home?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export const CENTRAL: RepositorySettings = {
  id: 'central',
  url: 'https://repo.maven.apache.org/maven2',
  releases: true,
  snapshots: false,
};

/** One file with its text's `${...}` filled in. */
interface SettingsFile {
  readonly file: string;
  readonly root: XmlElement;
  readonly text: (element: XmlElement, ...names: readonly string[]) => string | undefined;
}

/**
 * The user's `settings.xml` and that of the installation; what the user's says counts more. Profiles count where they
 * are named as active or are so by default; other conditions are not looked at. Rejects with `ArtifactError` `settings`.
 */
export async function readMavenSettings({
  home = os.homedir(),
  env = process.env,
}: SettingsPlace = {}): Promise<MavenSettings> {
  const places = [path.join(home, '.m2', 'settings.xml'), await installationSettings(env)];
  const read = await Promise.all(
    places.map(async (file) => (file === undefined ? undefined : readFile(file, home, env))),
  );
  const files = read.filter((each) => each !== undefined);
  const first = (name: string): string | undefined =>
    files.map(({ root, text }) => text(root, name)).find((text) => text !== undefined);
  const written = first('localRepository');
  return {
    localRepository:
      written === undefined || written.includes('${')
        ? path.join(home, '.m2', 'repository')
        : path.resolve(written),
    offline: first('offline') === 'true',
    repositories: unique([...profileRepositories(files), CENTRAL]),
    mirrors: unique(files.flatMap((file) => entries(file, 'mirrors', 'mirror').map(toMirror(file)))),
    servers: unique(files.flatMap((file) => entries(file, 'servers', 'server').map(toServer(file)))),
    proxies: unique(files.flatMap((file) => entries(file, 'proxies', 'proxy').flatMap(toProxy(file)))),
  };
}

/** Where Maven keeps what it fetched; in `~/.m2/repository` where the settings can't be read. */
export async function mavenLocalRepository(home: string = os.homedir()): Promise<string> {
  try {
    return (await readMavenSettings({ home })).localRepository;
  } catch {
    return path.join(home, '.m2', 'repository');
  }
}

/** Throws `ArtifactError` `encryptedPassword`: https://maven.apache.org/guides/mini/guide-encryption.html */
export function plainPassword({ id, password = '', file }: Pick<Server, 'id' | 'password' | 'file'>): string {
  if (/(?<!\\)\{[^}]+(?<!\\)\}/.test(password))
    throw new ArtifactError('encryptedPassword', `the password of ${id} is encrypted`, { server: id, file });
  return password;
}

/** `conf/settings.xml` of the Maven that `MAVEN_HOME` names, or that is on the path. */
async function installationSettings(env: NonNullable<SettingsPlace['env']>): Promise<string | undefined> {
  const named = env.MAVEN_HOME ?? env.M2_HOME;
  if (named) return path.join(named, 'conf', 'settings.xml');
  const program = process.platform === 'win32' ? 'mvn.cmd' : 'mvn';
  for (const folder of (env.PATH ?? env.Path ?? '').split(path.delimiter).filter(Boolean)) {
    const found = await fs.realpath(path.join(folder, program)).catch(() => undefined);
    if (found !== undefined) return path.join(path.dirname(found), '..', 'conf', 'settings.xml');
  }
  return undefined;
}

async function readFile(
  file: string,
  home: string,
  env: NonNullable<SettingsPlace['env']>,
): Promise<SettingsFile | undefined> {
  let written: string;
  try {
    written = await fs.readFile(file, 'utf8');
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new ArtifactError('settings', `${file} can't be read`, { file, code }, error);
  }
  const root = await readXml(written, 'settings');
  if (!root) throw new ArtifactError('settings', `${file} is no settings.xml`, { file });
  const fill = (text: string): string =>
    text
      .replaceAll('${user.home}', home)
      .replace(/\$\{env\.([^}]+)\}/g, (whole, name: string) => env[name] ?? whole);
  return {
    file,
    root,
    text: (element, ...names) => {
      const text = textAt(element, ...names);
      return text === undefined ? undefined : fill(text);
    },
  };
}

function entries({ root }: SettingsFile, list: string, entry: string): readonly XmlElement[] {
  return childrenOf(elementAt(root, list), entry);
}

/** Which profiles are active may be said in another file than what they are. */
function profileRepositories(files: readonly SettingsFile[]): RepositorySettings[] {
  const named = files
    .flatMap((file) => entries(file, 'activeProfiles', 'activeProfile'))
    .map(({ text }) => text);
  const profiles = files.flatMap((file) =>
    entries(file, 'profiles', 'profile').map((profile) => ({ file, profile })),
  );
  const chosen = profiles.filter(({ file, profile }) => named.includes(file.text(profile, 'id') ?? ''));
  const byDefault = profiles.filter(
    ({ file, profile }) => file.text(profile, 'activation', 'activeByDefault') === 'true',
  );
  return (chosen.length > 0 ? chosen : byDefault).flatMap(({ file, profile }) =>
    childrenOf(elementAt(profile, 'repositories'), 'repository').flatMap((each) => {
      const id = file.text(each, 'id');
      const url = file.text(each, 'url');
      if (id === undefined || url === undefined) return [];
      return [
        {
          id,
          url: url.replace(/\/+$/, ''),
          releases: file.text(each, 'releases', 'enabled') !== 'false',
          snapshots: file.text(each, 'snapshots', 'enabled') !== 'false',
        },
      ];
    }),
  );
}

const toMirror =
  (file: SettingsFile) =>
  (element: XmlElement): Mirror => ({
    id: file.text(element, 'id') ?? '',
    url: (file.text(element, 'url') ?? '').replace(/\/+$/, ''),
    mirrorOf: file.text(element, 'mirrorOf') ?? '',
    blocked: file.text(element, 'blocked') === 'true',
  });

const toServer =
  (file: SettingsFile) =>
  (element: XmlElement): Server => {
    const [user, password] = [file.text(element, 'username'), file.text(element, 'password')];
    const headers = childrenOf(elementAt(element, 'configuration', 'httpHeaders'), 'property').flatMap(
      (property) => {
        const name = file.text(property, 'name');
        return name === undefined ? [] : [[name, file.text(property, 'value') ?? ''] as const];
      },
    );
    return {
      id: file.text(element, 'id') ?? '',
      ...(user !== undefined && { user }),
      ...(password !== undefined && { password }),
      headers: Object.fromEntries(headers),
      file: file.file,
    };
  };

const toProxy =
  (file: SettingsFile) =>
  (element: XmlElement): Proxy[] => {
    const host = file.text(element, 'host');
    if (host === undefined || file.text(element, 'active') === 'false') return [];
    const [user, password] = [file.text(element, 'username'), file.text(element, 'password')];
    return [
      {
        id: file.text(element, 'id') ?? 'default',
        protocol: file.text(element, 'protocol') ?? 'http',
        host,
        port: Number(file.text(element, 'port') ?? 8080),
        ...(user !== undefined && { user }),
        ...(password !== undefined && { password }),
        except: (file.text(element, 'nonProxyHosts') ?? '').split(/[|,]/).filter(Boolean),
        file: file.file,
      },
    ];
  };

/** The first of each id. */
function unique<T extends { readonly id: string }>(all: readonly T[]): T[] {
  return all.filter(({ id }, at) => all.findIndex((each) => each.id === id) === at);
}
