import type { Instance, Release, Step, TargetState } from '../../../src/contracts/deploy';
import type { Call, CommandCall, HttpCall, ParserTable } from '../../../src/contracts/deployCall';
import type { Reading, Target, TargetDeployment, TargetRequest } from '../../../src/contracts/deployTarget';
import { sameRelease } from '../../../src/deploy/strategies/parts';
import type { Json } from '../../../src/util/json';
import * as scripts from './scripts';

/** How an instance behaves once it runs; what a test wants to see go wrong. */
export type Mode = 'good' | 'unhealthy' | 'crash' | 'failing' | 'slow';

export interface ProcessTargetOptions {
  /** The host's name and its folder. */
  readonly name: string;
  readonly folder: string;
  /** Starts an instance: the program and the file of `server.mjs`. */
  readonly program: readonly [string, string];
  readonly mode?: Mode;
  /** How long it may take to start, and then to become healthy. */
  readonly startMs?: number;
  readonly healthMs?: number;
}

interface Row {
  readonly id: string;
  readonly runs: boolean;
  readonly pending: boolean;
  readonly live: boolean;
  readonly port: string;
  readonly of: { readonly release: Release };
}

export const processTargetParsers = {
  'processes.instances': ({ stdout }): Json =>
    (stdout as string)
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Json),
} satisfies ParserTable;

/** A host whose releases are processes with a folder each: everything a target has to be, and quick. */
export class ProcessTarget implements Target {
  readonly kind = 'processes';
  readonly name: string;
  readonly #options: ProcessTargetOptions;

  constructor(options: ProcessTargetOptions) {
    this.name = options.name;
    this.#options = options;
  }

