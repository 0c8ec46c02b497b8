import { ArtifactError } from './errors';
import { baseVersion } from './version';

/** What a repository has versions of. */
export interface ArtifactId {
  readonly group: string;
  readonly artifact: string;
}

/** `org.jolokia:jolokia-war`, as the configuration has it. */
export function readArtifactId(text: string): ArtifactId {
  const [group = '', artifact = ''] = text.split(':');
  return { group, artifact };
}

export function artifactName({ group, artifact }: ArtifactId): string {
  return `${group}:${artifact}`;
}

/** Where a repository has an artifact: https://maven.apache.org/repositories/layout.html */
export function artifactPath({ group, artifact }: ArtifactId): string {
  return `${group.replaceAll('.', '/')}/${artifact}`;
}

/**
 * Where it has a file of a version. Builds of a snapshot are in its folder. `extension` begins with `-` where it has a
 * classifier: `-shaded.jar`. Throws `ArtifactError` `badVersion`.
 */
export function filePath(id: ArtifactId, version: string, extension: string): string {
  const end = extension.startsWith('-') ? extension : `.${extension}`;
  return `${versionPath(id, version)}/${id.artifact}-${version}${end}`;
}

export function versionPath(id: ArtifactId, version: string): string {
  if (!/^[\w+~][\w.+~-]*$/.test(version) || version.includes('..'))
    throw new ArtifactError('badVersion', `${version} is no version`, { version });
  return `${artifactPath(id)}/${baseVersion(version)}`;
}
