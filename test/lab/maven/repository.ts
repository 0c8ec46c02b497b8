import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { cp, mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureBuildTools } from '../../../scripts/support/buildTools';
import { makeTempDir, removeDir } from '../../../scripts/support/tempDir';
import { cacheFolder } from '../images/archive';
import { maven } from '../tomcat/distribution';

export interface Deployed {
  readonly version: string;
  readonly file: string;
}

export const GROUP = 'lab.swapdeck';

/**
 * A folder that Maven itself deployed WARs of `lab.swapdeck:ARTIFACT` into, one after the other: the same for equal files
 * unless an earlier run made it. Copy it before changing it.
 */
export async function deployedRepository(artifact: string, wars: readonly Deployed[]): Promise<string> {
  const hash = createHash('sha256').update(artifact);
  for (const { version, file } of wars) hash.update(`\0${version}\0`).update(await readFile(file));
  const folder = path.join(cacheFolder, `maven-${artifact}-${hash.digest('hex').slice(0, 12)}`);
  if (await isThere(folder)) return folder;
  await ensureBuildTools();
  const project = await makeTempDir('maven-deploy');
  try {
    const made = path.join(project, 'repository');
    await mkdir(made);
    await writeFile(path.join(project, 'pom.xml'), pom(artifact, wars, pathToFileURL(made).href));
    await maven(['-f', path.join(project, 'pom.xml'), 'package']);
    const part = `${folder}.${process.pid}.part`;
    await cp(made, part, { recursive: true });
    await rename(part, folder).catch(async (error: unknown) => {
      // Another run may have been quicker.
      await removeDir(part);
      if (!(await isThere(folder))) throw error;
    });
    return folder;
  } finally {
    await removeDir(project);
  }
}

function pom(artifact: string, wars: readonly Deployed[], url: string): string {
  const executions = wars.map(
    ({ version, file }, at) => `<execution><id>war-${at}</id><phase>package</phase>
<goals><goal>deploy-file</goal></goals><configuration><file>${file}</file><url>${url}</url>
<repositoryId>lab</repositoryId><groupId>${GROUP}</groupId><artifactId>${artifact}</artifactId>
<version>${version}</version><packaging>war</packaging></configuration></execution>`,
  );
  return `<project><modelVersion>4.0.0</modelVersion><groupId>lab</groupId><artifactId>deploy</artifactId>
<version>1</version><packaging>pom</packaging><build><plugins><plugin>
<artifactId>maven-deploy-plugin</artifactId><version>3.1.3</version>
<executions>${executions.join('\n')}</executions></plugin></plugins></build></project>`;
}

function isThere(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

/** Serves a repository's folder over HTTP on loopback, as a repository manager would, and does what it is told wrong. */
export class RepositoryServer {
  readonly folder: string;
  /** The paths that were asked for, in order. */
  readonly asked: string[] = [];
  /** Wanted of everybody who asks. */
  login: { readonly user: string; readonly password: string } | undefined;
  /** Sends so many bytes of WARs and then hangs up. */
  cutAfter: number | undefined;
  readonly #server: Server;

  private constructor(folder: string) {
    this.folder = folder;
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  /** On a copy of the folder. */
  static async start(folder: string): Promise<RepositoryServer> {
    const copy = await makeTempDir('repository');
    await cp(folder, copy, { recursive: true });
    const server = new RepositoryServer(copy);
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/maven`;
  }

  /** The file of a version, to be changed. */
  file(artifact: string, name: string): string {
    return path.join(this.folder, ...GROUP.split('.'), artifact, name);
  }

  /** Files that it has of a version. */
  async filesOf(artifact: string, version: string): Promise<string[]> {
    return readdir(this.file(artifact, version));
  }

  async dispose(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await removeDir(this.folder);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = decodeURIComponent(new URL(request.url!, 'http://x').pathname.replace('/maven/', ''));
    this.asked.push(asked);
    const { user, password } = this.login ?? {};
    const wanted = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    if (user !== undefined && request.headers.authorization !== wanted) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="maven"' }).end('Log in');
      return;
    }
    const file = path.join(this.folder, asked);
    const stats = await stat(file).catch(() => undefined);
    if (!stats?.isFile()) {
      response.writeHead(404, { 'content-type': 'text/html' }).end('<html><body>Not Found</body></html>');
      return;
    }
    response.writeHead(200, { 'content-length': stats.size });
    if (this.cutAfter !== undefined && file.endsWith('.war')) {
      response.write((await readFile(file)).subarray(0, this.cutAfter), () => response.destroy());
      return;
    }
    createReadStream(file).pipe(response);
  }
}

/** `settings.xml` with the server in the place of every repository. */
export async function writeSettings(home: string, url: string, more = ''): Promise<void> {
  await mkdir(path.join(home, '.m2'), { recursive: true });
  const text = `<settings><mirrors><mirror><id>lab</id><mirrorOf>*</mirrorOf><url>${url}</url></mirror></mirrors>
<profiles><profile><id>snapshots</id><activation><activeByDefault>true</activeByDefault></activation>
<repositories><repository><id>early</id><url>https://early.example/maven</url></repository></repositories></profile></profiles>
${more}</settings>`;
  await writeFile(path.join(home, '.m2', 'settings.xml'), text);
}
