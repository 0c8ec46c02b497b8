import type { Step } from '../../src/contracts/deploy';
import type { Answer, Bindings, Performed } from '../../src/contracts/deployCall';
import type { Reading, TargetRequest } from '../../src/contracts/deployTarget';
import { systemClock } from '../../src/contracts/clock';
import { commandPerformer } from '../../src/deploy/performers/command';
import { httpPerformer } from '../../src/deploy/performers/http';
import { CallRunner } from '../../src/deploy/runner';
import { contextOpener, CONTEXT_SOURCE } from '../../src/targets/docker/build/context';
import type { Engines } from '../../src/targets/docker/engine/engines';
import { imageOpener, IMAGE_SOURCE } from '../../src/targets/docker/image/transfer';
import type { DockerApplication } from '../../src/targets/docker/model';
import { dockerParsers } from '../../src/targets/docker/parsers';
import { enginePerformer } from '../../src/targets/docker/perform';
import type { FindLogin } from '../../src/targets/docker/registry/logins';
import type { SshHosts } from '../../src/transport/ssh/hosts';

/** Performs calls on the hosts of a lab, as the editor and the command line do. */
export class LabRunner {
  readonly runner: CallRunner;
  readonly performed: Performed[] = [];
  bindings: Bindings = {};

  constructor(
    hosts: SshHosts,
    engines: Engines,
    secrets: Readonly<Record<string, string>> = {},
    login?: FindLogin,
  ) {
    this.runner = new CallRunner({
      clock: systemClock,
      performers: {
        engine: enginePerformer({ engines, ...(login && { login }) }),
        command: commandPerformer((host) => hosts.exec(host)),
        http: httpPerformer((host) => hosts.dialer(host)),
      },
      parsers: dockerParsers,
      sources: { [IMAGE_SOURCE]: imageOpener(engines), [CONTEXT_SOURCE]: contextOpener('/') },
      secret: (name) => Promise.resolve(secrets[name]!),
    });
    this.runner.onPerformed((each) => this.performed.push(each));
  }

  async read<T>(reading: Reading<T>): Promise<T> {
    const answers: Answer[] = [];
    for (const call of reading.calls) answers.push((await this.runner.perform(call, {})).answer);
    const next = reading.next(answers);
    return 'result' in next ? next.result : this.read(next.more);
  }

  /** Performs calls one after another and keeps what they bind. */
  async perform(calls: Step['do']): Promise<Answer[]> {
    const answers: Answer[] = [];
    for (const call of calls) {
      const { answer, bound } = await this.runner.perform(call, this.bindings);
      answers.push(answer);
      this.bindings = { ...this.bindings, ...bound };
    }
    return answers;
  }

  async steps(steps: readonly Step[]): Promise<void> {
    for (const step of steps) {
      await this.perform(step.do);
      await this.perform(step.verify);
    }
  }

  async undo(steps: readonly Step[]): Promise<void> {
    for (const step of [...steps].reverse()) await this.perform(step.undo);
  }
}

/** The sample, on the host's network or published. */
export function adaraApplication(change: Partial<DockerApplication> = {}): DockerApplication {
  return {
    image: 'adara',
    origin: { kind: 'transfer' },
    health: { path: '/actuator/health', json: { status: 'UP' }, timeoutMs: 30_000 },
    smoke: [{ get: '/', status: 200, contains: 'Adara' }],
    run: {
      network: 'host',
      port: { env: 'SERVER_PORT', from: 8080 },
      volumes: [],
      env: {},
      restart: 'unless-stopped',
    },
    ...change,
  };
}

export function request(
  version: string,
  artifact: string,
  change: Partial<TargetRequest> = {},
): TargetRequest {
  return {
    planId: `p${version.replaceAll('.', '')}`,
    environment: 'staging',
    application: 'adara',
    release: { application: 'adara', version, artifact, configuration: 'c1' },
    beside: true,
    drainMs: 2000,
    standby: 0,
    keep: 1,
    ...change,
  };
}
