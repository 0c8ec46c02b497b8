import { childrenOf, elementAt, readXml, textAt } from '../util/xml';

// maven-metadata.xml: https://maven.apache.org/ref/current/maven-repository-metadata/repository-metadata.html

/** The versions that a repository has of an artifact, as written; undefined where the text is no such list. */
export async function readVersions(text: string): Promise<readonly string[] | undefined> {
  const root = await readXml(text, 'metadata');
  if (!root) return undefined;
  return childrenOf(elementAt(root, 'versioning', 'versions'), 'version').map(({ text: version }) => version);
}

/**
 * The newest build of a snapshot, such as `1.3.0-20261129.101010-3`; the snapshot itself where a repository keeps no
 * builds apart; undefined where the text says nothing of it.
 */
export async function readSnapshot(
  text: string,
  version: string,
  extension: string,
): Promise<string | undefined> {
  const root = await readXml(text, 'metadata');
  if (!root) return undefined;
  const versioning = elementAt(root, 'versioning');
  const builds = childrenOf(elementAt(versioning, 'snapshotVersions'), 'snapshotVersion')
    .filter((each) => textAt(each, 'extension') === extension && textAt(each, 'classifier') === undefined)
    .map((each) => ({ value: textAt(each, 'value') ?? version, updated: textAt(each, 'updated') ?? '' }))
    .sort((a, b) => (a.updated < b.updated ? 1 : -1));
  if (builds[0]) return builds[0].value;
  // Before Maven 3 there was one build for all files of it.
  const timestamp = textAt(versioning, 'snapshot', 'timestamp');
  const number = textAt(versioning, 'snapshot', 'buildNumber');
  return timestamp === undefined || number === undefined
    ? version
    : version.replace(/SNAPSHOT$/i, `${timestamp}-${number}`);
}
