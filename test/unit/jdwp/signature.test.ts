import assert from 'node:assert/strict';
import { nameOfRedefinable, signatureOf } from '../../../src/jdwp/signature';

describe('JDWP signatures', () => {
  it('and binary names of classes become each other', () => {
    for (const [signature, name] of [
      ['LA;', 'A'],
      ['Ldemo/Outer$Inner;', 'demo.Outer$Inner'],
      ['La/b/Straße;', 'a.b.Straße'],
    ] as const) {
      assert.equal(nameOfRedefinable(signature), name);
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
      assert.equal(nameOfRedefinable(signature), undefined, signature);
  });
});
