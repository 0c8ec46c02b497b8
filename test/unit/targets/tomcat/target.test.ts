import assert from 'node:assert/strict';
import type { Release, TargetState } from '../../../../src/contracts/deploy';
import type { TargetDeployment, TargetRequest } from '../../../../src/contracts/deployTarget';
import { stateOf } from '../../../../src/targets/tomcat/inspect';
import type { Context } from '../../../../src/targets/tomcat/listing';
import type { TomcatApplication } from '../../../../src/targets/tomcat/model';
import { TomcatTarget } from '../../../../src/targets/tomcat/target';
import { contextVersion } from '../../../../src/targets/tomcat/version';

const manager = {
  name: 'worker1',
  url: 'http://10.0.0.11:8080/manager',
  user: 'deployer',
  password: '${secret:tomcat}',
  through: 'web-1',
};
const application: TomcatApplication = {
  context: '/shop',
  war: { file: '/build/shop.war', namespace: 'javax' },
  smoke: [{ get: '/index.html?a=b', status: 200, contains: 'Shop' }],
  sessions: 'keep',
  startMs: 60_000,
};
const release = (version: string): Release => ({
  application: 'shop',
  version,
  artifact: 'sha256:3f2c1ab90d12e4f7',
  configuration: 'c0ffee1234567890',
});
const request = (version: string, change: Partial<TargetRequest> = {}): TargetRequest => ({
  planId: 'p1',
  environment: 'staging',
  application: 'shop',
  release: release(version),
  beside: true,
  drainMs: 5000,
  standby: 0,
  keep: 1,
  at: Date.UTC(2026, 10, 21, 18, 30),
  ...change,
});
const ours = (stamp: string, version: string, running = true): Context =>
  context(contextVersion(stamp, release(version)), running);
const context = (version: string, running = true): Context => ({
  path: '/shop',
  version,
  running,
  sessions: 0,
  docBase: `shop##${version}`,
});
const state = (contexts: readonly Context[], major = 9, name = 'worker1'): TargetState =>
  stateOf({ name, address: { host: '10.0.0.11', port: '8080' } }, 'shop', '/shop', contexts, {
    server: `Apache Tomcat/${major}.0.1`,
    major,
  });
const target = new TomcatTarget(manager, application);
const ids = (made: TargetDeployment): string[] =>
  [...made.start, ...made.check, ...made.adopt, ...made.prune].map(({ id }) => id.replace('worker1/', ''));

