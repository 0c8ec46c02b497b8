import assert from 'node:assert/strict';
import {
  isExposedHost,
  isLoopbackHost,
  jdwpOptionsOf,
  parseJdwpOptions,
} from '../../../../src/targets/jvm/jdwpOptions';

describe('JDWP agent options', () => {
  const server = 'transport=dt_socket,server=y';

  it('reads every form of address', () => {
    const address = (text: string): unknown => {
      const options = parseJdwpOptions(`${server},address=${text}`);
      return options && [options.host, options.port];
    };
    assert.deepEqual(address('5005'), [undefined, 5005]);
    assert.deepEqual(address('*:5005'), ['*', 5005]);
    assert.deepEqual(address('localhost:5005'), ['localhost', 5005]);
    assert.deepEqual(address('[::1]:5005'), ['::1', 5005]);
    assert.deepEqual(address('0'), [undefined, 0]);
    assert.equal(address('5005-5010'), undefined);
    assert.equal(address('70000'), undefined);
  });

  it('takes a missing address for a port that the agent chooses', () => {
    assert.deepEqual(parseJdwpOptions(server), { host: undefined, port: 0, suspend: true, onDemand: false });
  });

  it('is suspended unless the options say otherwise, and open on demand only when they say so', () => {
    assert.equal(parseJdwpOptions(`${server},suspend=n,address=1`)?.suspend, false);
    assert.equal(parseJdwpOptions(`${server},address=1`)?.suspend, true);
    assert.equal(parseJdwpOptions(`${server},onjcmd=y,address=1`)?.onDemand, true);
  });

  it('leaves out agents that do not listen on TCP', () => {
    assert.equal(parseJdwpOptions('transport=dt_socket,address=5005'), undefined);
    assert.equal(parseJdwpOptions('transport=dt_socket,server=n,address=5005'), undefined);
    assert.equal(parseJdwpOptions('transport=dt_shmem,server=y,address=x'), undefined);
  });

  it('finds the agent under each of its names, the last one winning', () => {
    const of = (...args: string[]): number | undefined => jdwpOptionsOf(args)?.port;
    assert.equal(of('-ea', `-agentlib:jdwp=${server},address=1`), 1);
    assert.equal(of('-Xdebug', `-Xrunjdwp:${server},address=2`), 2);
    assert.equal(of(`-agentpath:/opt/jdk/lib/libjdwp.so=${server},address=3`), 3);
    assert.equal(of(`-agentpath:C:\\jdk\\bin\\jdwp.dll=${server},address=4`), 4);
    assert.equal(of(`-agentlib:jdwp=${server},address=1`, `-agentlib:jdwp=${server},address=5`), 5);
    assert.equal(of('-agentlib:hprof=cpu=samples'), undefined);
  });

  it('tells loopback from addresses that other machines reach', () => {
    assert.deepEqual(
      ['localhost', '127.0.0.1', '127.1.2.3', '::1', '::ffff:127.0.0.1'].filter(isExposedHost),
      [],
    );
    assert.deepEqual(['*', '0.0.0.0', '::', '10.0.0.1', 'example.org'].filter(isLoopbackHost), []);
    assert.equal(isExposedHost(undefined), false);
  });
});
