import assert from 'node:assert/strict';
import { parseConfig } from '../../../src/config/parse';
import type { Release } from '../../../src/contracts/deploy';
import type { AuditRecord } from '../../../src/contracts/deployRecord';
import {
  checkApprovals,
  checkChannel,
  checkPromotion,
  checkWindow,
  type NamedEnvironment,
} from '../../../src/environments/gates';
import { describe as say } from '../../../src/messages/describe';

/** An environment called `live`, with these keys; `staging` is before it. */
async function live(keys: string): Promise<NamedEnvironment> {
  const { config, problems } = await parseConfig(
    `applications: { adara: { image: adara } }\nhosts: { web: { local: true } }\nenvironments:\n  staging: {}\n  live: { ${keys} }\n`,
  );
  assert.ok(config, JSON.stringify(problems));
  return { name: 'live', environment: config.environments.live! };
}

const release: Release = {
  application: 'adara',
  version: '3f2c1ab',
  artifact: 'sha256:1',
  configuration: 'c',
};

function deployed(change: Partial<AuditRecord> = {}, smoke?: 'done' | 'failed'): AuditRecord {
  const step = { step: 'web/smoke', title: '', state: smoke ?? 'done', startedMs: 0, durationMs: 1 } as const;
  return {
    plan: 'p',
    digest: 'd',
    at: 0,
    actor: { name: 'anna@laptop', machine: 'laptop', processId: 1 },
    environment: 'staging',
    application: 'adara',
    strategy: 'rolling',
    intent: 'deploy',
    release: { ...release, configuration: 'of staging' },
    targets: ['web'],
    outcome: 'done',
    receipt: { outcome: 'done', startedAt: 0, durationMs: 1, steps: smoke ? [step] : [] },
    ...change,
  };
}
const told = (history: readonly AuditRecord[] | undefined) => () => Promise.resolve(history);

describe('the order of environments', () => {
  it('lets a release in that was live where it comes from, whatever is live there now', async () => {
    const later = deployed({ release: { ...release, artifact: 'sha256:2' } });
    const notes = await checkPromotion(await live('after: staging'), release, told([later, deployed()]));
    assert.deepEqual(notes, [{ kind: 'promoted', subject: 'staging' }]);
  });

  for (const [what, history] of [
    ['never was there', []],
    ['was taken back there', [deployed({ outcome: 'undone' })]],
    ['has its name there and was built anew', [deployed({ release: { ...release, artifact: 'sha256:2' } })]],
  ] as const)
    it(`refuses a release that ${what}, and says so`, async () => {
      const refused = checkPromotion(await live('after: staging'), release, told(history));
      await assert.rejects(refused, (error) => {
        assert.equal(say(error).title, '3f2c1ab was not live in staging yet.');
        assert.equal(say(error).detail, 'live comes after staging: deploy the same release there first.');
        return true;
      });
    });

  it('asks nothing of an environment that does not have the application', async () => {
    assert.deepEqual(await checkPromotion(await live('after: staging'), release, told(undefined)), []);
  });
});

describe('a gate of smoke tests', () => {
  const gate = 'gates: [{ smoke: staging }]';

  it('opens for a release whose tests passed there', async () => {
    const notes = await checkPromotion(await live(gate), release, told([deployed({}, 'done')]));
    assert.deepEqual(notes, [{ kind: 'tested', subject: 'staging' }]);
  });

  for (const [what, history] of [
    ['was not there', undefined],
    ['was not tested there', [deployed()]],
    ['failed its tests there', [deployed({ outcome: 'undone' }, 'failed')]],
  ] as const)
    it(`refuses a release that ${what}, and says so`, async () => {
      await assert.rejects(checkPromotion(await live(gate), release, told(history)), (error) => {
        assert.equal(say(error).title, '3f2c1ab did not pass its smoke tests in staging.');
        return true;
      });
    });
});

