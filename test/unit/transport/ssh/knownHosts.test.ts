import assert from 'node:assert/strict';
import {
  fingerprint,
  formatKnownHost,
  judgeHostKey,
  keyTypeOf,
  knownKeyTypes,
  knownNames,
  matchesHosts,
  parseKnownHosts,
  type HostKeyVerdict,
} from '../../../../src/transport/ssh/knownHosts';

/** A key of a type with content of our choice: known_hosts only ever compares. */
function key(type: string, content: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(type.length);
  return Buffer.concat([length, Buffer.from(type), Buffer.from(content)]);
}
const line = (hosts: string, which: Buffer): string =>
  `${hosts} ${keyTypeOf(which)} ${which.toString('base64')}`;

const ed = key('ssh-ed25519', 'one');
const otherEd = key('ssh-ed25519', 'two');
const rsa = key('ssh-rsa', 'three');

const ALL = ['ssh-ed25519', 'ssh-rsa'];
const judge = (text: string, host: string, shown: Buffer, offered = ALL, port = 22): HostKeyVerdict =>
  judgeHostKey(parseKnownHosts(text, 'f'), knownNames(host, port), shown, offered);

describe('known_hosts', () => {
  it('reads lines with several names, comments, marks, tabs and CRLF, and counts them', () => {
    const text = [
      '# a comment',
      '',
      `${line('a,10.0.0.1', ed)} a comment of the key`,
      `  ${line('b', rsa).replaceAll(' ', '\t')}\r`,
      `@revoked ${line('*', otherEd)}`,
      `@cert-authority ${line('*.lan', ed)}`,
    ].join('\n');
    const lines = parseKnownHosts(text, '/known_hosts');
    assert.deepEqual(
      lines.map(({ file, line: at, hosts, keyType, marker }) => [file, at, hosts, keyType, marker]),
      [
        ['/known_hosts', 3, 'a,10.0.0.1', 'ssh-ed25519', undefined],
        ['/known_hosts', 4, 'b', 'ssh-rsa', undefined],
        ['/known_hosts', 5, '*', 'ssh-ed25519', 'revoked'],
        ['/known_hosts', 6, '*.lan', 'ssh-ed25519', 'certAuthority'],
      ],
    );
  });

  it('passes over damaged lines', () => {
    const text = [
      'a',
      'a ssh-rsa',
      'a ssh-rsa !!!!',
      `a ssh-rsa ${ed.toString('base64')}`,
      `@new ${line('a', ed)}`,
    ];
    assert.deepEqual(parseKnownHosts(text.join('\n'), 'f'), []);
  });

  it('knows the key of a host, whatever the case', () => {
    assert.equal(judge(line('Web-1', ed), 'WEB-1', ed).kind, 'known');
    assert.equal(judge(line('web-1', ed), 'web-2', ed).kind, 'unknown');
  });

  it('matches wildcards and lets a negation win', () => {
    const text = line('*.lan,!db.lan', ed);
    assert.equal(judge(text, 'a.lan', ed).kind, 'known');
    assert.equal(judge(text, 'db.lan', ed).kind, 'unknown');
  });

  it('knows hashed names (as ssh-keygen -H wrote them)', () => {
    const hashed = '|1|9N2uCFx/zNCPdxQ9edVdptVLHL8=|cFFC5vqwJM0ehAWgkHpliSnpsmY=';
    assert.equal(matchesHosts(hashed, 'web-1.example.org'), true);
    assert.equal(matchesHosts(hashed, 'web-2.example.org'), false);
    assert.equal(matchesHosts(hashed.replace('|1|', '|2|'), 'web-1.example.org'), false);
    assert.equal(matchesHosts('|1|', 'web-1.example.org'), false);
  });

  it('keeps ports apart, but lets a key of the host vouch for itself on any port', () => {
    const text = `${line('[a]:2222', ed)}\n${line('a', rsa)}`;
    assert.equal(judge(text, 'a', ed, ALL, 2222).kind, 'known');
    assert.equal(judge(text, 'a', rsa, ALL, 2222).kind, 'known');
    assert.equal(judge(text, 'a', rsa).kind, 'known');
    assert.equal(judge(text, 'a', ed).kind, 'changed');
    assert.equal(judge(line('a', ed), 'a', otherEd, ALL, 2222).kind, 'unknown');
  });

  it('says where the old key of a changed one is written', () => {
    const text = `${line('a', rsa)}\n${line('a', ed)}`;
    const verdict = judge(text, 'a', otherEd);
    assert.ok(verdict.kind === 'changed');
    assert.deepEqual([verdict.old.file, verdict.old.line, verdict.old.keyType], ['f', 2, 'ssh-ed25519']);
  });

  it('takes a key of a new type for changed when the server could have shown a written one', () => {
    assert.equal(judge(line('a', rsa), 'a', ed).kind, 'changed');
    assert.equal(judge(line('a', rsa), 'a', ed, ['ssh-ed25519']).kind, 'unknown');
  });

  it('accepts each of several keys of a type', () => {
    const text = `${line('a', ed)}\n${line('a', otherEd)}`;
    assert.equal(judge(text, 'a', ed).kind, 'known');
    assert.equal(judge(text, 'a', otherEd).kind, 'known');
  });

  it('refuses a revoked key, wherever else it is written', () => {
    const text = `${line('a', ed)}\n@revoked ${line('*', ed)}`;
    assert.deepEqual(judge(text, 'a', ed), { kind: 'revoked', at: { file: 'f', line: 2 } });
    assert.deepEqual(judge(text, 'a', ed, ALL, 2222).kind, 'revoked');
    assert.equal(judge(`@revoked ${line('b', ed)}`, 'a', ed).kind, 'unknown');
  });

  it('points at a certificate authority instead of trusting its key', () => {
    const text = `@cert-authority ${line('*.lan', ed)}`;
    assert.deepEqual(judge(text, 'a.lan', ed), {
      kind: 'unknown',
      certificateAuthority: { file: 'f', line: 1 },
    });
  });

  it('lists the key types written for a host', () => {
    const text = `${line('a', rsa)}\n${line('a', ed)}\n@revoked ${line('a', otherEd)}\n${line('[a]:2222', ed)}`;
    const lines = parseKnownHosts(text, 'f');
    assert.deepEqual(knownKeyTypes(lines, knownNames('a', 22)), ['ssh-rsa', 'ssh-ed25519']);
    assert.deepEqual(knownKeyTypes(lines, knownNames('a', 2222)), ['ssh-ed25519']);
    assert.deepEqual(knownKeyTypes(lines, knownNames('a', 2200)), ['ssh-rsa', 'ssh-ed25519']);
  });

  it('looks an alias up as it is', () => {
    assert.deepEqual(knownNames('10.0.0.1', 2222, 'Alias'), { name: 'alias' });
    assert.deepEqual(knownNames('Host', 2222), { name: '[host]:2222', fallback: 'host' });
  });

  for (const hashed of [false, true])
    it(`reads what it writes${hashed ? ', hashed' : ''}`, () => {
      const written = formatKnownHost('[a]:2222', ed, hashed);
      assert.equal(written.includes('2222'), !hashed);
      assert.equal(judge(written, 'a', ed, ALL, 2222).kind, 'known');
      assert.equal(judge(written, 'b', ed, ALL, 2222).kind, 'unknown');
    });

  it('prints fingerprints without padding', () => {
    assert.match(fingerprint(ed), /^SHA256:[A-Za-z0-9+/]{43}$/);
  });

  it('finds no type in what is no key', () => {
    assert.equal(keyTypeOf(Buffer.alloc(3)), '');
    assert.equal(keyTypeOf(Buffer.from([0xff, 0xff, 0xff, 0xff, 1])), '');
  });
});
