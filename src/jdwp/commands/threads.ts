import { commandSet, row } from '../command';
import {
  boolean,
  byte,
  frameId,
  int,
  list,
  objectId,
  string,
  struct,
  threadGroupId,
  threadId,
} from '../layout';
import { location, taggedObject, value } from '../values';

const thread = { thread: threadId };

/** JDWP specification, "ThreadReference Command Set (11)". */
export const ThreadReference = commandSet(11, 'ThreadReference', {
  Name: row(1, thread, { threadName: string }),
  Suspend: row(2, thread, {}),
  Resume: row(3, thread, {}),
  /** `threadStatus`: one of `ThreadStatus`; `suspendStatus`: bit `SUSPEND_STATUS_SUSPENDED`. */
  Status: row(4, thread, { threadStatus: int, suspendStatus: int }),
  ThreadGroup: row(5, thread, { group: threadGroupId }),
  /** `length` -1: all remaining frames. */
  Frames: row(
    6,
    { ...thread, startFrame: int, length: int },
    { frames: list(struct({ frameID: frameId, location })) },
  ),
  FrameCount: row(7, thread, { frameCount: int }),
  OwnedMonitors: row(8, thread, { owned: list(taggedObject) }),
  CurrentContendedMonitor: row(9, thread, { monitor: taggedObject }),
  Stop: row(10, { ...thread, throwable: objectId }, {}),
  Interrupt: row(11, thread, {}),
  SuspendCount: row(12, thread, { suspendCount: int }),
  OwnedMonitorsStackDepthInfo: row(13, thread, {
    owned: list(struct({ monitor: taggedObject, stack_depth: int })),
  }),
  ForceEarlyReturn: row(14, { ...thread, value }, {}),
  /** Since 21. */
  IsVirtual: row(15, thread, { isVirtual: boolean }),
});

/** JDWP specification, "ThreadGroupReference Command Set (12)". */
export const ThreadGroupReference = commandSet(12, 'ThreadGroupReference', {
  Name: row(1, { group: threadGroupId }, { groupName: string }),
  /** 0n: a top-level group has none. */
  Parent: row(2, { group: threadGroupId }, { parentGroup: threadGroupId }),
  Children: row(
    3,
    { group: threadGroupId },
    { childThreads: list(threadId), childGroups: list(threadGroupId) },
  ),
});

const frame = { thread: threadId, frame: frameId };

/** JDWP specification, "StackFrame Command Set (16)". */
export const StackFrame = commandSet(16, 'StackFrame', {
  /** `sigbyte`: the tag of the variable's type. */
  GetValues: row(1, { ...frame, slots: list(struct({ slot: int, sigbyte: byte })) }, { values: list(value) }),
  SetValues: row(2, { ...frame, slotValues: list(struct({ slot: int, slotValue: value })) }, {}),
  /** 0n: a static or native method. */
  ThisObject: row(3, frame, { objectThis: taggedObject }),
  PopFrames: row(4, frame, {}),
});
