import type { Environment } from '../../config/model';
import type { FolderConfiguration } from '../configuration';

/** A server of a configuration. */
export interface TomcatPlace {
  readonly configuration: FolderConfiguration;
  readonly name: string;
}

/** The environments that put an application on a server, by name. */
export function environmentsAt({ configuration, name }: TomcatPlace): [string, Environment][] {
  return Object.entries(configuration.config?.environments ?? {}).filter(([, { applications }]) =>
    Object.values(applications).some(({ targets }) => targets.includes(name)),
  );
}

/** Applications that an environment puts on a server, each with its context path. */
export function applicationsAt(
  place: TomcatPlace,
): { readonly environment: string; readonly application: string; readonly context: string }[] {
  const { configuration, name } = place;
  return environmentsAt(place).flatMap(([environment, { applications }]) =>
    Object.entries(applications).flatMap(([application, { targets }]) => {
      const written = configuration.config?.applications[application];
      if (written?.kind !== 'war' || !targets.includes(name)) return [];
      return [{ environment, application, context: written.context ?? `/${application}` }];
    }),
  );
}

/** What a person must be asked about before something of the server changes. */
export function protectedAt(place: TomcatPlace): string[] {
  return environmentsAt(place).flatMap(([name, { protection }]) => (protection === 'none' ? [] : [name]));
}
