import assert from 'node:assert/strict';
import { defaultIdSizes } from '../../../src/jdwp/ids';
import { PacketReader } from '../../../src/jdwp/reader';
import { nameOfRedefinable, readNameOfRedefinable, signatureOf } from '../../../src/jdwp/signature';

import { string } from './support/peer';

/** Both ways of finding the name must agree. */
function nameOf(signature: string): string | undefined {
  const name = nameOfRedefinable(signature);
  const reader = new PacketReader([string(signature)], defaultIdSizes);
  assert.equal(readNameOfRedefinable(reader), name);
  reader.end();
  return name;
}

describe('JDWP signatures', () => {
  it('and binary names of classes become each other', () => {
    for (const [signature, name] of [
      ['LA;', 'A'],
      ['Ldemo/Outer$Inner;', 'demo.Outer$Inner'],
      ['La/b/Straße;', 'a.b.Straße'],
      [`L${'p/'.repeat(600)}A;`, `${'p.'.repeat(600)}A`],
    ] as const) {
      assert.equal(nameOf(signature), name);
      assert.equal(signatureOf(name), signature);
    }
  });

  it('of arrays, primitives and hidden classes have no name to redefine', () => {
    for (const signature of [
      '[I',
      '[Ldemo/A;',
      'I',
      '',
      'L',
      'Ldemo/A.0x00007f0001000400;',
      'Ldemo/A$$Lambda.0x1;',
    ])
      assert.equal(nameOf(signature), undefined, signature);
  });
});
