import assert from 'node:assert/strict';
import { systemClock } from '../../../src/contracts/clock';
import type { Call, HttpCall } from '../../../src/contracts/deployCall';
import { CallRunner } from '../../../src/deploy/runner';
import { TomcatError } from '../../../src/targets/tomcat/errors';

const call: HttpCall = {
  via: 'http',
  from: '@here',
  method: 'GET',
  url: 'http://10.0.0.11:8080/manager/text/list',
  basicAuth: { user: 'deployer', password: '${secret:tomcat}' },
  parse: 'lab.said',
  expect: [{ path: 'status', is: 'atLeast', value: 100 }],
};

/** A server with one password, and a person who types some; tells what was sent, asked and accepted. */
function scene(right: string, kept: string | undefined, ...typed: string[]) {
  const told: string[] = [];
  let known = kept;
  const runner = new CallRunner({
    clock: systemClock,
    secret: () => Promise.reject(new Error('asked without a chance to be wrong')),
    credentials: {
      password: (_, refused) => {
        if (known === undefined || known === refused) known = typed.shift();
        told.push(refused === undefined ? 'asked' : `asked, not ${refused}`);
        return Promise.resolve(known);
      },
      accepted: (name, password) => {
        told.push(`${name} is ${password}`);
        return Promise.resolve();
      },
    },
    parsers: {
      'lab.said': ({ status }) => {
        if (status === 401) throw new TomcatError('unauthorized', 'no');
        if (status !== 200) throw new TomcatError('notManager', 'no');
        return 'OK';
      },
    },
    performers: {
      http: ({ basicAuth, url }) => {
        told.push(`sent ${basicAuth?.password}`);
        if (url.includes('page')) return Promise.resolve({ status: 500 });
        return Promise.resolve({ status: basicAuth?.password === right ? 200 : 401 });
      },
    },
  });
  return { runner, told };
}

describe('a password that a server refuses', () => {
  it('is asked for until it is right, and kept then', async () => {
    const { runner, told } = scene('right', 'old', 'wrong', 'right');
    assert.equal((await runner.perform(call, {})).answer.value, 'OK');
    assert.deepEqual(told, [
      'asked',
      'sent old',
      'asked, not old',
      'sent wrong',
      'asked, not wrong',
      'sent right',
      'tomcat is right',
    ]);
  });

  it('is told as such when nobody gives another one, and not kept', async () => {
    const { runner, told } = scene('right', 'old');
    await assert.rejects(runner.perform(call, {}), { reason: 'unauthorized' });
    assert.deepEqual(told, ['asked', 'sent old', 'asked, not old']);
  });

  it('is asked for again where only the status tells', async () => {
    const { runner, told } = scene('right', 'old', 'right');
    const { via, from, method, url, basicAuth } = call;
    const expect = [{ path: 'status', is: 'equals', value: 200 }] as const;
    const bare: Call = { via, from, method, url, basicAuth: basicAuth!, expect };
    await runner.perform(bare, {});
    assert.deepEqual(told.slice(-2), ['sent right', 'tomcat is right']);
  });

  it('is not taken for right because something else answered', async () => {
    const { runner, told } = scene('right', undefined, 'typed');
    await assert.rejects(runner.perform({ ...call, url: 'http://10.0.0.11/page' }, {}), {
      reason: 'notManager',
    });
    assert.deepEqual(told, ['asked', 'sent typed']);
  });
});
