import type { HostName } from '../../contracts/deployCall';

/** How a Tomcat is reached: its Manager application. Texts may hold `${secret:NAME}`. */
export interface TomcatManager {
  /** The name of the server in the configuration. */
  readonly name: string;
  /** Of the Manager: `http://10.0.0.11:8080/manager`. What it serves is asked at the same place. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
  /** A PEM file with the authority of its certificate. */
  readonly ca?: string;
  /** The host whose connection leads there; this machine unless given. */
  readonly through?: HostName;
}

/** The namespace of the servlet classes that a WAR uses; `none` for one that uses neither. */
export type ServletNamespace = 'javax' | 'jakarta' | 'none';

/** A WAR: a file of this machine, or `group:artifact:version` of a Maven repository. */
export type WarPlace = { readonly file: string } | { readonly maven: string };

export interface SmokeTest {
  /** Below the context path: `/index.html`. */
  readonly get: string;
  readonly status: number;
  readonly contains?: string;
}

/** A web application, as its configuration says. */
export interface TomcatApplication {
  /** `/shop`; `/` for the root application. */
  readonly context: string;
  /** The WAR of the release that is to be deployed; absent where none is at hand, for inspections and roll backs. */
  readonly war?: WarPlace & { readonly namespace: ServletNamespace };
  /** Without any, the context's own page must answer. */
  readonly smoke: readonly SmokeTest[];
  /** What becomes of the sessions of an old version when its time is over. */
  readonly sessions: 'keep' | 'expire';
  /** Sessions are in a store of which the server counts nothing: no version can be seen to have none. */
  readonly uncounted?: true;
  /** The longest time an upload may stand still, and an application may take to start. Milliseconds. */
  readonly startMs: number;
}
