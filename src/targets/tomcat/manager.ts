import {
  THIS_MACHINE,
  type Expectation,
  type HttpCall,
  type ParserName,
  type UploadCall,
} from '../../contracts/deployCall';
import type { TomcatManager, WarPlace } from './model';
import { warSource } from './war';

/** A version of a web application, as the Manager's commands name it. */
export interface ContextId {
  readonly path: string;
  /** Empty for one that was deployed without. */
  readonly version: string;
}

export type TlsQuestion = 'sslConnectorCiphers' | 'sslConnectorCerts' | 'sslConnectorTrustedCerts';

type Asked = HttpCall & Required<Pick<HttpCall, 'parse' | 'expect'>>;
type Query = Readonly<Record<string, string | undefined>>;

/** Any status is an answer: the parser says what answered, and what to do. */
const ANY_STATUS: Expectation = { path: 'status', is: 'atLeast', value: 100 };
/** Of a context that is stopped: requests under way, then whatever its listeners do. */
const STOP_MS = 120_000;
/** Finding leaks collects garbage; thread dumps are long. */
const SLOW_MS = 60_000;

/** Every command of the Manager's text interface, as calls. All but `deploy...` are requests without a body. */
export class ManagerCalls {
  readonly manager: TomcatManager;

  constructor(manager: TomcatManager) {
    this.manager = manager;
  }

  list(): HttpCall {
    return this.#ask('list', {}, 'tomcat.contexts');
  }

  /** Sends a WAR and starts it. `startMs`: as in `TomcatApplication`. */
  deployUpload(id: ContextId, war: WarPlace & { artifact: string }, startMs: number): UploadCall {
    const { parse, expect, ...to } = this.#ask('deploy', query(id), 'tomcat.done', startMs);
    return {
      via: 'upload',
      source: warSource(war),
      to: { ...to, method: 'PUT' },
      parse,
      expect,
    };
  }

  /** Deploys a WAR or a folder that the server has already: `/srv/releases/shop.war`. */
  deployPath(id: ContextId, war: string, startMs: number): HttpCall {
    return this.#ask('deploy', { ...query(id), war }, 'tomcat.done', startMs);
  }

  /** Stops a version and removes its files. */
  undeploy(id: ContextId): HttpCall {
    return this.#ask('undeploy', query(id), 'tomcat.done', STOP_MS);
  }

  /** The same for one that may not be there. */
  tryUndeploy(id: ContextId): HttpCall {
    return this.#ask('undeploy', query(id), 'tomcat.said', STOP_MS);
  }

  start(id: ContextId, startMs: number): HttpCall {
    return this.#ask('start', query(id), 'tomcat.done', startMs);
  }

  stop(id: ContextId): HttpCall {
    return this.#ask('stop', query(id), 'tomcat.done', STOP_MS);
  }

  /** Sessions stay where the application's session manager keeps them over a reload. */
  reload(id: ContextId, startMs: number): HttpCall {
    return this.#ask('reload', query(id), 'tomcat.done', startMs);
  }

  /** The same for one that may have stopped. */
  tryReload(id: ContextId, startMs: number): HttpCall {
    return this.#ask('reload', query(id), 'tomcat.said', startMs);
  }

  sessions(id: ContextId): HttpCall {
    return this.#ask('sessions', query(id), 'tomcat.sessions');
  }

  /** Ends the sessions that were idle for at least so many minutes; 0 for all. */
  expire(id: ContextId, idleMinutes: number): HttpCall {
    return this.#ask('expire', { ...query(id), idle: String(idleMinutes) }, 'tomcat.sessions');
  }

  /** The same for a version that may have stopped. */
  tryExpire(id: ContextId): HttpCall {
    return this.#ask('expire', { ...query(id), idle: '0' }, 'tomcat.said');
  }

  serverInfo(): HttpCall {
    return this.#ask('serverinfo', {}, 'tomcat.server');
  }

  /** Applications that were stopped and still have classes in memory. Collects garbage, which may take a while. */
  findLeaks(): HttpCall {
    return this.#ask('findleaks', { statusLine: 'true' }, 'tomcat.lines', SLOW_MS);
  }

  threadDump(): HttpCall {
    return this.#ask('threaddump', {}, 'tomcat.lines', SLOW_MS);
  }

  vmInfo(): HttpCall {
    return this.#ask('vminfo', {}, 'tomcat.vm');
  }

  /** Which process answers: another one after a restart. */
  process(): Asked {
    return this.#ask('vminfo', {}, 'tomcat.process');
  }

  tls(question: TlsQuestion): HttpCall {
    return this.#ask(question, {}, 'tomcat.lines');
  }

  /** What its connectors with TLS show, and until when. */
  certificates(): HttpCall {
    return this.#ask('sslConnectorCerts', {}, 'tomcat.certificates');
  }

  /** Reads the certificates of all virtual hosts again, or of one. */
  sslReload(tlsHostName?: string): HttpCall {
    return this.#ask('sslReload', { tlsHostName }, 'tomcat.done');
  }

  /** Global JNDI resources, all or of a class. */
  resources(type?: string): HttpCall {
    return this.#ask('resources', { type }, 'tomcat.lines');
  }

  /** A page of what it serves, as users of this very server get it. */
  page(path: string): HttpCall {
    const { url } = this.manager;
    return {
      via: 'http',
      from: this.#from,
      method: 'GET',
      url: `${new URL(url).origin}${path}`,
      headers: { 'Cache-Control': 'no-cache' },
      ...this.#ca,
    };
  }

  get #from(): string {
    return this.manager.through ?? THIS_MACHINE;
  }

  get #ca(): { ca?: string } {
    const { ca } = this.manager;
    return ca === undefined ? {} : { ca };
  }

  #ask(command: string, parameters: Query, parse: ParserName, timeoutMs?: number): Asked {
    const { url, user, password } = this.manager;
    const given = Object.entries(parameters).flatMap(([name, value]) =>
      // Encoded here, so that nothing in a name is a placeholder or another parameter.
      value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
    );
    return {
      via: 'http',
      from: this.#from,
      method: 'GET',
      url: `${url.replace(/\/+$/, '')}/text/${command}${given.length > 0 ? `?${given.join('&')}` : ''}`,
      headers: { 'Accept-Language': 'en' },
      basicAuth: { user, password },
      ...(timeoutMs !== undefined && { timeoutMs }),
      ...this.#ca,
      parse,
      expect: [ANY_STATUS],
    };
  }
}

function query({ path, version }: ContextId): Query {
  return { path, version: version === '' ? undefined : version };
}
