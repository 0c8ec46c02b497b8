import type {
  Address,
  Instance,
  Release,
  RouterState,
  Step,
  TargetState,
} from '../../../src/contracts/deploy';
import type { Call } from '../../../src/contracts/deployCall';
import type {
  Route,
  RouteChange,
  Router,
  RouterAbilities,
  Target,
  TargetDeployment,
  TargetRequest,
} from '../../../src/contracts/deployTarget';
import type { StrategyInput, StrategyOptions } from '../../../src/deploy/strategies/input';

/** Targets and a router whose calls only say what they would do: what strategies make of them is read in plans. */

export const release = (version: string, configuration = 'sha256:c1'): Release => ({
  application: 'adara',
  version,
  artifact: `sha256:${version}`,
  configuration,
  git: { sha: version, branch: 'main', dirty: false },
});

export const instance = (
  target: string,
  version: string,
  port: string,
  state: Instance['state'] = 'running',
): Instance => ({
  id: `adara-${version}`,
  target,
  release: release(version),
  address: { host: target, port },
  state,
});

const call = (host: string, ...argv: string[]): Call => ({ via: 'command', host, argv });

class PaperTarget implements Target {
  readonly kind = 'paper';
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }

  inspect(): never {
    throw new Error('strategies perform nothing');
  }

  deployment(state: TargetState, request: TargetRequest): TargetDeployment {
    const { name } = this;
    const { version } = request.release;
    const known = [state.live, ...state.older].find((each) => each?.release.version === version);
    const port = `\${${name}.port}`;
    const fresh: Instance = known ?? { ...instance(name, version, port), state: 'planned' };
    const step = (id: string, phase: Step['phase'], more: Partial<Step>): Step => ({
      id: `${name}/${id}`,
      title: `${id} ${version}`,
      on: name,
      phase,
      do: [call(name, id, version)],
      verify: [],
      undo: [call(name, 'undo', id, version)],
      again: 'repeat',
      ...more,
    });
    const running = known?.state === 'running';
    return {
      instance: fresh,
      prepare: state.pending.map((each) => step(`clear-${each.id}`, 'prepare', { undo: [] })),
      transfer: known ? [] : [step('transfer', 'transfer', {})],
      start: running
        ? []
        : [
            step('start', 'start', {
              do: [
                { ...call(name, 'free-port'), binds: known ? {} : { [`${name}.port`]: 'stdout' } },
                call(name, 'start', version, fresh.address.port),
              ],
              again: 'undoFirst',
            }),
          ],
      check: [step('health', 'health', { undo: [] })],
      drain: (old) => [call(name, 'wait-idle', old.address.port)],
      retire: (old, how) => [
        step(how, 'retire', {
          do: [call(name, how, old.release.version)],
          undo: [call(name, 'start', old.release.version)],
        }),
      ],
      adopt: state.live?.id === fresh.id ? [] : [step('adopt', 'adopt', {})],
      prune: state.older
        .filter(({ id }) => id !== fresh.id)
        .slice(request.standby + request.keep - 1)
        .map((each) => step(`remove-${each.id}`, 'prune', { undo: [], final: true })),
    };
  }
}

class PaperRouter implements Router {
  readonly name = 'edge';
  readonly kind = 'paper';
  readonly abilities: RouterAbilities;
  constructor(abilities: RouterAbilities) {
    this.abilities = abilities;
  }

  read(): never {
    throw new Error('strategies perform nothing');
  }

  change(state: RouterState, { backends }: Route): RouteChange {
    const after = {
      router: this.name,
      backends: backends.map(({ address, weight }) => ({ address, weight })),
    };
    return {
      do: [call('lb-1', 'route', ...shown(after))],
      verify: [call('lb-1', 'routes')],
      undo: [call('lb-1', 'route', ...shown(state))],
      after,
    };
  }

  drained(_state: RouterState, { host, port }: Address, deadlineMs: number): Call[] {
    return [
      {
        ...call('lb-1', 'in-flight', `${host}:${port}`),
        until: { intervalMs: 100, deadlineMs, atDeadline: 'continue' },
      },
    ];
  }

  readmit(_state: RouterState, { host, port }: Address): Call[] {
    return [call('lb-1', 'readmit', `${host}:${port}`)];
  }
}

function shown({ backends }: RouterState): string[] {
  return backends.map(({ address, weight }) => `${address.host}:${address.port}*${weight}`);
}

export interface Scene {
  /** What each target looks like; `{}` for nothing there yet. */
  readonly states: Readonly<Record<string, Partial<Omit<TargetState, 'target'>>>>;
  readonly version: string;
  readonly options?: Partial<StrategyOptions>;
  readonly intent?: StrategyInput['intent'];
  readonly abilities?: RouterAbilities;
  readonly router?: boolean;
  readonly probe?: boolean;
}

/** The input of a strategy where users are sent to what is live. */
export function inputOf(scene: Scene): StrategyInput {
  const targets = Object.entries(scene.states).map(([name, state]) => ({
    target: new PaperTarget(name),
    state: { target: name, older: [], pending: [], ...state },
  }));
  const backends = targets.flatMap(({ state: { live } }) =>
    live ? [{ address: live.address, weight: 100 }] : [],
  );
  return {
    planId: 'k7f3',
    environment: 'production',
    application: 'adara',
    intent: scene.intent ?? 'deploy',
    release: release(scene.version),
    targets,
    ...(scene.router !== false && {
      router: {
        router: new PaperRouter(scene.abilities ?? { backends: 'many', weights: true }),
        state: { router: 'edge', backends },
      },
    }),
    options: { drainMs: 30_000, standby: 0, keep: 1, ...scene.options },
    ...(scene.probe !== false && {
      probe: {
        url: 'https://www.example.com/',
        everyMs: 20,
        recognise: { by: 'header', name: 'X-Release' } as const,
      },
    }),
    journalHost: 'lb-1',
  };
}
