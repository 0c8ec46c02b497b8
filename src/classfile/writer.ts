import { BinaryWriter } from '../util/bytes';
import { writeAttributes } from './attributeInfo';
import type { ClassFileParts, MemberInfo } from './classFile';

/** The bytes of a class file; what `parseClassFile` read gives back the same bytes. */
export function writeClassFile(parts: ClassFileParts): Buffer {
  const w = new BinaryWriter(parts.pool.bytes.length * 2 + 1024);
  w.u32(0xcafebabe).u16(parts.minorVersion).u16(parts.majorVersion);
  w.u16(parts.pool.count).raw(parts.pool.bytes);
  w.u16(parts.accessFlags).u16(parts.thisIndex).u16(parts.superIndex);
  w.u16(parts.interfaceIndexes.length);
  for (const index of parts.interfaceIndexes) w.u16(index);
  writeMembers(w, parts.fields);
  writeMembers(w, parts.methods);
  writeAttributes(w, parts.attributes);
  return w.toBuffer();
}

function writeMembers(w: BinaryWriter, members: readonly MemberInfo[]): void {
  w.u16(members.length);
  for (const member of members) {
    w.u16(member.accessFlags).u16(member.nameIndex).u16(member.descriptorIndex);
    writeAttributes(w, member.attributes);
  }
}
