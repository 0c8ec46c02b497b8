import type { SwapdeckConfig } from '../config/model';
import type { Deployable, DeployableOptions } from './deployable';
import { fleetsIn } from './fleetNames';

/** Kinds of operations: changes of an environment that put no release there. */
export type OperationKind = ShownKind | 'war' | 'context';
/** Those that are shown below their environment; what the others are about is shown elsewhere. */
export type ShownKind = 'address' | 'certificate' | 'fleet';

interface OperationRow {
  /** What there is in an environment to operate on, by name. */
  names(config: SwapdeckConfig, environment: string): readonly string[];
  /** Rejects with `EnvironmentError`. */
  open(name: string, options: DeployableOptions): Promise<Deployable>;
}

const rows: Readonly<Record<OperationKind, OperationRow>> = {
  certificate: {
    names: ({ environments }, environment) => environments[environment]?.certificates ?? [],
    open: async (name, options) => {
      const { CertificateRenewal } = await import('./certificateRenewal');
      return new CertificateRenewal(name, options);
    },
  },
  context: {
    names: (config, environment) => tomcatsIn(config, environment),
    open: async (name, options) => {
      const { TomcatContexts } = await import('./tomcatContext');
      return new TomcatContexts(name, options);
    },
  },
  fleet: {
    names: fleetsIn,
    open: async (name, options) => {
      const { Fleet } = await import('./fleet');
      return new Fleet(name, options);
    },
  },
  address: {
    names: (config, environment) => config.environments[environment]?.addresses ?? [],
    open: async (name, options) => {
      const { AddressMove } = await import('./addressMove');
      return new AddressMove(name, options);
    },
  },
  war: {
    // Anything can be put anywhere: there is no list of it.
    names: () => [],
    open: async (name, options) => new (await import('./warDeployment')).WarDeployment(name, options),
  },
};

/** `vip@address`: no application can be called that. */
export function subjectOf(name: string, kind: OperationKind): string {
  return `${name}@${kind}`;
}

/** The name that the configuration has for a subject, of an application too. */
export function nameOf(subject: string): string {
  return subject.replace(/@.*$/, '');
}

export function isOperation(subject: string): boolean {
  return subject.includes('@');
}

/** `undefined` for an application. */
export function kindOf(subject: string): OperationKind | undefined {
  return /@(.*)$/.exec(subject)?.[1] as OperationKind | undefined;
}

/** Whether an operation is shown below its environment. */
export function isShown(subject: string): boolean {
  const kind = kindOf(subject);
  return kind !== undefined && kind !== 'war' && kind !== 'context';
}

/** The subjects of all operations that an environment knows. */
export function operationsIn(config: SwapdeckConfig, environment: string): string[] {
  return Object.entries(rows).flatMap(([kind, row]) =>
    row.names(config, environment).map((name) => subjectOf(name, kind as OperationKind)),
  );
}

/** An application, or an operation by its subject. Rejects with `EnvironmentError`. */
export async function openDeployable(subject: string, options: DeployableOptions): Promise<Deployable> {
  const kind = kindOf(subject);
  const row = kind && rows[kind];
  if (row) return row.open(nameOf(subject), options);
  const { DeployedApplication } = await import('./application');
  return new DeployedApplication({ ...options, application: subject });
}

/** The Tomcats on which web applications are put there. */
function tomcatsIn({ environments, tomcats }: SwapdeckConfig, environment: string): string[] {
  const placements = Object.values(environments[environment]?.applications ?? {});
  return [...new Set(placements.flatMap(({ targets }) => targets))].filter((target) => target in tomcats);
}
