import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { Inspection, Plan, PlanNote, TargetState } from '../contracts/deploy';
import { literal, THIS_MACHINE, type HostName } from '../contracts/deployCall';
import { perform } from '../deploy/inspect';
import { textOf } from '../deploy/parsers';
import type { WebApplication } from '../hotswap/webApplication';
import { inspectServer } from '../targets/tomcat/inspect';
import { contextName, type Contexts } from '../targets/tomcat/listing';
import { ManagerCalls } from '../targets/tomcat/manager';
import { reloadSteps, type ClassToPut } from '../targets/tomcat/reload';
import { mapLimit } from '../util/async';
import type { DeployableOptions } from './deployable';
import { EnvironmentError } from './errors';
import { Operation } from './operation';
import { managerOf } from './tomcatApplication';
import { withVariables } from './variables';

/** An application may take so long to start. */
const START_MS = 300_000;
/** Class files that are read at the same time. */
const READ_AT_ONCE = 16;

/** The contexts of a Tomcat, which start again with other classes in their place. */
export class TomcatContexts extends Operation {
  readonly #calls: ManagerCalls;
  readonly #host: HostName;

  /** `name`: of the Tomcat. Throws `EnvironmentError` `unknownEnvironment` or `unknownTarget`. */
  constructor(name: string, options: DeployableOptions) {
    super('context', name, options);
    const { config, providers } = options;
    const tomcat = config.tomcats[name];
    if (!tomcat)
      throw new EnvironmentError('unknownTarget', `no Tomcat ${name}`, {
        name,
        known: Object.keys(config.tomcats).join(', '),
      });
    this.#calls = new ManagerCalls(managerOf(name, tomcat, providers));
    this.#host = withVariables(tomcat, providers).through ?? THIS_MACHINE;
  }

  /**
   * A web application gets the classes of these folders that it does not have yet, and is reloaded. It must run from a
   * folder of the server's machine.
   */
  async reloadPlan(web: WebApplication, folders: readonly string[], signal?: AbortSignal): Promise<Plan> {
    const { path, version, folder, sessions } = web;
    if (folder === undefined)
      throw new EnvironmentError('noFolder', `${path} runs from its WAR`, { name: this.name, context: path });
    const [state, built, there] = await Promise.all([
      this.#look(path, signal),
      classFilesIn(folders),
      this.#digestsIn(`${folder}/WEB-INF/classes`, signal),
    ]);
    const name = contextName(path, version);
    const classes = built.filter((each) => there.get(each.path) !== each.digest);
    const place = { tomcat: this.name, host: this.#host, folder, classes, startMs: START_MS };
    const mark = `swapdeck-${randomBytes(4).toString('hex')}`;
    return this.planOf({
      intent: 'reload',
      about: { version: name },
      inspection: { targets: [state] },
      steps: reloadSteps(this.#calls, { path, version }, { mark, ...place }),
      notes: sessions === 'kept' ? [] : await this.#sessionNotes(path, version, signal),
    });
  }

  async inspect({ release }: Plan, signal?: AbortSignal): Promise<Inspection> {
    const path = release.version.replace(/##.*$/, '');
    return { targets: [await this.#look(path, signal)] };
  }

  protected defaultJournalHost(): HostName {
    return this.#host;
  }

  #look(path: string, signal: AbortSignal | undefined): Promise<TargetState> {
    return perform(inspectServer(this.#calls, this.subject, path), this.runner(), signal);
  }

  async #sessionNotes(path: string, version: string, signal: AbortSignal | undefined): Promise<PlanNote[]> {
    const { answer } = await this.runner().perform(this.#calls.list(), {}, signal);
    const { contexts } = answer.value as unknown as Contexts;
    const { sessions = 0 } = contexts.find((each) => each.path === path && each.version === version) ?? {};
    return sessions > 0 ? [{ kind: 'endsSessions', subject: `${sessions} on ${this.name}` }] : [];
  }

  /** Digests of the class files that are there, by their paths; none where nobody can tell. */
  async #digestsIn(folder: string, signal: AbortSignal | undefined): Promise<ReadonlyMap<string, string>> {
    const argv = ['sh', '-c', DIGESTS, 'sh', literal(folder)];
    const expect = [{ path: 'code', is: 'atLeast', value: 0 } as const];
    const { answer } = await this.runner().perform(
      { via: 'command', host: this.#host, argv, expect },
      {},
      signal,
    );
    const lines = textOf(answer).matchAll(/^([0-9a-f]{64}) [ *]\.\/(.+)$/gm);
    return new Map([...lines].map(([, digest = '', file = '']) => [file, digest]));
  }
}

const DIGESTS = 'cd "$1" && find . -name "*.class" -exec sha256sum {} +';

async function classFilesIn(folders: readonly string[]): Promise<ClassToPut[]> {
  const files = await Promise.all(
    folders.map(async (folder) => {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
      return entries
        .filter((entry) => entry.isFile() && entry.name.endsWith('.class'))
        .map((entry) => join(entry.parentPath, entry.name))
        .map((file) => ({ file, path: relative(folder, file).split(sep).join('/') }));
    }),
  );
  return mapLimit(files.flat(), READ_AT_ONCE, async ({ file, path }) => ({
    file,
    path,
    digest: createHash('sha256')
      .update(await readFile(file))
      .digest('hex'),
  }));
}