  inspect(): Reading<TargetState> {
    return {
      calls: [{ ...this.#sh(scripts.INSPECT), parse: 'processes.instances' }],
      next: ([answer]) => ({ result: this.#state(answer!.value as unknown as Row[]) }),
    };
  }

  deployment(state: TargetState, request: TargetRequest): TargetDeployment {
    const { release, planId } = request;
    const known = [...(state.live ? [state.live] : []), ...state.older].find((each) =>
      sameRelease(each.release, release),
    );
    const instance: Instance = known ?? {
      id: planId,
      target: this.name,
      release,
      address: { host: '127.0.0.1', port: `\${${this.name}.port}` },
      state: 'planned',
    };
    const isOld = state.live && state.live.id !== instance.id ? state.live : undefined;
    return {
      instance,
      prepare: state.pending.map((each) => this.#clear(each.id)),
      transfer: known ? [] : [this.#transfer(instance)],
      start: known ? this.#restart(known) : [this.#start(instance)],
      check: [this.#health(instance, release)],
      drain: (old) => [this.#drained(old, request.drainMs)],
      retire: (old, how) => (how === 'standby' || old.state === 'stopped' ? [] : [this.#retire(old)]),
      adopt: state.live?.id === instance.id ? [] : [this.#adopt(instance, state.live)],
      prune: this.#prune(
        isOld,
        [...(isOld ? [isOld] : []), ...state.older].filter(({ id }) => id !== instance.id),
        request,
      ),
    };
  }

  #clear(id: string): Step {
    return {
      ...this.#step(`clear-${id}`, `Remove the pending ${id}`, 'prepare'),
      do: [this.#sh(scripts.REMOVE, id)],
      verify: [this.#lacks(id)],
      undo: [],
      again: 'repeat',
    };
  }

  #transfer({ id, release }: Instance): Step {
    const content = JSON.stringify({ release, mode: this.#options.mode ?? 'good' });
    const path = `${this.#options.folder}/instances/${id}/release.json`;
    const host = this.name;
    return {
      ...this.#step('transfer', `Bring ${release.version}`, 'transfer'),
      do: [
        this.#sh(scripts.MAKE, id),
        { via: 'upload', source: { kind: 'text', text: content }, to: { via: 'writeFile', host, path } },
      ],
      verify: [{ via: 'readFile', host, path, expect: [{ path: 'content', is: 'equals', value: content }] }],
      undo: [this.#sh(scripts.REMOVE, id)],
      again: 'repeat',
    };
  }

  #start({ id, release }: Instance): Step {
    return {
      ...this.#step('start', `Start ${release.version} beside the live one`, 'start'),
      do: [this.#started(id)],
      verify: [
        {
          via: 'readFile',
          host: this.name,
          path: `${this.#options.folder}/instances/${id}/port`,
          expect: [{ path: 'exists', is: 'equals', value: true }],
          until: { intervalMs: 10, deadlineMs: this.#options.startMs ?? 20_000 },
          binds: { [`${this.name}.port`]: 'content' },
        },
      ],
      undo: [this.#sh(scripts.STOP, id), this.#sh(scripts.FORGET, id)],
      again: 'undoFirst',
      diagnose: [
        {
          via: 'readFile',
          note: 'log',
          host: this.name,
          path: `${this.#options.folder}/instances/${id}/log`,
        },
      ],
    };
  }

  #restart({ id, state, release }: Instance): Step[] {
    if (state === 'running') return [];
    return [
      {
        ...this.#step('start', `Start the kept ${release.version}`, 'start'),
        do: [this.#started(id)],
        verify: [],
        undo: [this.#sh(scripts.STOP, id)],
        again: 'repeat',
      },
    ];
  }

  #health(instance: Instance, release: Release): Step {
    return {
      ...this.#step('health', 'Wait until it is healthy', 'health'),
      do: [this.#healthy(instance)],
      verify: [
        {
          ...this.#get(instance, '/'),
          expect: [{ path: 'headers.x-release', is: 'equals', value: release.version }],
        },
      ],
      undo: [],
      again: 'repeat',
    };
  }

  #retire(old: Instance): Step {
    return {
      ...this.#step('stop', `Stop ${old.release.version}`, 'retire'),
      do: [this.#sh(scripts.STOP, old.id)],
      verify: [],
      undo: [this.#started(old.id), this.#healthy(old)],
      again: 'repeat',
    };
  }

  #adopt(instance: Instance, old: Instance | undefined): Step {
    return {
      ...this.#step('adopt', `Make ${instance.release.version} the live one`, 'adopt'),
      do: [this.#sh(scripts.MAKE_LIVE, instance.id)],
      verify: [],
      undo: [
        this.#sh(scripts.MAKE_LIVE, old?.id ?? ''),
        // A kept one never was pending.
        ...(instance.state === 'planned' ? [this.#sh(scripts.MAKE_PENDING, instance.id)] : []),
      ],
      again: 'repeat',
    };
  }

  #prune(
    retired: Instance | undefined,
    older: readonly Instance[],
    { standby, keep }: TargetRequest,
  ): Step[] {
    // The one that was live is stopped by a step of its own.
    const stopped = older
      .slice(standby, standby + keep)
      .filter(({ state, id }) => state === 'running' && id !== retired?.id);
    const removed = older.slice(standby + keep);
    return [
      ...stopped.map((each) => ({
        ...this.#step(`stop-${each.id}`, `Stop ${each.release.version}`, 'prune' as const),
        do: [this.#sh(scripts.STOP, each.id)],
        verify: [],
        undo: [],
        again: 'repeat' as const,
        final: true,
      })),
      ...removed.map((each) => ({
        ...this.#step(`remove-${each.id}`, `Remove ${each.release.version}`, 'prune' as const),
        do: [this.#sh(scripts.REMOVE, each.id)],
        verify: [this.#lacks(each.id)],
        undo: [],
        again: 'repeat' as const,
        final: true,
      })),
    ];
  }

  #drained(instance: Instance, deadlineMs: number): Call {
    return {
      ...this.#get(instance, '/in-flight'),
      expect: [{ path: 'body', is: 'equals', value: '0' }],
      until: { intervalMs: 10, deadlineMs, atDeadline: 'continue' },
    };
  }

  #healthy(instance: Instance): Call {
    return {
      ...this.#get(instance, '/health'),
      parse: 'json',
      expect: [{ path: 'value.status', is: 'equals', value: 'UP' }],
      until: { intervalMs: 10, deadlineMs: this.#options.healthMs ?? 20_000 },
    };
  }

  #get({ address }: Instance, path: string): HttpCall {
    return {
      via: 'http',
      from: this.name,
      method: 'GET',
      url: `http://${address.host}:${address.port}${path}`,
    };
  }

  #started(id: string): CommandCall {
    return this.#sh(scripts.START, id, ...this.#options.program);
  }

  #lacks(id: string): Call {
    const path = `${this.#options.folder}/instances/${id}/release.json`;
    return {
      via: 'readFile',
      host: this.name,
      path,
      expect: [{ path: 'exists', is: 'equals', value: false }],
    };
  }

  #sh(script: string, ...args: readonly string[]): CommandCall {
    const escaped = script.replaceAll('${', () => '$${');
    return {
      via: 'command',
      host: this.name,
      argv: ['sh', '-c', escaped, 'sh', this.#options.folder, ...args],
    };
  }

  #step<P extends Step['phase']>(name: string, title: string, phase: P) {
    return { id: `${this.name}/${name}`, title, on: this.name, phase };
  }

  #state(rows: readonly Row[]): TargetState {
    const instances = rows.map((row) => ({ row, instance: this.#instance(row) }));
    const live = instances.find(({ row }) => row.live)?.instance;
    const newestFirst = (a: { row: Row }, b: { row: Row }): number => (a.row.id < b.row.id ? 1 : -1);
    return {
      target: this.name,
      ...(live && { live }),
      older: instances
        .filter(({ row }) => !row.live && !row.pending)
        .sort(newestFirst)
        .map(({ instance }) => instance),
      pending: instances.filter(({ row }) => row.pending && !row.live).map(({ instance }) => instance),
    };
  }

  #instance({ id, runs, port, of }: Row): Instance {
    return {
      id,
      target: this.name,
      release: of.release,
      address: { host: '127.0.0.1', port },
      state: runs ? 'running' : 'stopped',
    };
  }
}
