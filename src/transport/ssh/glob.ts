import { readdir } from 'node:fs/promises';
import { join, parse, sep } from 'node:path';

/**
 * The files a pattern of glob(7) names, sorted: `*`, `?`, `[abc]`, `[!a-z]` within a part of the path; a leading dot
 * must be written. A pattern without those names itself, whether it exists or not.
 */
export async function expandGlob(pattern: string): Promise<string[]> {
  const { root } = parse(pattern);
  let found = [root];
  for (const part of pattern.slice(root.length).split(sep === '\\' ? /[\\/]+/ : /\/+/)) {
    if (/[*?[]/.test(part)) found = (await Promise.all(found.map((folder) => matching(folder, part)))).flat();
    else found = found.map((folder) => join(folder, part));
  }
  return found;
}

async function matching(folder: string, part: string): Promise<string[]> {
  const pattern = partPattern(part);
  // A folder that can't be listed holds nothing that could match.
  const names = await readdir(folder === '' ? '.' : folder).catch(() => []);
  return names
    .filter((name) => pattern.test(name) && (part.startsWith('.') || !name.startsWith('.')))
    .sort()
    .map((name) => join(folder, name));
}

function partPattern(part: string): RegExp {
  const source = part.replace(/\[!?[^\]]+\]|[\\^$.*+?()[\]{}|]/g, (token) => {
    if (token === '*') return '.*';
    if (token === '?') return '.';
    if (token.length > 1) return token.replace(/\\/g, '\\\\').replace(/^\[!/, '[^');
    return `\\${token}`;
  });
  return new RegExp(`^${source}$`, 's');
}
