import assert from 'node:assert/strict';
import { parseClassFile } from '../../../src/classfile/classFile';
import { decoys } from '../../../src/hotswap/redefine';

describe('decoys', () => {
  it('are no class file, and a whole class file of a name that no application has', () => {
    const [broken, misnamed] = decoys;
    assert.throws(() => parseClassFile(broken!.classfile));
    assert.equal(parseClassFile(misnamed!.classfile).binaryName, 'Swapdeck$Decoy');
    assert.equal(parseClassFile(misnamed!.classfile).superName, 'java/lang/Object');
  });
});
