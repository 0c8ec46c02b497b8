import type { Application, SwapdeckConfig } from '../../config/model';
import { operationsIn } from '../../environments/operations';
import type { FolderConfiguration } from '../configuration';
import { t } from '../text';

/** An application in an environment, as `swapdeck.yaml` places it; or an operation, whose subject is `application`. */
export interface PlacedApplication {
  /** Stable, and unique in the window. */
  readonly id: string;
  readonly environment: string;
  readonly application: string;
  readonly configuration: FolderConfiguration;
  /** What it would need that can't be deployed to yet, such as `Kubernetes`. */
  readonly unsupported?: string;
}

/** Of all configurations; with the names of an environment and of its file, of that one. */
export function placedApplications(
  folders: readonly FolderConfiguration[],
  of?: { readonly uri: string; readonly environment: string },
): PlacedApplication[] {
  return folders
    .filter(({ uri }) => of === undefined || uri.toString() === of.uri)
    .flatMap((configuration) =>
      Object.entries(configuration.config?.environments ?? {})
        .filter(([environment]) => of === undefined || environment === of.environment)
        .flatMap(([environment, { applications }]) =>
          Object.keys(applications).map((application): PlacedApplication => {
            const unsupported = unsupportedOf(configuration.config!, environment, application);
            return {
              id: `${configuration.uri.toString()}#${environment}/${application}`,
              environment,
              application,
              configuration,
              ...(unsupported !== undefined && { unsupported }),
            };
          }),
        ),
    );
}

/** The operations that environments know; `of` as of `placedApplications`. */
export function placedOperations(
  folders: readonly FolderConfiguration[],
  of?: { readonly uri: string; readonly environment: string },
): PlacedApplication[] {
  const chosen = folders.filter(({ uri }) => of === undefined || uri.toString() === of.uri);
  return chosen.flatMap((configuration) =>
    Object.keys(configuration.config?.environments ?? {})
      .filter((environment) => of === undefined || environment === of.environment)
      .flatMap((environment) =>
        operationsIn(configuration.config!, environment).map((application) => ({
          id: `${configuration.uri.toString()}#${environment}/${application}`,
          environment,
          application,
          configuration,
        })),
      ),
  );
}

function unsupportedOf(config: SwapdeckConfig, environment: string, application: string): string | undefined {
  const kinds: Readonly<Record<Application['kind'], string | undefined>> = {
    image: undefined,
    war: undefined,
    manifests: 'Kubernetes',
    classes: t('hot swap only'),
  };
  const kind = config.applications[application]?.kind;
  if (kind !== undefined && kinds[kind] !== undefined) return kinds[kind];
  const targets = config.environments[environment]?.applications[application]?.targets ?? [];
  const there = kind === 'war' ? config.tomcats : config.hosts;
  return targets.find((target) => !(target in there));
}
