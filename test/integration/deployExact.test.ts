import assert from 'node:assert/strict';
import type { Call } from '../../src/contracts/deployCall';
import { CallRunner } from '../../src/deploy/runner';
import { canonicalJson } from '../../src/util/json';
import { ENVIRONMENTS, type EnvironmentName } from '../lab/dockerPlace/configuration';
import { useDockerScene } from './support/dockerScene';

const textOf = (call: Call): string => canonicalJson(call);

/** Performs as ever, and keeps what was performed. */
async function recorded(run: () => Promise<unknown>): Promise<Call[]> {
  const calls: Call[] = [];
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own `this` below
  const { perform } = CallRunner.prototype;
  CallRunner.prototype.perform = function (this: CallRunner, call, ...rest) {
    calls.push(call);
    return perform.call(this, call, ...rest);
  };
  try {
    await run();
  } finally {
    CallRunner.prototype.perform = perform;
  }
  return calls;
}

/** Of lock and journal, and questions of how things look; a plan names the journal host, and shows no more of it. */
function isAside(call: Call): boolean {
  if (call.via === 'command')
    return call.argv.some(
      (part) =>
        part.includes('swapdeck') || part.includes('apachectl') || part === 'find' || part === 'nginx',
    );
  return (
    call.via === 'readFile' ||
    (call.via === 'socket' && call.send.startsWith('show ')) ||
    ((call.via === 'engine' || call.via === 'http') && ['GET', 'HEAD'].includes(call.method))
  );
}

describe('what a deployment of containers does', function () {
  this.timeout(120_000);
  const use = useDockerScene();

  for (const [name, { strategy, router }] of Object.entries(ENVIRONMENTS))
    it(`is what its plan shows, call by call: ${strategy} with ${router}`, async () => {
      const environment = name as EnvironmentName;
      await use.scene.deploy(environment);
      const application = use.scene.place.application(environment);
      const plan = await application.plan(await use.scene.release());
      const calls = (await recorded(() => application.execute(plan))).map((call) => ({
        call,
        text: textOf(call),
      }));
      for (const step of plan.steps) {
        // Steps may go side by side; within one the order is that of the plan.
        const shown = [...step.do, ...step.verify].map(textOf);
        let from = 0;
        for (const text of shown) {
          const at = calls.findIndex((each, index) => index >= from && each.text === text);
          assert.ok(at >= 0, `${step.id} made no call ${text}`);
          calls.splice(at, 1);
          from = at;
        }
      }
      assert.deepEqual(
        calls.filter(({ call }) => !isAside(call)).map(({ text }) => text),
        [],
        'nothing else was done',
      );
    });
});
