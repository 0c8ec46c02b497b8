import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { quotePosix, UnquotableError } from '../../../src/util/posixShell';
import { skip } from '../../support/skip';

describe('quotePosix', () => {
  it('leaves plain words as they are', () => {
    assert.equal(
      quotePosix(['docker', 'ps', '--format', '/var/lib:x,y@1%+']),
      'docker ps --format /var/lib:x,y@1%+',
    );
  });

  it('quotes whatever a shell could read something into', () => {
    assert.equal(
      quotePosix(['a b', '', "it's", 'A=1', '~', '$(id)']),
      `'a b' '' 'it'\\''s' 'A=1' '~' '$(id)'`,
    );
  });

  it('hands every byte but NUL through a shell', function () {
    if (process.platform === 'win32') skip(this, 'Windows has no POSIX shell');
    const words = [
      ...Array.from({ length: 126 }, (_value, code) => String.fromCharCode(code + 1)),
      'ünï ☃',
      '-n',
      "''\\''",
      '`id` && $HOME; rm *\n#',
      '',
    ];
    const script = 'for word; do printf "%s\\0" "$word"; done';
    const output = execFileSync('sh', ['-c', quotePosix(['sh', '-c', script, 'sh', ...words])]).toString();
    assert.deepEqual(output.split('\0').slice(0, -1), words);
  });

  it('refuses a NUL', () => {
    assert.throws(() => quotePosix(['a\0b']), UnquotableError);
  });
});
