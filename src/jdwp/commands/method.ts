import { commandSet, row } from '../command';
import { boolean, buffer, int, list, long, methodId, referenceTypeId, string, struct } from '../layout';

const request = { refType: referenceTypeId, methodID: methodId };

/** JDWP specification, "Method Command Set (6)". */
export const Method = commandSet(6, 'Method', {
  /** `start` and `end`: code indices, -1 for a native method. */
  LineTable: row(1, request, {
    start: long,
    end: long,
    lines: list(struct({ lineCodeIndex: long, lineNumber: int })),
  }),
  VariableTable: row(2, request, {
    argCnt: int,
    slots: list(struct({ codeIndex: long, name: string, signature: string, length: int, slot: int })),
  }),
  /** The `code` of the method's Code attribute; its indices point into `ReferenceType.ConstantPool`. */
  Bytecodes: row(3, request, { bytes: buffer }),
  IsObsolete: row(4, request, { isObsolete: boolean }),
  VariableTableWithGeneric: row(5, request, {
    argCnt: int,
    slots: list(
      struct({
        codeIndex: long,
        name: string,
        signature: string,
        genericSignature: string,
        length: int,
        slot: int,
      }),
    ),
  }),
});

/** JDWP specification, "Field Command Set (8)": it has no commands. */
export const Field = commandSet(8, 'Field', {});
