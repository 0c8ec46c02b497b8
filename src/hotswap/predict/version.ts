import { ClassFile } from '../../classfile/classFile';
import type { Finding } from './schema';

/** Class file version of a feature release is that many above it: 61 for 17. */
const ABOVE = 44;
const OLDEST = 45;
/** From this version on the minor one must be 0, or 65535 for preview features of exactly this release. */
const JAVA_12 = 56;
const PREVIEW = 0xffff;

/** Whether the JVM does not take this class file version; it looks at that first, whatever else is in the file. */
export function unsupportedVersion(
  next: Uint8Array | ClassFile,
  jvm: { readonly feature: number; readonly preview?: boolean },
): Finding | undefined {
  const version = next instanceof ClassFile ? next : versionOf(next);
  if (!version) return undefined;
  const { majorVersion: major, minorVersion: minor } = version;
  const newest = jvm.feature + ABOVE;
  const isPreview = minor === PREVIEW && major === newest && jvm.preview === true;
  const isFine = major >= OLDEST && major <= newest && (major < JAVA_12 || minor === 0 || isPreview);
  return isFine ? undefined : { code: 'versionUnsupported', from: `${newest}.0`, to: `${major}.${minor}` };
}

function versionOf(bytes: Uint8Array): { majorVersion: number; minorVersion: number } | undefined {
  if (bytes.length < 8) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0) !== 0xcafebabe) return undefined;
  return { minorVersion: view.getUint16(4), majorVersion: view.getUint16(6) };
}
