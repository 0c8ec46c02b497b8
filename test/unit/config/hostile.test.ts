import assert from 'node:assert/strict';
import { parseConfig } from '../../../src/config/parse';

async function reasons(text: string): Promise<string[]> {
  const { config, problems } = await parseConfig(text);
  assert.equal(
    config === undefined,
    problems.some(({ severity }) => severity === 'error'),
  );
  for (const { range } of problems) {
    assert.ok(range.start.line >= 1 && range.start.column >= 1);
    assert.ok(range.start.offset <= range.end.offset && range.end.offset <= text.length);
  }
  return problems.map(({ reason }) => reason);
}

describe('a configuration that is no configuration', () => {
  it('gives the place of a syntax error', async () => {
    const { problems } = await parseConfig('hosts:\n  a: { ssh: "x }\n');
    assert.equal(problems[0]?.reason, 'syntax');
    assert.deepEqual(new Set(problems.map(({ reason }) => reason)), new Set(['syntax']));
    const tab = (await parseConfig('hosts:\n\ta: { local: true }\n')).problems[0]!;
    assert.deepEqual([tab.reason, tab.range.start.line], ['syntax', 2]);
    assert.equal(tab.reason === 'syntax' && tab.details.code, 'TAB_AS_INDENT');
  });

  it('is empty, or has only comments: valid and empty', async () => {
    for (const text of ['', '\n', '# nothing\n', '\uFEFF', '---\n', '{}']) {
      const { config, problems } = await parseConfig(text);
      assert.deepEqual(problems, [], JSON.stringify(text));
      assert.deepEqual(config?.environments, {});
    }
  });

  it('is a list, a text, a number or two documents', async () => {
    assert.deepEqual(await reasons('[]'), ['wrongType']);
    assert.deepEqual(await reasons('hello'), ['wrongType']);
    assert.deepEqual(await reasons('42'), ['wrongType']);
    assert.deepEqual(await reasons('hosts: {}\n---\nhosts: {}\n'), ['syntax']);
  });

  it('follows aliases, and keeps them from growing without end', async () => {
    const shared = 'hosts:\n  a: &h { local: true }\n  b: *h\n';
    assert.deepEqual((await parseConfig(shared)).config?.hosts, {
      a: { kind: 'local' },
      b: { kind: 'local' },
    });
    const levels = Array.from({ length: 30 }, (_, level) =>
      level === 0 ? 'l0: &l0 [x, x]' : `l${level}: &l${level} [*l${level - 1}, *l${level - 1}]`,
    );
    const started = performance.now();
    assert.deepEqual(await reasons(levels.join('\n')), ['tooLarge']);
    assert.ok(performance.now() - started < 5000);
  });

  it('has aliases that lead nowhere or round in a circle', async () => {
    assert.deepEqual(await reasons('hosts: { a: *nothing }'), ['unknownAlias']);
    assert.deepEqual(await reasons('hosts: &h { a: *h }'), ['aliasCycle']);
    assert.deepEqual(await reasons('hosts: { a: { ssh: &h [*h] } }'), ['wrongType', 'aliasCycle']);
  });

  it('is nested or long beyond reason', async () => {
    assert.deepEqual(await reasons('['.repeat(100_000)), ['tooLarge']);
    assert.deepEqual(await reasons('a: '.repeat(20_000)), ['tooLarge']);
    assert.deepEqual(await reasons('- '.repeat(100_000)), ['tooLarge']);
    assert.deepEqual(await reasons(`# ${'x'.repeat(2_000_000)}`), ['tooLarge']);
  });

  it('has keys that are no names', async () => {
    assert.deepEqual(await reasons('? [a]\n: b\n'), ['keyNotText']);
    assert.deepEqual(await reasons(': b\n'), ['keyNotText']);
    assert.deepEqual(await reasons('__proto__: { hosts: 1 }\n'), ['badName']);
    assert.deepEqual(await reasons('applications: { a: { image: i, run: { env: { __proto__: x } } } }'), [
      'badName',
    ]);
  });

  it('is cut off anywhere, or has any character replaced: no crash, and every problem has a place', async () => {
    const text = [
      'hosts: { web: { ssh: "deploy@10.0.0.1:22", jump: b } }',
      'applications: &x { a: { image: a, run: { env: { A: "${secret:b}" } } } }',
      'environments:',
      '  dev:',
      '    after: *x',
      '    jvms: { j: { jdwp: 5005 } }',
    ].join('\n');
    for (let end = 0; end < text.length; end++) await reasons(text.slice(0, end));
    for (let at = 0; at < text.length; at++)
      for (const character of ['{', '"', '\t', '*', '&', '\0', '\u2028'])
        await reasons(text.slice(0, at) + character + text.slice(at + 1));
  });
});
