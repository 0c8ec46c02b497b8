import assert from 'node:assert/strict';
import { classGlob } from '../../../src/cli/classGlob';
import { formatJvmAddress, parseJvmAddress } from '../../../src/cli/jvmAddress';

describe('addresses of JVMs on the command line', () => {
  it('are host and port, or a port of this machine', () => {
    assert.deepEqual(parseJvmAddress('localhost:5005'), { host: 'localhost', port: 5005 });
    assert.deepEqual(parseJvmAddress('5005'), { host: 'localhost', port: 5005 });
    assert.deepEqual(parseJvmAddress('[::1]:5005'), { host: '::1', port: 5005 });
    assert.equal(formatJvmAddress({ host: '::1', port: 5005 }), '[::1]:5005');
    assert.equal(formatJvmAddress({ host: 'web-1', port: 5005 }), 'web-1:5005');
  });

  it('else may be names', () => {
    for (const text of [
      '',
      'localhost',
      'dev/shop',
      'localhost:',
      'a:b',
      'a:0',
      'a:70000',
      '::1:5005',
      'a b:5005',
    ])
      assert.equal(parseJvmAddress(text), undefined, text);
  });
});

describe('choosing classes on the command line', () => {
  const chosen = (patterns: string[], ...names: string[]): string[] => names.filter(classGlob(patterns));

  it('takes all without a pattern', () => {
    assert.deepEqual(chosen([], 'demo.A'), ['demo.A']);
  });

  it('takes exact names and wildcards, over packages too', () => {
    const all = ['demo.A', 'demo.A$B', 'demo.deep.A', 'demox.A'];
    assert.deepEqual(chosen(['demo.A'], ...all), ['demo.A']);
    assert.deepEqual(chosen(['demo.*'], ...all), ['demo.A', 'demo.A$B', 'demo.deep.A']);
    assert.deepEqual(chosen(['*.A'], ...all), ['demo.A', 'demo.deep.A', 'demox.A']);
    assert.deepEqual(chosen(['demo?.A'], ...all), ['demox.A']);
    assert.deepEqual(chosen(['demo.A$B', 'demox.**'], ...all), ['demo.A$B', 'demox.A']);
  });

  it('takes paths as well', () => {
    assert.deepEqual(chosen(['demo/A.class', 'demo/deep/**'], 'demo.A', 'demo.deep.A', 'demo.B'), [
      'demo.A',
      'demo.deep.A',
    ]);
  });
});