describe('a Tomcat as a target', () => {
  it('has live what users without a session get, then what is older, then what was gone back from', () => {
    const found = state([
      ours('260103000000', '3', false),
      ours('260102000000', '2'),
      context('17'),
      ours('260101000000', '1', false),
    ]);
    assert.equal(found.live?.release.version, '2');
    assert.deepEqual(
      found.older.map(({ release: { version } }) => version),
      ['17', '1', '3'],
    );
  });

  it('deploys beside what is live, believes a page only, and takes it away again', () => {
    const made = target.deployment(state([ours('260101000000', '1')]), request('2'));
    assert.deepEqual(ids(made), ['deploy', 'smoke']);
    const [deploy] = made.start;
    const [upload] = deploy!.do;
    const version = '261121183000-2-3f2c1ab90d12e4f7-c0ffee1234567890';
    assert.ok(upload?.via === 'upload' && upload.to.via === 'http');
    assert.deepEqual(
      [upload.to.method, upload.to.from, upload.to.url, upload.to.basicAuth?.password],
      [
        'PUT',
        'web-1',
        `http://10.0.0.11:8080/manager/text/deploy?path=%2Fshop&version=${version}`,
        '${secret:tomcat}',
      ],
    );
    const page = made.check[0]!.do.at(-1)!;
    assert.ok(page.via === 'http');
    assert.deepEqual([page.url, page.from], ['http://10.0.0.11:8080/shop/index.html?a=b', 'web-1']);
    assert.equal(made.instance.id, `/shop##${version}`);
  });

  it('refuses a WAR for the other namespace before anything is sent', () => {
    for (const [major, namespace] of [
      [10, 'javax'],
      [11, 'javax'],
      [9, 'jakarta'],
    ] as const) {
      const other = new TomcatTarget(manager, { ...application, war: { file: 'a.war', namespace } });
      assert.throws(() => other.deployment(state([], major), request('1')), { reason: 'wrongNamespace' });
    }
    for (const [major, namespace] of [
      [10, 'jakarta'],
      [10, 'none'],
      [0, 'javax'],
    ] as const) {
      const fit = new TomcatTarget(manager, { ...application, war: { file: 'a.war', namespace } });
      fit.deployment(state([], major), request('1'));
    }
  });

  it('goes back to what runs by stopping what is newer, and starts it first where it is stopped', () => {
    const now = [ours('260102000000', '2'), ours('260101000000', '1')];
    assert.deepEqual(ids(target.deployment(state(now), request('1'))), ['smoke', 'stop-newer']);
    const stopped = [ours('260102000000', '2'), ours('260101000000', '1', false)];
    const made = target.deployment(state(stopped), request('1'));
    assert.deepEqual(ids(made), ['start', 'smoke', 'stop-newer']);
    assert.equal(made.adopt[0]?.undo.length, 1);
    // Nobody gets the older one before: a page would be answered by the newer.
    assert.ok(made.check[0]!.do.every((call) => call.via === 'http' && call.url.includes('/manager/')));
  });

  it('gives servers that missed a release the same version as the others have', () => {
    const fleet = [
      state([ours('260102000000', '2'), ours('260101000000', '1')]),
      state([ours('260101000000', '1')], 9, 'worker2'),
    ];
    const [has, lacks] = fleet.map((each) => target.deployment(each, request('2', { fleet })));
    assert.deepEqual([has!.start, lacks!.start.map(({ id }) => id)], [[], ['worker1/deploy']]);
    assert.equal(lacks!.instance.id, has!.instance.id);
  });

  it('deploys a release anew on all servers when one of them has it no longer, below what is newer', () => {
    const fleet = [
      state([ours('260102000000', '2'), ours('260101000000', '1')]),
      state([ours('260102000000', '2')], 9, 'worker2'),
    ];
    for (const each of fleet)
      assert.deepEqual(ids(target.deployment(each, request('1', { fleet })))[0], 'deploy');
    const without = new TomcatTarget(manager, { ...application, war: undefined } as never);
    assert.throws(() => without.deployment(fleet[0]!, request('1', { fleet })), { reason: 'releaseGone' });
  });

  it('gives all servers the same stamp, later than any of them has', () => {
    const fleet = [state([ours('300101000000', '1')]), state([context('310101000000')], 9, 'worker2')];
    const version = '310101000001-2-3f2c1ab90d12e4f7-c0ffee1234567890';
    for (const each of fleet)
      assert.equal(target.deployment(each, request('2', { fleet })).instance.id, `/shop##${version}`);
  });

  it('never touches what others deployed, and refuses where that would keep the users', () => {
    const below = state([context('17'), context('')]);
    const made = target.deployment(below, request('1', { keep: 0 }));
    assert.deepEqual(made.prune, []);
    assert.deepEqual(made.retire(below.live!, 'stop'), []);
    for (const version of ['v2', '9'])
      assert.throws(() => target.deployment(state([context(version)]), request('1')), { reason: 'foreign' });
    const kept = state([context('v2'), ours('260101000000', '1')]);
    assert.throws(() => target.deployment(kept, request('1')), { reason: 'foreign' });
  });

  it('goes back to what others deployed and still runs, without touching it', () => {
    const now = state([ours('260102000000', '2'), context('17')]);
    const foreign = now.older[0]!;
    const made = target.deployment(now, { ...request('17'), release: foreign.release });
    assert.deepEqual(ids(made), ['smoke', 'stop-newer']);
    assert.ok(made.adopt[0]!.do.every((call) => call.via === 'http' && !call.url.includes('version=17')));
  });

  it('tells how many users would lose their sessions', () => {
    const contexts = [
      { ...ours('260103000000', '3', false), sessions: 0 },
      { ...ours('260102000000', '2'), sessions: 4 },
      { ...ours('260101000000', '1'), sessions: 7 },
    ];
    const now = state(contexts);
    const told = (version: string, sessions: TomcatApplication['sessions']): unknown => {
      const asked = new TomcatTarget(manager, { ...application, sessions });
      const reading = asked.notes(now, { release: release(version), fleet: [now] });
      const next = reading.next(reading.calls.map(() => ({ value: { contexts } as never })));
      return 'result' in next ? next.result.map(({ kind, subject }) => `${kind} ${subject}`) : undefined;
    };
    assert.deepEqual(told('1', 'keep'), ['endsSessions 4 on worker1']);
    assert.deepEqual(told('4', 'keep'), []);
    assert.deepEqual(told('4', 'expire'), ['endsSessions 4 on worker1']);
    assert.deepEqual(told('2', 'expire'), []);
  });

  it('keeps what is to be kept, and lets the rest go when nobody is on it', () => {
    const many = state([
      ours('260104000000', '4'),
      ours('260103000000', '3'),
      ours('260102000000', '2'),
      ours('260101000000', '1', false),
    ]);
    const made = target.deployment(many, request('5', { keep: 2 }));
    assert.deepEqual(
      made.prune.map(({ id, final }) => [id, final]),
      [
        ['worker1/stop-260103000000', true],
        ['worker1/undeploy-260102000000', true],
        ['worker1/undeploy-260101000000', true],
      ],
    );
    const [wait] = made.retire(many.live!, 'stop')[0]!.do;
    assert.deepEqual([wait?.until?.deadlineMs, wait?.until?.atDeadline], [5000, 'endStep']);
    assert.deepEqual(made.retire(many.live!, 'standby'), []);
  });

  it('ends sessions only where it is told to', () => {
    const commands = (sessions: TomcatApplication['sessions']): string[] => {
      const made = new TomcatTarget(manager, { ...application, sessions });
      const now = state([ours('260101000000', '1')]);
      return made
        .deployment(now, request('2'))
        .retire(now.live!, 'stop')[0]!
        .do.map((call) => (call.via === 'http' ? /text\/(\w+)/.exec(call.url)![1]! : call.via));
    };
    assert.deepEqual(commands('keep'), ['list', 'stop']);
    assert.deepEqual(commands('expire'), ['list', 'expire', 'stop']);
  });
});
