import type { Instance, Release } from '../../contracts/deploy';
import {
  THIS_MACHINE,
  type Call,
  type EngineCall,
  type HttpCall,
  type UploadCall,
} from '../../contracts/deployCall';
import type { JsonObject } from '../../util/json';
import { callText } from './callText';
import { IMAGE_SOURCE } from './image/transfer';
import { CONTEXT_SOURCE } from './build/context';
import { STOP_SECONDS, type DockerApplication, type RegistryCredentials } from './model';
import { containerOf, reference } from './naming';
import { SOCKET_TABLES } from './ports';
import { registryOf } from './registry/reference';
import { isOnHostNetwork } from './spec';

type Status = readonly number[];

/** A container that can't have its port ends before that. */
const SETTLED_MS = 5_000;

/** The calls of the Docker target for one host. */
export class HostCalls {
  readonly host: string;
  readonly application: DockerApplication;

  constructor(host: string, application: DockerApplication) {
    this.host = host;
    this.application = application;
  }

  #post(
    path: string,
    query: Readonly<Record<string, string>>,
    status: Status,
    body?: JsonObject,
  ): EngineCall {
    return {
      via: 'engine',
      host: this.host,
      method: 'POST',
      path,
      ...(Object.keys(query).length > 0 && { query }),
      ...(body && { body }),
      expect: [{ path: 'status', is: 'oneOf', value: status }],
    };
  }

  #get(path: string): EngineCall {
    return { via: 'engine', host: this.host, method: 'GET', path };
  }

  // Images

  transfer(release: Release): UploadCall {
    const image = reference(this.application.image, release);
    return {
      via: 'upload',
      source: { kind: IMAGE_SOURCE, image, to: this.host },
      to: { via: 'engine', host: this.host, method: 'POST', path: '/images/load', query: { quiet: '1' } },
      parse: 'docker.work',
    };
  }

  build(release: Release, context: string, dockerfile?: string): UploadCall {
    const query = {
      t: reference(this.application.image, release),
      ...(dockerfile !== undefined && { dockerfile }),
      rm: '1',
      forcerm: '1',
    };
    return {
      via: 'upload',
      source: { kind: CONTEXT_SOURCE, folder: context, ...(dockerfile !== undefined && { dockerfile }) },
      to: { via: 'engine', host: this.host, method: 'POST', path: '/build', query },
      parse: 'docker.work',
    };
  }

  /** From this machine; of an image that the registry has already only its name is sent. */
  push(release: Release, environment: string, login?: RegistryCredentials): EngineCall {
    const { image } = this.application;
    return {
      ...this.#post(`/images/${image}/push`, { tag: release.version }, [200]),
      host: THIS_MACHINE,
      ...this.#atRegistry(release, environment, login),
    };
  }

  pull(release: Release, environment: string, login?: RegistryCredentials): EngineCall {
    const { image } = this.application;
    return {
      ...this.#post('/images/create', { fromImage: image, tag: release.version }, [200]),
      ...this.#atRegistry(release, environment, login),
    };
  }

  #atRegistry(
    release: Release,
    environment: string,
    login: RegistryCredentials | undefined,
  ): Pick<EngineCall, 'registry' | 'login' | 'parse'> {
    const fill = (text: string): string => callText(text, environment, release);
    return {
      registry: registryOf(this.application.image),
      ...(login && { login: { user: fill(login.user), password: fill(login.password) } }),
      parse: 'docker.work',
    };
  }

  /** Fails unless the host has the image of the release under its name, byte for byte. */
  hasImage(release: Release): EngineCall {
    const isImageId = release.artifact.startsWith('sha256:');
    return {
      ...this.#get(`/images/${reference(this.application.image, release)}/json`),
      ...(isImageId && {
        parse: 'json',
        expect: [{ path: 'value.Id', is: 'equals', value: release.artifact }],
      }),
    };
  }

  /** Of an image that is gone (404), the tag can't be given back. */
  tagLatest(image: string): EngineCall {
    return this.#post(`/images/${image}/tag`, { repo: this.application.image, tag: 'latest' }, [201, 404]);
  }

  untagLatest(): EngineCall {
    return {
      ...this.#delete(`/images/${this.application.image}:latest`, [200, 404, 409]),
      query: { noprune: '1' },
    };
  }

  /** An image that something else still uses stays. */
  removeImage(release: Release): EngineCall {
    return this.#delete(`/images/${reference(this.application.image, release)}`, [200, 404, 409]);
  }

  // Containers

  /** Binds `${HOST.port}` to a port that nobody listens on, and that is not one of `reserved`. */
  choosePort(from: number, reserved: readonly string[]): Call {
    return {
      via: 'command',
      host: this.host,
      note: `the first free port from ${from}`,
      argv: ['sh', '-c', SOCKET_TABLES, 'sh', '/proc/net', String(from), ...reserved],
      parse: 'docker.freePort',
      binds: { [`${this.host}.port`]: 'value.port' },
    };
  }

  /** Holds when somebody listens on the port that was chosen. */
  isPortTaken(): Call {
    return {
      via: 'command',
      host: this.host,
      note: 'somebody else took the port meanwhile',
      argv: ['sh', '-c', SOCKET_TABLES, 'sh', '/proc/net', `\${${this.host}.port}`],
      parse: 'docker.taken',
      expect: [{ path: 'value.taken', is: 'equals', value: true }],
    };
  }

  /** Binds `${HOST.container}`. */
  create(name: string, body: JsonObject): EngineCall {
    return {
      ...this.#post('/containers/create', { name }, [201], body),
      parse: 'json',
      binds: { [`${this.host}.container`]: 'value.Id' },
    };
  }

  start(container: string): EngineCall {
    return this.#post(`/containers/${container}/start`, {}, [204, 304]);
  }

  stop(container: string): EngineCall {
    return this.#post(`/containers/${container}/stop`, { t: String(STOP_SECONDS) }, [204, 304]);
  }

  /** One that has the name already is left as it is (400 says so). */
  rename(container: string, name: string): EngineCall {
    return this.#post(`/containers/${container}/rename`, { name }, [204, 400]);
  }

  remove(container: string): EngineCall {
    return {
      ...this.#delete(`/containers/${container}`, [204, 404]),
      query: { force: '1', v: '1' },
    };
  }

  /** Fails unless there is no such container. One that is being removed takes a moment. */
  isGone(container: string): EngineCall {
    return {
      ...this.#get(`/containers/${container}/json`),
      expect: [{ path: 'status', is: 'equals', value: 404 }],
      until: { intervalMs: 100, deadlineMs: 15_000 },
    };
  }

  isStopped(container: string): EngineCall {
    return {
      ...this.#get(`/containers/${container}/json`),
      parse: 'json',
      expect: [{ path: 'value.State.Running', is: 'equals', value: false }],
    };
  }

  hasName(container: string, name: string): EngineCall {
    return {
      ...this.#get(`/containers/${name}/json`),
      parse: 'json',
      expect: [{ path: 'value.Id', is: 'equals', value: container }],
    };
  }

  /** Fails at once when the container has ended. */
  isRunning(container: string): EngineCall {
    return { ...this.#get(`/containers/${container}/json`), parse: 'docker.running' };
  }

  logTail(container: string): EngineCall {
    return {
      ...this.#get(`/containers/${container}/logs`),
      note: 'log',
      query: { stdout: '1', stderr: '1', tail: '50' },
      parse: 'text',
    };
  }

  #delete(path: string, status: Status): EngineCall {
    return {
      via: 'engine',
      host: this.host,
      method: 'DELETE',
      path,
      expect: [{ path: 'status', is: 'oneOf', value: status }],
    };
  }

  // What it answers

  get({ address }: Instance, path: string): HttpCall {
    return {
      via: 'http',
      from: this.host,
      method: 'GET',
      url: `http://${address.host}:${address.port}${path}`,
    };
  }

  /** Waits until it is healthy, as long as its container runs. */
  healthy(instance: Instance, environment: string): HttpCall | undefined {
    const { health } = this.application;
    if (!health) return undefined;
    const fill = (text: string): string => callText(text, environment, instance.release);
    const values = Object.entries(health.json ?? {}).map(
      ([path, value]) => [path, typeof value === 'string' ? fill(value) : value] as const,
    );
    return {
      ...this.get(instance, fill(health.path)),
      timeoutMs: Math.min(10_000, health.timeoutMs),
      ...(values.length > 0 && { parse: 'json' }),
      expect: [
        { path: 'status', is: 'equals', value: 200 },
        ...values.map(([path, value]) => ({ path: `value.${path}`, is: 'equals' as const, value })),
      ],
      until: {
        intervalMs: 50,
        deadlineMs: health.timeoutMs,
        meanwhile: this.isRunning(containerOf(instance)),
      },
    };
  }

  /** Waits a moment for it to be healthy, and fails when it has ended. Whether it is healthy is asked elsewhere. */
  settled(instance: Instance, environment: string): HttpCall | undefined {
    const healthy = this.healthy(instance, environment);
    if (!healthy?.until) return undefined;
    const deadlineMs = Math.min(SETTLED_MS, healthy.until.deadlineMs);
    // Who took its port may take connections too, and say nothing.
    const timeoutMs = SETTLED_MS / 5;
    return { ...healthy, timeoutMs, until: { ...healthy.until, deadlineMs, atDeadline: 'continue' } };
  }

  /** Waits until nobody is connected to it any more, at most that long. */
  drained(instance: Instance, deadlineMs: number): Call[] {
    const { port } = this.application.run;
    if (!port) return [];
    const until = { intervalMs: 100, deadlineMs, atDeadline: 'continue' } as const;
    const read = (tables: string, listening: string): Call => ({
      via: 'command',
      host: this.host,
      note: 'connections to it',
      argv: ['sh', '-c', SOCKET_TABLES, 'sh', tables, listening],
      parse: 'docker.connections',
      expect: [{ path: 'value.connections', is: 'equals', value: 0 }],
      until,
    });
    if (isOnHostNetwork(this.application)) return [read('/proc/net', instance.address.port)];
    // Its connections are in a network of its own, which is that of its process.
    const pid = `${this.host}.${instance.id}.pid`;
    return [
      {
        ...this.#get(`/containers/${containerOf(instance)}/json`),
        parse: 'json',
        binds: { [pid]: 'value.State.Pid' },
      },
      read(`/proc/\${${pid}}/net`, String(port.from)),
    ];
  }
}
