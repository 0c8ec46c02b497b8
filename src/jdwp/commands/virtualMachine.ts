import { commandSet, row } from '../command';
import {
  boolean,
  bytes,
  int,
  list,
  long,
  moduleId,
  objectId,
  referenceTypeId,
  string,
  stringId,
  struct,
  threadGroupId,
  threadId,
} from '../layout';
import { typeTag } from '../values';

/** Capabilities of the first version of the protocol, a boolean each. */
const oldCapabilities = {
  canWatchFieldModification: boolean,
  canWatchFieldAccess: boolean,
  canGetBytecodes: boolean,
  canGetSyntheticAttribute: boolean,
  canGetOwnedMonitorInfo: boolean,
  canGetCurrentContendedMonitor: boolean,
  canGetMonitorInfo: boolean,
};

/** JDWP specification, "VirtualMachine Command Set (1)". */
export const VirtualMachine = commandSet(1, 'VirtualMachine', {
  Version: row(
    1,
    {},
    { description: string, jdwpMajor: int, jdwpMinor: int, vmVersion: string, vmName: string },
  ),
  /** Scans all loaded classes; shows only prepared ones and arrays, as do the next two. */
  ClassesBySignature: row(
    2,
    { signature: string },
    { classes: list(struct({ refTypeTag: typeTag, typeID: referenceTypeId, status: int })) },
  ),
  AllClasses: row(
    3,
    {},
    {
      classes: list(struct({ refTypeTag: typeTag, typeID: referenceTypeId, signature: string, status: int })),
    },
  ),
  /** Platform threads only, since 21. */
  AllThreads: row(4, {}, { threads: list(threadId) }),
  TopLevelThreadGroups: row(5, {}, { groups: list(threadGroupId) }),
  /** Ends the session: events are cleared, threads resumed, the connection closed. */
  Dispose: row(6, {}, {}),
  IDSizes: row(
    7,
    {},
    {
      fieldIDSize: int,
      methodIDSize: int,
      objectIDSize: int,
      referenceTypeIDSize: int,
      frameIDSize: int,
    },
  ),
  Suspend: row(8, {}, {}),
  Resume: row(9, {}, {}),
  Exit: row(10, { exitCode: int }, {}),
  CreateString: row(11, { utf: string }, { stringObject: stringId }),
  Capabilities: row(12, {}, oldCapabilities),
  ClassPaths: row(13, {}, { baseDir: string, classpaths: list(string), bootclasspaths: list(string) }),
  DisposeObjects: row(14, { requests: list(struct({ object: objectId, refCnt: int })) }, {}),
  HoldEvents: row(15, {}, {}),
  ReleaseEvents: row(16, {}, {}),
  CapabilitiesNew: row(
    17,
    {},
    {
      ...oldCapabilities,
      canRedefineClasses: boolean,
      canAddMethod: boolean,
      canUnrestrictedlyRedefineClasses: boolean,
      canPopFrames: boolean,
      canUseInstanceFilters: boolean,
      canGetSourceDebugExtension: boolean,
      canRequestVMDeathEvent: boolean,
      canSetDefaultStratum: boolean,
      canGetInstanceInfo: boolean,
      canRequestMonitorEvents: boolean,
      canGetMonitorFrameInfo: boolean,
      canUseSourceNameFilters: boolean,
      canGetConstantPool: boolean,
      canForceEarlyReturn: boolean,
      reserved22: boolean,
      reserved23: boolean,
      reserved24: boolean,
      reserved25: boolean,
      reserved26: boolean,
      reserved27: boolean,
      reserved28: boolean,
      reserved29: boolean,
      reserved30: boolean,
      reserved31: boolean,
      reserved32: boolean,
    },
  ),
  /** One transaction: when one class is refused, none is redefined. */
  RedefineClasses: row(18, { classes: list(struct({ refType: referenceTypeId, classfile: bytes })) }, {}),
  SetDefaultStratum: row(19, { stratumID: string }, {}),
  AllClassesWithGeneric: row(
    20,
    {},
    {
      classes: list(
        struct({
          refTypeTag: typeTag,
          typeID: referenceTypeId,
          signature: string,
          genericSignature: string,
          status: int,
        }),
      ),
    },
  ),
  InstanceCounts: row(21, { refTypesCount: list(referenceTypeId) }, { counts: list(long) }),
  AllModules: row(22, {}, { modules: list(moduleId) }),
});
