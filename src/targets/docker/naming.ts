import type { Instance, Release } from '../../contracts/deploy';
import type { JsonObject } from '../../util/json';

/** Names of one application's containers on a host. */
export const names = {
  /** Of the one that serves. */
  live: (application: string): string => application,
  /** Of one that is being brought up by a plan. The plan is in it, so that nobody else's can have the name. */
  pending: (application: string, plan: string): string => `${application}-pending-${plan}`,
  /** Of one that served before. */
  retired: (application: string, plan: string): string => `${application}-${plan}`,
};

/** Whether a container has one of the names that a deployment needs, whoever started it. */
export function isPendingName(application: string, name: string): boolean {
  return name.startsWith(`${application}-pending-`);
}

export function reference(image: string, release: Release): string {
  return `${image}:${release.version}`;
}

/** What the target needs to know about an instance that exists. */
export interface ContainerFacts extends JsonObject {
  readonly container: string;
  readonly name: string;
  readonly imageId: string;
}

/** The container of an instance for a path of the API: its id, or the binding that will hold it. */
export function containerOf(instance: Instance): string {
  const { container } = (instance.facts ?? {}) as Partial<ContainerFacts>;
  return container ?? `\${${instance.target}.container}`;
}
