import type { Release } from '../../contracts/deploy';

/** Labels of a container, which say whose it is and what runs in it. All names begin with this. */
const PREFIX = 'swapdeck.';
export const APPLICATION_LABEL = `${PREFIX}application`;
export const PORT_LABEL = `${PREFIX}port`;

/** What is written on a container besides its release. */
export interface Marks {
  readonly environment: string;
  /** The plan that made it. */
  readonly plan: string;
  /** Unique on the host and for good: the container's name while it is not the live one. */
  readonly instance: string;
  /** The port on the host, where it is chosen before the container is made. */
  readonly port?: string;
}

export function toLabels(
  release: Release,
  { environment, plan, instance, port }: Marks,
): Record<string, string> {
  const { application, version, artifact, configuration, git } = release;
  return prefixed({
    application,
    version,
    artifact,
    configuration,
    environment,
    plan,
    instance,
    ...(port !== undefined && { port }),
    ...(git && { 'git.sha': git.sha, 'git.dirty': String(git.dirty) }),
    ...(git?.branch !== undefined && { 'git.branch': git.branch }),
  });
}

/** What labels say; `undefined` for a container that isn't ours. */
export function fromLabels(
  labels: Readonly<Record<string, string>>,
): { readonly release: Release; readonly marks: Marks } | undefined {
  const at = (name: string): string | undefined => labels[`${PREFIX}${name}`];
  const [application, version, artifact, configuration] = [
    at('application'),
    at('version'),
    at('artifact'),
    at('configuration'),
  ];
  const [environment, plan, instance, port] = [at('environment'), at('plan'), at('instance'), at('port')];
  if (!application || !version || !artifact || !configuration || !environment || !plan || !instance)
    return undefined;
  const [sha, branch] = [at('git.sha'), at('git.branch')];
  return {
    release: {
      application,
      version,
      artifact,
      configuration,
      ...(sha && { git: { sha, dirty: at('git.dirty') === 'true', ...(branch && { branch }) } }),
    },
    marks: { environment, plan, instance, ...(port && { port }) },
  };
}

function prefixed(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${PREFIX}${name}`, value]));
}
