import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { knownNames, matchesHosts, parseKnownHosts } from '../../src/transport/ssh/knownHosts';
import { resolveSettings } from '../../src/transport/ssh/settings';
import { useSshLab } from '../lab/ssh/suite';

const run = promisify(execFile);

/** A small generator of numbers that is the same everywhere (mulberry32). */
function seeded(seed: number): (below: number) => number {
  return (below) => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const HOSTS = ['a', 'b.lan', 'c.d.lan', 'web-1', 'web-22'];
const PATTERNS = ['a', 'b.*', '*.lan', '!*.d.lan', 'web-?', 'web-*', '!web-22', '*', '?.lan', '!a'];

describe('SSH files, read as OpenSSH reads them', () => {
  const suite = useSshLab();

  it('gives the settings `ssh -G` gives, for many configurations', async function () {
    this.timeout(120_000);
    for (let seed = 1; seed <= 60; seed++) {
      const random = seeded(seed);
      const pick = (list: readonly string[]): string => list[random(list.length)]!;
      const folder = join(suite.lab.folder, `config-${seed}`);
      await mkdir(folder);
      const setting = (): string =>
        pick([
          `User user${random(9)}`,
          `Port ${1000 + random(9)}`,
          `HostName 10.0.0.${random(9)}`,
          `hostname=x-%h`,
          `IdentityFile "/keys/${random(4)} x"`,
          `IdentityFile /keys/${random(4)}`,
          `ProxyJump j${random(9)}`,
          'ProxyJump none',
          'IdentitiesOnly yes',
          `HostKeyAlias alias${random(9)}`,
          `UserKnownHostsFile /kh/${random(9)} /kh/x`,
          `ServerAliveInterval ${random(99)}`,
          `ConnectTimeout ${1 + random(99)}m`,
          'HashKnownHosts yes',
          '# a comment',
          '',
        ]);
      const section = (): string =>
        pick([
          `Host ${[pick(PATTERNS), pick(PATTERNS)].join(' ')}`,
          `Host ${pick(PATTERNS)}`,
          `Match host ${[pick(PATTERNS), pick(PATTERNS)].join(',')}`,
          `Match originalhost ${pick(PATTERNS)} user user${random(4)}`,
          `Match !host ${pick(PATTERNS)}`,
          `Match final host ${pick(['10.*', '*.lan'])}`,
          'Match all',
        ]);
      const lines = (sections: number, includes: readonly string[]): string => {
        const written: string[] = [];
        for (let index = 0; index < sections; index++) {
          if (index > 0 || random(2)) written.push(section());
          for (let count = random(4); count >= 0; count--) written.push(`  ${setting()}`);
          if (includes.length > 0 && random(3) === 0) written.push(`Include ${pick(includes)}`);
        }
        return `${written.join('\n')}\n`;
      };
      await writeFile(join(folder, '1.conf'), lines(2, []));
      await writeFile(join(folder, '2.conf'), lines(2, [join(folder, '1.conf')]));
      const config = join(folder, 'config');
      await writeFile(config, lines(5, [join(folder, '*.conf'), join(folder, 'missing')]));

      const host = pick(HOSTS);
      const environment = { ...suite.lab.environment(), configFiles: [config] };
      const found = await resolveSettings({ host }, environment);
      const expected = await dumped(config, host);
      const text = (): string => `seed ${seed}, host ${host}`;
      const one = (keyword: string): string | undefined => expected.get(keyword)?.[0];
      assert.equal(found.hostName, one('hostname'), text());
      assert.equal(found.user, one('user'), text());
      assert.equal(String(found.port), one('port'), text());
      if (one('identityfile')?.startsWith('/'))
        assert.deepEqual(found.identityFiles, expected.get('identityfile'), text());
      assert.equal(found.identitiesOnly, one('identitiesonly') === 'yes', text());
      assert.equal(found.jumps[0]?.host, one('proxyjump'), text());
      assert.equal(found.hostKeyAlias, one('hostkeyalias'), text());
      assert.equal(found.hashKnownHosts, one('hashknownhosts') === 'yes', text());
      if (one('userknownhostsfile')?.startsWith('/kh'))
        assert.equal(found.userKnownHostsFiles.join(' '), one('userknownhostsfile'), text());
      assert.equal(String((found.keepAliveIntervalMs ?? 0) / 1000), one('serveraliveinterval'), text());
      assert.equal(
        found.connectTimeoutMs === undefined ? 'none' : String(found.connectTimeoutMs / 1000),
        one('connecttimeout'),
        text(),
      );
    }
  });

  it('finds the lines of known_hosts `ssh-keygen -F` finds', async () => {
    const key = (await suite.lab.key('ed25519')).publicLine;
    const names = ['a', 'A.Lan', '*.lan,!b.lan', '[a]:2222', '[*]:22', '10.0.0.1,web-?', '!*', '*'];
    const file = join(suite.lab.folder, 'many');
    await writeFile(file, names.map((name) => `${name} ${key}\n`).join(''));
    const hashed = join(suite.lab.folder, 'hashed');
    await writeFile(hashed, `a ${key}\n[a]:2222 ${key}\nb.lan ${key}\n`);
    await run('ssh-keygen', ['-q', '-H', '-f', hashed]);
    for (const path of [file, hashed])
      for (const [host, port] of [
        ['a', 22],
        ['a', 2222],
        ['a.lan', 22],
        ['b.lan', 22],
        ['web-1', 22],
        ['10.0.0.1', 22],
        ['other', 2222],
      ] as const) {
        const { name } = knownNames(host, port);
        const ours = parseKnownHosts(await readFile(path, 'utf8'), path)
          .filter((line) => matchesHosts(line.hosts, name))
          .map(({ line }) => line);
        const { stdout } = await run('ssh-keygen', ['-F', name, '-f', path]).catch(() => ({ stdout: '' }));
        const theirs = [...stdout.matchAll(/found: line (\d+)/g)].map(([, line]) => Number(line));
        assert.deepEqual(ours, theirs, `${name} in ${path}`);
      }
  });
});

/** What `ssh -G` prints: keyword -> its values. */
async function dumped(config: string, host: string): Promise<Map<string, string[]>> {
  const { stdout } = await run('ssh', ['-G', '-F', config, host]);
  const values = new Map<string, string[]>();
  for (const line of stdout.split('\n')) {
    const [keyword = '', ...rest] = line.split(' ');
    values.set(keyword, [...(values.get(keyword) ?? []), rest.join(' ')]);
  }
  return values;
}
