import type { MavenSettings, Mirror, RepositorySettings } from './settings';

// https://maven.apache.org/guides/mini/guide-mirror-settings.html

/** What is asked in the place of a repository: the mirror that is named for it, else the first whose pattern fits. */
export function mirrorOf(
  repository: RepositorySettings,
  { mirrors }: Pick<MavenSettings, 'mirrors'>,
): Mirror | undefined {
  return (
    mirrors.find((mirror) => mirror.mirrorOf.trim() === repository.id) ??
    mirrors.find((mirror) => fits(mirror.mirrorOf, repository))
  );
}

function fits(pattern: string, repository: RepositorySettings): boolean {
  const words = pattern.split(',').map((word) => word.trim());
  if (words.includes(`!${repository.id}`)) return false;
  return words.some((word) => {
    if (word === '*' || word === repository.id) return true;
    if (word === 'external:*') return isExternal(repository.url);
    return word === 'external:http:*' && isExternal(repository.url) && /^http:/i.test(repository.url);
  });
}

/** Neither on this machine nor a folder. */
function isExternal(url: string): boolean {
  if (!URL.canParse(url)) return true;
  const { protocol, hostname } = new URL(url);
  return protocol !== 'file:' && hostname !== 'localhost' && hostname !== '127.0.0.1' && hostname !== '[::1]';
}