describe('an approval', () => {
  const given = async (...names: string[]): Promise<string[]> =>
    checkApprovals(await live('gates: [{ approval: 2 }]'), names, 'anna@laptop');

  it('is said in the plan, and counts once for each of the others', async () => {
    const notes = await checkPromotion(await live('gates: [{ approval: 2 }]'), release, told([]));
    assert.deepEqual(notes, [{ kind: 'needsApproval', subject: '2' }]);
    assert.deepEqual(await given(' berta', 'chris'), ['berta', 'chris']);
  });

  for (const names of [[], ['berta'], ['berta', 'berta '], ['berta', 'anna'], ['berta', 'anna@laptop', '']])
    it(`is missing when ${JSON.stringify(names)} approved what anna deploys`, async () => {
      await assert.rejects(given(...names), (error) => {
        assert.match(say(error).title, /^[01] of 2 approvals are there\.$/);
        return true;
      });
    });
});

describe('a window for releases', () => {
  const at = async (window: string, time: string): Promise<boolean> => {
    const environment = await live(`window: ${window}`);
    try {
      checkWindow(environment, Date.parse(time));
      return true;
    } catch (error) {
      assert.equal(say(error).title, 'live takes no releases now.');
      return false;
    }
  };
  const office = '{ days: mon-thu, from: "09:00", to: "16:00", zone: Europe/Amsterdam }';

  // 2026-06-01 is a Monday; Amsterdam is two hours ahead of UTC in summer, one in winter.
  it('is open from its start to its end in its own zone, winter and summer', async () => {
    assert.equal(await at(office, '2026-06-01T06:59:00Z'), false);
    assert.equal(await at(office, '2026-06-01T07:00:00Z'), true);
    assert.equal(await at(office, '2026-06-04T13:59:59Z'), true);
    assert.equal(await at(office, '2026-06-04T14:00:00Z'), false);
    assert.equal(await at(office, '2026-06-05T10:00:00Z'), false);
    assert.equal(await at(office, '2026-12-07T07:30:00Z'), false);
    assert.equal(await at(office, '2026-12-07T08:00:00Z'), true);
  });

  it('that ends before it starts goes on over midnight, from the days it names', async () => {
    const night = '{ days: fri, from: "22:00", to: "04:00" }';
    assert.equal(await at(night, '2026-06-05T21:59:00Z'), false);
    assert.equal(await at(night, '2026-06-05T22:00:00Z'), true);
    assert.equal(await at(night, '2026-06-06T03:59:00Z'), true);
    assert.equal(await at(night, '2026-06-06T04:00:00Z'), false);
    assert.equal(await at(night, '2026-06-06T22:30:00Z'), false);
    assert.equal(await at(night, '2026-06-05T03:00:00Z'), false);
  });

  it('says when it is, and what time it is there', async () => {
    const environment = await live(`window: ${office}`);
    assert.throws(
      () => checkWindow(environment, Date.parse('2026-06-05T10:05:00Z')),
      (error) => {
        const { detail } = say(error);
        assert.match(detail!, /mon,tue,wed,thu 09:00-16:00 Europe\/Amsterdam; it is fri 12:05 there/);
        return true;
      },
    );
    assert.deepEqual(await checkPromotion(environment, release, told([])), [
      { kind: 'window', subject: 'mon,tue,wed,thu 09:00-16:00 Europe/Amsterdam' },
    ]);
  });
});

describe('a channel', () => {
  it('takes versions by its rules, and says which one a version does not fit', async () => {
    const environment = await live('channel: { prerelease: "^$", versions: ">=1.0.0 <2" }');
    checkChannel(environment, '1.4.2');
    const refusal = (version: string): string => {
      try {
        checkChannel(environment, version);
      } catch (error) {
        assert.equal((error as { reason?: string }).reason, 'outsideChannel');
        const { title, detail, next } = say(error);
        assert.ok(next.length > 0);
        return `${title} ${detail!}`;
      }
      throw new Error(`${version} was taken`);
    };
    assert.match(refusal('1.4.2-myfeature.1'), /live does not take 1\.4\.2-myfeature\.1\..*matches \^\$\./);
    assert.match(refusal('2.0.0'), /live does not take 2\.0\.0\..*in the range >=1\.0\.0 <2\./);
    checkChannel(await live('after: staging'), '2.0.0-anything');
  });
});
