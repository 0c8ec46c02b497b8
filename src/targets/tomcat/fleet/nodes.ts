import type { Certificate } from '../certificates';
import type { ContextPath, ContextVersion } from './contexts';
import type { TomcatServer } from './server';

export interface ServerNode {
  readonly kind: 'server';
  readonly server: TomcatServer;
}
/** Why a server shows nothing, or no longer what is true. */
export interface ProblemNode {
  readonly kind: 'problem';
  readonly server: TomcatServer;
  readonly error: unknown;
}
/** The same object as long as the path exists: a view is told of a change with the node that it has. */
export interface PathNode {
  readonly kind: 'path';
  readonly server: TomcatServer;
  context: ContextPath;
}
/** As `PathNode`. */
export interface VersionNode {
  readonly kind: 'version';
  readonly server: TomcatServer;
  version: ContextVersion;
}
/** The server itself: its JVM and machine below. */
export interface DetailsNode {
  readonly kind: 'details';
  readonly server: TomcatServer;
}
export const FACTS = ['jvm', 'system', 'threads', 'memory'] as const;
export interface FactNode {
  readonly kind: 'fact';
  readonly server: TomcatServer;
  readonly what: (typeof FACTS)[number];
}
export interface CertificateNode {
  readonly kind: 'certificate';
  readonly server: TomcatServer;
  readonly certificate: Certificate;
}
export type TomcatNode =
  ServerNode | ProblemNode | PathNode | VersionNode | DetailsNode | FactNode | CertificateNode;
