import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { lastLine, runCli } from './support/cli';

const root = path.join(__dirname, '../..');

describe('swapdeck check', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'swapdeck-check-'));
    await mkdir(path.join(folder, 'deep', 'er'), { recursive: true });
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const write = (text: string): Promise<void> => writeFile(path.join(folder, 'swapdeck.yaml'), text);

  it('ends with 0 for a valid file, found from a folder below', async () => {
    await write('applications:\n  hello:\n');
    const { code, stdout, stderr } = await runCli(path.join(folder, 'deep', 'er'), 'check');
    assert.equal(code, 0);
    assert.match(stdout, /swapdeck\.yaml is valid\.\n$/);
    assert.equal(stderr, '');
  });

  it('shows each problem with its place and a suggestion, and ends with 1', async () => {
    await write('hosts:\n  web: { shh: deploy@10.0.0.11 }\nenvironments:\n  dev: { after: prod }\n');
    const { code, stdout } = await runCli(folder, 'check');
    assert.equal(code, 1);
    assert.deepEqual(stdout.split('\n'), [
      'swapdeck.yaml:2:10: error: "shh" is not a key that is known here. Did you mean "ssh"?',
      '  -> Change to ssh',
      'swapdeck.yaml:4:17: error: "prod" is not defined under "environments".',
      'swapdeck.yaml: 2 errors.',
      '',
    ]);
  });

  it('prints one JSON value with --json, and text for people on standard error', async () => {
    await write('hosts:\n  web: { ssh: deploy@10.0.0.11, prot: 1 }\n');
    const { code, stdout, stderr } = await runCli(folder, 'check', '--json');
    assert.equal(code, 1);
    assert.equal(stdout.split('\n').length, 2);
    assert.deepEqual(lastLine(stdout), {
      file: path.join(folder, 'swapdeck.yaml'),
      problems: [
        {
          line: 2,
          column: 33,
          endLine: 2,
          endColumn: 37,
          severity: 'error',
          reason: 'unknownKey',
          message: '"prot" is not a key that is known here.',
        },
      ],
    });
    assert.match(stderr, /swapdeck\.yaml:2:33: error: /);
  });

  it('says what is wrong and what to do when there is no file', async () => {
    const { code, stdout, stderr } = await runCli(folder, 'check', 'missing.yaml', '--json');
    assert.equal(code, 1);
    const { error } = lastLine(stdout) as { error: { reason: string; next: string[] } };
    assert.equal(error.reason, 'unreadable');
    assert.equal(error.next.length, 1);
    assert.match(stderr, /missing\.yaml can't be read/);
    assert.doesNotMatch(stderr, /\n\s+at /);
  });

  it('ends with 1 and a suggestion for a misspelt command or option', async () => {
    const command = await runCli(folder, 'chek');
    assert.equal(command.code, 1);
    assert.match(command.stderr, /Did you mean check\?/);
    const option = await runCli(folder, 'check', '--jsn', '--json');
    assert.equal(option.code, 1);
    assert.deepEqual(lastLine(option.stdout), {
      error: { reason: 'usage', message: "unknown option '--jsn'\n(Did you mean --json?)" },
    });
  });

  it('prints version and help and ends with 0', async () => {
    const manifest = await readFile(path.join(root, 'package.json'), 'utf8');
    const { version } = JSON.parse(manifest) as { version: string };
    assert.deepEqual(await runCli(folder, '--version'), { code: 0, stdout: `${version}\n`, stderr: '' });
    const help = await runCli(folder, 'check', '--help');
    assert.equal(help.code, 0);
    assert.match(help.stdout, /Examples:\n {2}\$ swapdeck check\n/);
  });
});
