import assert from 'node:assert/strict';
import { compareVersions } from '../../../src/artifacts/order';

/** From low to high; those in one text are equal. https://maven.apache.org/pom.html#version-order-specification */
const documented: readonly (readonly string[])[] = [
  ['1', '1.1'],
  ['1-snapshot', '1', '1-sp'],
  ['1-foo2', '1-foo10'],
  ['1.foo = 1-foo', '1-1', '1.1'],
  ['1-sp.1 = 1.sp.1', '1-1'],
  ['1-ga = 1.ga = 1-0 = 1.0 = 1 = 1-final = 1-release', '1-sp'],
  ['1-a1 = 1-alpha-1', '1-b1 = 1-beta-1', '1-m1 = 1-milestone-1', '1-rc1 = 1-cr1 = 1.RC1'],
  [
    '1-alpha',
    '1-beta',
    '1-milestone',
    '1-rc = 1-cr',
    '1-SNAPSHOT',
    '1',
    '1-sp',
    '1-abc',
    '1-xyz',
    '1-1',
    '1.1',
  ],
  ['1.0-RC1', '1.0-SNAPSHOT', '1.0'],
  ['1.9', '1.10', '1.10.1', '2.0-rc.1', '2.0'],
  ['1-foo.0.0 = 1.0.0-foo.0.0 = 1-foo', '1.0.0-foo.1'],
  ['20260101', '20260102', '99999999999999999998', '99999999999999999999'],
];

describe("Maven's order of versions", () => {
  it('is the one that is documented', () => {
    for (const chain of documented) {
      const groups = chain.map((texts) => texts.split(' = '));
      groups.forEach((group, at) => {
        for (const one of group)
          for (const [to, others] of groups.entries())
            for (const other of others)
              assert.equal(Math.sign(compareVersions(one, other)), Math.sign(at - to), `${one} and ${other}`);
      });
    }
  });

  it('trims what means nothing before each hyphen', () => {
    for (const text of ['1.0.0', '1.ga', '1.final', '1.0', '1.', '1-'])
      assert.equal(compareVersions(text, '1'), 0, text);
    assert.equal(compareVersions('1.0.0-0.0.0', '1'), 0);
    assert.equal(compareVersions('1.0.0-foo.0.0', '1-foo'), 0);
    assert.equal(compareVersions('1-1.foo-bar1baz-.1', '1-1.foo-bar-1-baz-0.1'), 0);
  });

  it('puts a branch after the release, which is why it never tells the latest', () => {
    assert.ok(compareVersions('1.2.1-myfeature.1', '1.2.1') > 0);
  });
});
