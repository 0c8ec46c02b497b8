import type { ClassFile } from '../classfile/classFile';
import type { ClassIndex } from '../jdwp/classIndex';
import { VirtualMachine } from '../jdwp/commands';
import type { JdwpConnection } from '../jdwp/connection';
import { ErrorConstant } from '../jdwp/errorConstants';
import type { BuiltClass } from './model';
import type { PredictEnvironment, Prediction } from './predict';
import { trialOf } from './redefine';

/** How a JVM was started, as far as it decides what it accepts. */
export type VmFlags = Required<Pick<PredictEnvironment, 'preview' | 'allowAddDeleteMethods' | 'enhanced'>>;

/** What every JVM starts with by itself. */
export const stockFlags: VmFlags = { preview: false, allowAddDeleteMethods: false, enhanced: false };

export function sameFlags(a: VmFlags, b: VmFlags): boolean {
  return (
    a.preview === b.preview &&
    a.enhanced === b.enhanced &&
    a.allowAddDeleteMethods === b.allowAddDeleteMethods
  );
}

/** An interface without members that every JVM has. */
const SUBJECT = 'java.io.Serializable';
const INTERFACE = 0x0601; // public, interface, abstract
const JAVA_8 = 52;
/** Class file version of a feature release is that many above it: 61 for 17. */
const ABOVE = 44;
/** Minor version of class files that use preview features. */
const PREVIEW = 0xffff;
const PRIVATE_STATIC = 0x000a;
const PUBLIC_STATIC = 0x0009;

/** Errors that have nothing to do with how the JVM was started. */
const whatever: readonly number[] = [
  ErrorConstant.INVALID_CLASS,
  ErrorConstant.INVALID_CLASS_FORMAT,
  ErrorConstant.FAILS_VERIFICATION,
  ErrorConstant.NAMES_DONT_MATCH,
];

/** Whether a prediction for a JVM as it starts by itself may not hold for one that was started otherwise. */
export function flagsMatter({ verdict, error }: Prediction, { minorVersion }: ClassFile): boolean {
  if (verdict === 'accept' || error === undefined) return false;
  return error === ErrorConstant.UNSUPPORTED_VERSION ? minorVersion === PREVIEW : !whatever.includes(error);
}

const learnt = new WeakMap<JdwpConnection, Promise<VmFlags>>();

/**
 * Learns once for a connection how its JVM was started, which no command of JDWP tells (`canAddMethod` and
 * `canUnrestrictedlyRedefineClasses` are false whatever it can). So three versions of an empty interface of the JDK
 * are tried, each with a decoy behind it: the JVM checks them and redefines nothing. `feature`: its release, such
 * as 17. Rejects with `JdwpError`.
 */
export function vmFlags(
  context: { readonly connection: JdwpConnection; readonly index: ClassIndex },
  feature: number,
): Promise<VmFlags> {
  const { connection } = context;
  let flags = learnt.get(connection);
  if (!flags) {
    learnt.set(connection, (flags = learn(context, feature)));
    // What went wrong once may go well the next time.
    flags.catch(() => learnt.delete(connection));
  }
  return flags;
}

async function learn(
  { connection, index }: { readonly connection: JdwpConnection; readonly index: ClassIndex },
  feature: number,
): Promise<VmFlags> {
  const [loaded] = index.lookup(SUBJECT);
  const { canUnrestrictedlyRedefineClasses } = await connection.request(VirtualMachine.CapabilitiesNew, {});
  if (!loaded) return { ...stockFlags, enhanced: canUnrestrictedlyRedefineClasses };
  const accepts = async (bytes: Buffer): Promise<boolean> => {
    const built: BuiltClass = { name: SUBJECT, bytes, file: '', root: '' };
    return (await trialOf(connection, [{ loaded, built }])) === undefined;
  };
  const [preview, addsPrivate, addsAny] = await Promise.all([
    accepts(serializable({ major: feature + ABOVE, minor: PREVIEW })),
    accepts(serializable({ major: JAVA_8, minor: 0, method: PRIVATE_STATIC })),
    accepts(serializable({ major: JAVA_8, minor: 0, method: PUBLIC_STATIC })),
  ]);
  const enhanced = canUnrestrictedlyRedefineClasses || addsAny;
  return { preview, enhanced, allowAddDeleteMethods: addsPrivate && !enhanced };
}

/** The interface as a class file (JVMS 4.1), with one method `swapdeck()V` that returns if its flags are given. */
function serializable(of: { major: number; minor: number; method?: number }): Buffer {
  const constants = [
    Buffer.from([7, 0, 2]),
    utf8(SUBJECT.replaceAll('.', '/')),
    Buffer.from([7, 0, 4]),
    utf8('java/lang/Object'),
    utf8('swapdeck'),
    utf8('()V'),
    utf8('Code'),
  ];
  // Code: 13 bytes: no stack, no locals, one instruction `return`, no handlers, no attributes.
  const code = [u16(7), u32(13), u16(0), u16(0), u32(1), Buffer.from([0xb1]), u16(0), u16(0)];
  const method = of.method === undefined ? [] : [u16(of.method), u16(5), u16(6), u16(1), ...code];
  return Buffer.concat([
    u32(0xcafebabe),
    u16(of.minor),
    u16(of.major),
    u16(constants.length + 1),
    ...constants,
    u16(INTERFACE),
    u16(1),
    u16(3),
    u16(0), // interfaces
    u16(0), // fields
    u16(method.length > 0 ? 1 : 0),
    ...method,
    u16(0), // attributes
  ]);
}

function utf8(text: string): Buffer {
  return Buffer.concat([Buffer.from([1]), u16(text.length), Buffer.from(text, 'latin1')]);
}

function u16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff]);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
