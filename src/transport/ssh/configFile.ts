import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import type { Line } from 'ssh-config';
import { TransportError } from '../../contracts/transportError';
import { systemCode, toError } from '../../util/errors';
import type { SshEnvironment } from './environment';
import { expandGlob } from './glob';

/** A `Host` or `Match` line that a setting stands under. */
export interface Condition {
  readonly kind: 'host' | 'match';
  /** The patterns of `Host`; the words of `Match`, such as `['originalhost', '*.lan', 'user', 'me']`. */
  readonly words: readonly string[];
}

/** One setting. It counts where all its conditions hold: an Include under a Host has those of both files. */
export interface Setting {
  /** Lower case: keywords aren't case-sensitive. */
  readonly keyword: string;
  readonly values: readonly string[];
  readonly conditions: readonly Condition[];
  readonly file: string;
}

/** OpenSSH's READCONF_MAX_DEPTH. */
const MAX_DEPTH = 16;

/** Reads ssh_config(5) files with all they include, in the order in which settings count. */
export async function readConfigFiles(environment: SshEnvironment): Promise<Setting[]> {
  const settings: Setting[] = [];
  for (const file of environment.configFiles) await readInto(settings, file, [], environment, 0);
  return settings;
}

async function readInto(
  settings: Setting[],
  file: string,
  outer: readonly Condition[],
  environment: SshEnvironment,
  depth: number,
): Promise<void> {
  if (depth > MAX_DEPTH) throw configError('includeDepth', file);
  const text = await readIfThere(file);
  if (text === undefined) return;

  const visit = async (lines: Iterable<Line>, conditions: readonly Condition[]): Promise<void> => {
    for (const line of lines) {
      // Comments and empty lines have no `param`.
      if (!('param' in line)) continue;
      const keyword = line.param.toLowerCase();
      const values = typeof line.value === 'string' ? [line.value] : line.value.map((value) => value.val);
      if ('config' in line) {
        const kind = keyword === 'match' ? 'match' : 'host';
        await visit(line.config, [...outer, { kind, words: values }]);
      } else if (keyword === 'include') {
        for (const pattern of values)
          for (const included of await expandGlob(includePath(pattern, file, environment)))
            await readInto(settings, included, conditions, environment, depth + 1);
      } else settings.push({ keyword, values, conditions, file });
    }
  };
  await visit(await parseFile(text, file), outer);
}

async function parseFile(text: string, file: string): Promise<Iterable<Line>> {
  const { parse } = await import('ssh-config');
  try {
    return parse(text.replace(/^\uFEFF/, ''));
  } catch (thrown) {
    throw configError('sshConfig', file, toError(thrown));
  }
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (thrown) {
    const code = systemCode(thrown);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw configError('unreadable', file, toError(thrown));
  }
}

/** Relative patterns of the user's files start at `~/.ssh`, those of the machine's beside `ssh_config`. */
function includePath(pattern: string, file: string, { home, configFiles }: SshEnvironment): string {
  if (pattern === '~' || pattern.startsWith('~/')) return join(home, pattern.slice(1));
  if (isAbsolute(pattern)) return pattern;
  const machine = configFiles.slice(1).map((path) => dirname(path));
  return join(machine.find((folder) => file.startsWith(folder)) ?? join(home, '.ssh'), pattern);
}

function configError(problem: string, file: string, cause?: Error): TransportError {
  return new TransportError('configuration', `${problem} in ${file}`, { problem, file }, cause);
}
