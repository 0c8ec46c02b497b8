import assert from 'node:assert/strict';
import {
  baseVersion,
  branchOf,
  latestRelease,
  newestFirst,
  refusedBy,
  versionParts,
} from '../../../src/artifacts/version';

describe('a version', () => {
  it('has a release, a pre-release part and a build, whatever its form', () => {
    const cases: Record<string, [string, string, string]> = {
      '1.2.1-myfeature.1+1': ['1.2.1', 'myfeature.1', '1'],
      '1.2.1': ['1.2.1', '', ''],
      '1.2': ['1.2', '', ''],
      '1.7.0.3-rc1': ['1.7.0.3', 'rc1', ''],
      '5.3.0.RELEASE': ['5.3.0', '', ''],
      '5.3.0.Final+7': ['5.3.0', '', '7'],
      '1.3-SNAPSHOT': ['1.3', 'SNAPSHOT', ''],
      '1.3.0-20261129.101010-3': ['1.3.0', 'SNAPSHOT', ''],
      '3f2c1ab': ['', '', ''],
      '3f2c1ab-dirty': ['', 'dirty', ''],
    };
    for (const [version, [release, prerelease, build]] of Object.entries(cases))
      assert.deepEqual(versionParts(version), { release, prerelease, build }, version);
  });

  it('is of the branch that its pre-release part begins with', () => {
    assert.equal(branchOf('1.2.1-myfeature.1+1'), 'myfeature');
    assert.equal(branchOf('1.2.1-My-Feature.12'), 'my-feature');
    assert.equal(branchOf('1.2-login_page-SNAPSHOT'), 'login-page');
  });

  it('of a release or one of its candidates is of no branch', () => {
    for (const version of [
      '1.2.1',
      '1.2.1+5',
      '1.2.1-alpha',
      '1.2.1-beta.2',
      '1.2.1-rc.1',
      '1.2.1-RC1',
      '1.2.1-M3',
      '1.2.1-SNAPSHOT',
      '1.2.1-20261129.101010-3',
      '1.2.1-7',
      '5.3.0.RELEASE',
      '3f2c1ab',
      '3f2c1ab-dirty',
      '1234567-dirty',
      'nightly-build',
    ])
      assert.equal(branchOf(version), undefined, version);
  });

  it('is of a branch where a pattern says so, and only there', () => {
    assert.equal(branchOf('1.2.1-rc.1', '^rc'), 'rc');
    assert.equal(branchOf('1.2.1-myfeature.1', '^rc'), undefined);
    assert.equal(branchOf('1.2.1-myfeature.1', '^$'), undefined);
  });

  it('gives a name that is safe in a path, cut where it is long, and different for different branches', () => {
    const [a, b] = ['x', 'y'].map((end) => branchOf(`1.0.0-${'long-name-'.repeat(9)}${end}.1`)!);
    for (const name of [a!, b!]) assert.match(name, /^[a-z0-9-]{1,40}$/);
    assert.notEqual(a, b);
    assert.equal(branchOf('1.0-../../etc'), undefined);
    assert.equal(branchOf('1.0.0-{x}#;%2f'), 'x-2f');
  });

  it('is a build of a snapshot, or its own base', () => {
    assert.equal(baseVersion('1.3.0-20261129.101010-3'), '1.3.0-SNAPSHOT');
    assert.equal(baseVersion('1.3.0'), '1.3.0');
  });
});

describe('a channel', () => {
  const refused = (version: string, channel: Parameters<typeof refusedBy>[1]): string | undefined =>
    refusedBy(version, channel)?.rule;

  it('refuses a pre-release part that does not match', () => {
    assert.equal(refused('1.2.1', { prerelease: '^$' }), undefined);
    assert.equal(refused('1.2.1+5', { prerelease: '^$' }), undefined);
    assert.equal(refused('1.2.1-myfeature.1', { prerelease: '^$' }), 'prerelease');
    assert.equal(refused('1.2.1-rc.1', { prerelease: '^(rc|beta)' }), undefined);
    assert.equal(refused('1.2.1', { prerelease: '^(rc|beta)' }), 'prerelease');
    assert.equal(refused('3f2c1ab-dirty', { prerelease: '^$' }), 'prerelease');
  });

  it('refuses a version outside of its range, pre-releases counted by their order', () => {
    const channel = { versions: '>=1.0.0 <2' };
    for (const version of [
      '1.0.0',
      '1.9.9',
      '1.7',
      '1',
      '1.2.3.4',
      '1.3-SNAPSHOT',
      '1.3.0-20261129.101010-3',
      '1.2.1-login_page.01',
    ])
      assert.equal(refused(version, channel), undefined, version);
    for (const version of ['0.9', '2.0.0', '2.0.0-rc.1', '1.0.0-rc.1', '3f2c1ab', 'nightly'])
      assert.equal(refused(version, channel), 'versions', version);
  });

  it('says which rule it was', () => {
    assert.deepEqual(refusedBy('2.0.0', { prerelease: '^$', versions: '<2' }), {
      rule: 'versions',
      wanted: '<2',
    });
  });
});

describe('the latest release', () => {
  const versions = [
    '1.2.0',
    '1.10.0',
    '1.9.0',
    '1.10.0-myfeature.1',
    '1.11.0-rc.1',
    '2.0.0-zz',
    '1.10.1-SNAPSHOT',
  ];

  it('is none with a pre-release part, however new it is', () => {
    assert.equal(newestFirst(versions)[0], '2.0.0-zz');
    assert.equal(latestRelease(versions), '1.10.0');
    assert.equal(latestRelease(['1.0-rc1', '1.0-foo']), undefined);
  });

  it('is one that the channel accepts', () => {
    assert.equal(latestRelease(versions, { versions: '<1.10' }), '1.9.0');
    assert.equal(latestRelease(versions, { prerelease: '^rc' }), undefined);
  });
});
