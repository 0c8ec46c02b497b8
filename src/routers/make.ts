import type { HostName } from '../contracts/deployCall';
import type { Router } from '../contracts/deployTarget';
import { apacheBalancer } from './apacheBalancer';
import { apacheTemplate } from './apacheTemplate';
import type { Ask } from './asking';
import { haproxy } from './haproxy';
import { nginx } from './nginx';

/** A router as the configuration describes it, its placeholders but `${port}` and those of a release filled in. */
export type RouterDescription =
  | {
      readonly kind: 'apache-template';
      readonly host: HostName;
      readonly templates: string;
      readonly variables: Readonly<Record<string, string>>;
      readonly command?: readonly string[] | undefined;
    }
  | {
      readonly kind: 'apache-balancer';
      readonly host: HostName;
      readonly url: string;
      readonly balancer: string;
    }
  | {
      readonly kind: 'haproxy';
      readonly host: HostName;
      readonly socket: string;
      readonly backend: string;
      readonly state?: string | undefined;
    }
  | {
      readonly kind: 'nginx';
      readonly host: HostName;
      readonly include: string;
      readonly command?: readonly string[] | undefined;
    };

/** Kinds that `makeRouter` knows. */
export const madeKinds: readonly RouterDescription['kind'][] = [
  'apache-template',
  'apache-balancer',
  'haproxy',
  'nginx',
];

/** The router of a description; `ask` lets each change prove itself by asking as a user would. */
export function makeRouter(name: string, description: RouterDescription, ask?: Ask): Router {
  const asking = ask && { ask };
  switch (description.kind) {
    case 'apache-template': {
      const { command, ...rest } = description;
      return apacheTemplate(name, { ...rest, ...(command && { control: command }), ...asking });
    }
    case 'apache-balancer':
      return apacheBalancer(name, { ...description, ...asking });
    case 'haproxy': {
      const { state, ...rest } = description;
      return haproxy(name, { ...rest, ...(state !== undefined && { stateFile: state }), ...asking });
    }
    case 'nginx': {
      const { command, ...rest } = description;
      return nginx(name, { ...rest, ...(command && { control: command }), ...asking });
    }
  }
}
