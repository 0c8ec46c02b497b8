import type { Instance, Phase, Step, TargetState } from '../../contracts/deploy';
import { DeployError } from '../../contracts/deployError';
import type { Reading, Target, TargetDeployment, TargetRequest } from '../../contracts/deployTarget';
import { canonicalJson } from '../../util/json';
import { HostCalls } from './calls';
import { callText } from './callText';
import { inspectHost } from './inspect';
import type { DockerApplication } from './model';
import { containerOf, names, reference } from './naming';
import { containerSpec } from './spec';

/**
 * A host with a container engine. One container of an application serves and has its name; a new one is brought up
 * beside it as `NAME-pending-PLAN`, one that served before is called `NAME-PLAN`. Containers of others are never
 * touched: those of ours are known by their labels and addressed by their ids.
 */
export class DockerTarget implements Target {
  readonly kind = 'docker';
  readonly name: string;
  readonly #calls: HostCalls;
  readonly #reachedAt: string;

  /** `reachedAt`: the address of the host as the router sees it. */
  constructor(host: string, application: DockerApplication, reachedAt = '127.0.0.1') {
    this.name = host;
    this.#reachedAt = reachedAt;
    this.#calls = new HostCalls(host, application);
  }

  inspect(application: string): Reading<TargetState> {
    return inspectHost(this.name, application, this.#reachedAt);
  }

  deployment(state: TargetState, request: TargetRequest): TargetDeployment {
    if (state.foreign !== undefined)
      throw new DeployError('foreign', `${state.foreign} on ${this.name} is not ours`, {
        subject: state.foreign,
        target: this.name,
      });
    const { release } = request;
    const existing = [...(state.live ? [state.live] : []), ...state.older];
    const known = existing.find((each) => sameRelease(each, release));
    const instance = known ?? this.#planned(request);
    const others = existing.filter((each) => each !== known);
    return {
      instance,
      prepare: state.pending.map((each) => this.#clear(each)),
      transfer: known ? [] : [this.#bringImage(request)],
      start: known ? this.#restart(known) : [this.#start(request, request.beside ? existing : state.older)],
      check: this.#check(instance, request),
      drain: (old) => this.#calls.drained(old, request.drainMs),
      retire: (old, how) =>
        how === 'standby' || old.state === 'stopped' ? [] : [this.#retire(old, request)],
      adopt: state.live === known && known ? [] : [this.#adopt(instance, state.live, request)],
      prune: this.#prune(others, instance, state.live, request),
    };
  }

  #planned({ application, planId, release }: TargetRequest): Instance {
    const hasPort = this.#calls.application.run.port !== undefined;
    return {
      id: names.retired(application, planId),
      target: this.name,
      release,
      address: { host: this.#reachedAt, port: hasPort ? `\${${this.name}.port}` : '0' },
      state: 'planned',
    };
  }

  #clear(leftover: Instance): Step {
    const container = containerOf(leftover);
    return {
      ...this.#step(`clear-${leftover.id}`, `Remove ${leftover.id}, left by an earlier failure`, 'prepare'),
      do: [this.#calls.remove(container)],
      verify: [this.#calls.isGone(container)],
      undo: [],
      again: 'repeat',
    };
  }

  #bringImage({ release, environment }: TargetRequest): Step {
    const { origin, image } = this.#calls.application;
    const name = reference(image, release);
    const verify = [this.#calls.hasImage(release)];
    // An image does no harm, and another release may use its layers by then: it stays when the step is taken back.
    const rest = { verify, undo: [], again: 'repeat' as const };
    switch (origin.kind) {
      case 'transfer':
        return {
          ...this.#step('transfer', `Send ${name}, the layers that are missing`, 'transfer'),
          do: [this.#calls.transfer(release)],
          ...rest,
        };
      case 'build':
        return {
          ...this.#step('build', `Build ${name}`, 'build'),
          do: [this.#calls.build(release, origin.context, origin.dockerfile)],
          ...rest,
        };
      case 'registry':
        return {
          ...this.#step('pull', `Push ${name}, and pull it there`, 'transfer'),
          do: [
            this.#calls.push(release, environment, origin.login),
            this.#calls.pull(release, environment, origin.login),
          ],
          ...rest,
        };
    }
  }

  #start(request: TargetRequest, existing: readonly Instance[]): Step {
    const { application } = this.#calls;
    const { port } = application.run;
    const name = names.pending(request.application, request.planId);
    const container = `\${${this.name}.container}`;
    // What is kept must be able to start again on its port.
    const settled = port && this.#calls.settled(this.#planned(request), request.environment);
    const reserved = existing.map(({ address }) => address.port).filter((each) => each !== '0');
    return {
      ...this.#step('start', `Start ${request.application} ${request.release.version} as ${name}`, 'start'),
      do: [
        ...(port ? [this.#calls.choosePort(port.from, reserved)] : []),
        this.#calls.create(name, containerSpec(this.name, application, request)),
        this.#calls.start(container),
      ],
      // Until it has its port: chosen, it is still anybody's.
      verify: [this.#calls.isRunning(container), ...(settled ? [settled] : [])],
      undo: [this.#calls.remove(name), this.#calls.isGone(name)],
      again: 'undoFirst',
      ...(port && { retryIf: [this.#calls.isPortTaken()] }),
      diagnose: [this.#calls.logTail(name)],
    };
  }

  #restart(known: Instance): Step[] {
    if (known.state === 'running') return [];
    const container = containerOf(known);
    return [
      {
        ...this.#step('start', `Start the kept ${known.release.version}`, 'start'),
        do: [this.#calls.start(container)],
        verify: [this.#calls.isRunning(container)],
        undo: [this.#calls.stop(container)],
        again: 'repeat',
        diagnose: [this.#calls.logTail(container)],
      },
    ];
  }

  #check(instance: Instance, { release, environment }: TargetRequest): Step[] {
    const { smoke, warmup } = this.#calls.application;
    const fill = (text: string): string => callText(text, environment, release);
    const healthy =
      this.#calls.healthy(instance, environment) ?? this.#calls.isRunning(containerOf(instance));
    const check = (name: Phase, title: string, calls: Step['do']): Step => ({
      ...this.#step(name, title, name),
      do: calls,
      verify: [],
      undo: [],
      again: 'repeat',
      diagnose: [this.#calls.logTail(containerOf(instance))],
    });
    return [
      check('health', `Wait until ${release.version} is healthy`, [healthy]),
      ...(smoke.length > 0
        ? [
            check(
              'smoke',
              `Test ${release.version} before users see it`,
              smoke.map(({ get, status, contains }) => ({
                ...this.#calls.get(instance, fill(get)),
                expect: [
                  { path: 'status', is: 'equals' as const, value: status },
                  ...(contains === undefined
                    ? []
                    : [{ path: 'body', is: 'contains' as const, value: fill(contains) }]),
                ],
              })),
            ),
          ]
        : []),
      ...(warmup
        ? [
            check(
              'warmup',
              `Warm up with ${warmup.requests} requests`,
              warmup.get.map((path) => ({
                ...this.#calls.get(instance, fill(path)),
                times: Math.ceil(warmup.requests / warmup.get.length),
              })),
            ),
          ]
        : []),
    ];
  }

  #retire(old: Instance, { environment }: TargetRequest): Step {
    const container = containerOf(old);
    const healthy = this.#calls.healthy(old, environment);
    return {
      ...this.#step(`stop-${old.id}`, `Stop ${old.release.version}`, 'retire'),
      do: [this.#calls.stop(container)],
      verify: [this.#calls.isStopped(container)],
      undo: [this.#calls.start(container), ...(healthy ? [healthy] : [])],
      again: 'repeat',
    };
  }

  #adopt(
    instance: Instance,
    live: Instance | undefined,
    { application, planId, release }: TargetRequest,
  ): Step {
    const container = containerOf(instance);
    const name = names.live(application);
    const before = instance.state === 'planned' ? names.pending(application, planId) : instance.id;
    const { image } = this.#calls.application;
    return {
      ...this.#step('adopt', `Give ${release.version} the name ${name}`, 'adopt'),
      do: [
        ...(live ? [this.#calls.rename(containerOf(live), live.id)] : []),
        this.#calls.rename(container, name),
        this.#calls.tagLatest(reference(image, release)),
      ],
      verify: [this.#calls.hasName(container, name)],
      undo: [
        this.#calls.rename(container, before),
        ...(live
          ? [
              this.#calls.rename(containerOf(live), name),
              this.#calls.tagLatest(reference(image, live.release)),
            ]
          : [this.#calls.untagLatest()]),
      ],
      again: 'undoFirst',
    };
  }

  #prune(
    others: readonly Instance[],
    instance: Instance,
    live: Instance | undefined,
    { standby, keep }: TargetRequest,
  ): Step[] {
    const stays = [instance, ...others.slice(0, standby + keep)].map(({ release }) => release.artifact);
    const final = { verify: [], undo: [], again: 'repeat' as const, final: true };
    const stop = others
      .slice(standby, standby + keep)
      // The live one is stopped by a step of its own.
      .filter((each) => each.state === 'running' && each !== live)
      .map((each) => ({
        ...this.#step(`stop-${each.id}`, `Stop ${each.release.version}`, 'prune'),
        do: [this.#calls.stop(containerOf(each))],
        ...final,
      }));
    const remove = others.slice(standby + keep).map((each) => ({
      ...this.#step(`remove-${each.id}`, `Remove ${each.release.version}`, 'prune'),
      do: [
        this.#calls.remove(containerOf(each)),
        ...(stays.includes(each.release.artifact) ? [] : [this.#calls.removeImage(each.release)]),
      ],
      ...final,
    }));
    return [...stop, ...remove];
  }

  #step<P extends Phase>(
    name: string,
    title: string,
    phase: P,
  ): Pick<Step, 'id' | 'title' | 'on'> & { phase: P } {
    return { id: `${this.name}/${name}`, title, on: this.name, phase };
  }
}

/** All three digests, as `Release` says. */
function sameRelease({ release }: Instance, other: TargetRequest['release']): boolean {
  const digest = ({ application, version, artifact, configuration }: typeof other): string =>
    canonicalJson({ application, version, artifact, configuration });
  return digest(release) === digest(other);
}
