import assert from 'node:assert/strict';
import type { RunningMethod } from '../../../src/hotswap/known';
import { sampleOf, type Verifiable } from '../../../src/hotswap/verify';
import type { MethodId, ReferenceTypeId } from '../../../src/jdwp/ids';
import { built } from './support/classes';

const method = (name: string, accessFlags = 1): RunningMethod => ({
  id: 1n as MethodId,
  name,
  descriptor: '()V',
  accessFlags,
});

function item(name: string, methods: RunningMethod[], differences?: Verifiable['differences']): Verifiable {
  const loaded = { name, id: 1n as ReferenceTypeId, typeTag: 1 as const };
  return { loaded, built: built(name), methods, differences };
}

const names = (sample: ReturnType<typeof sampleOf>): string[] =>
  sample.flatMap(({ item: { loaded }, methods }) => methods.map((each) => `${loaded.name}.${each.name}`));

describe('what is read back to verify a swap', () => {
  it('are the methods that changed', () => {
    const code = { of: 'method', name: 'b', descriptor: '()V', what: 'code' } as const;
    const debug = { of: 'method', name: 'c', descriptor: '()V', what: 'debug' } as const;
    const sample = sampleOf([item('A', [method('a'), method('b'), method('c')], [code, debug])]);
    assert.deepEqual(names(sample), ['A.b']);
  });

  it('are all methods with code where it is not known what changed', () => {
    const [native, abstract] = [method('n', 0x100), method('x', 0x400)];
    assert.deepEqual(names(sampleOf([item('A', [method('a'), native, abstract, method('b')])])), [
      'A.a',
      'A.b',
    ]);
  });

  it('is a sample spread over the classes of a large swap', () => {
    const items = Array.from({ length: 1000 }, (_, i) => item(`C${i}`, [method('a'), method('b')]));
    const sample = sampleOf(items, 20);
    assert.equal(sample.length, 10);
    assert.ok(sample.every(({ methods }) => methods.length === 1));
    assert.equal(sample[9]!.item.loaded.name, 'C900');
  });
});
