import { EventKind } from './constants';
import {
  boolean,
  fieldId,
  int,
  list,
  long,
  referenceTypeId,
  string,
  struct,
  threadId,
  variant,
  type ValueOf,
} from './layout';
import { location, suspendPolicy, taggedObject, typeTag, value } from './values';

/** JDWP specification, "Event Command Set (64)": the one command a VM sends. */
export const EVENT_COMMAND_SET = 64;
export const COMPOSITE_COMMAND = 100;

// requestID 0: the VM sent it unasked (VMStart, VMDeath).
const request = { requestID: int };
const inThread = { ...request, thread: threadId };
const atLocation = { ...inThread, location };
const atMonitor = { ...inThread, object: taggedObject, location };
const atField = {
  ...atLocation,
  refTypeTag: typeTag,
  typeID: referenceTypeId,
  fieldID: fieldId,
  /** 0n for a static field. */
  object: taggedObject,
};

/** byte eventKind, then the event's fields. */
export const event = variant('event kind', {
  VMStart: [EventKind.VMStart, inThread],
  SingleStep: [EventKind.SingleStep, atLocation],
  Breakpoint: [EventKind.Breakpoint, atLocation],
  MethodEntry: [EventKind.MethodEntry, atLocation],
  MethodExit: [EventKind.MethodExit, atLocation],
  MethodExitWithReturnValue: [EventKind.MethodExitWithReturnValue, { ...atLocation, value }],
  MonitorContendedEnter: [EventKind.MonitorContendedEnter, atMonitor],
  MonitorContendedEntered: [EventKind.MonitorContendedEntered, atMonitor],
  /** `timeout`: milliseconds. */
  MonitorWait: [EventKind.MonitorWait, { ...atMonitor, timeout: long }],
  MonitorWaited: [EventKind.MonitorWaited, { ...atMonitor, timed_out: boolean }],
  /** `catchLocation` is all zero when nothing catches it. */
  Exception: [EventKind.Exception, { ...atLocation, exception: taggedObject, catchLocation: location }],
  ThreadStart: [EventKind.ThreadStart, inThread],
  ThreadDeath: [EventKind.ThreadDeath, inThread],
  /** `thread` may be one of the VM's own, then 0n or not suspended. */
  ClassPrepare: [
    EventKind.ClassPrepare,
    { ...inThread, refTypeTag: typeTag, typeID: referenceTypeId, signature: string, status: int },
  ],
  ClassUnload: [EventKind.ClassUnload, { ...request, signature: string }],
  FieldAccess: [EventKind.FieldAccess, atField],
  FieldModification: [EventKind.FieldModification, { ...atField, valueToBe: value }],
  VMDeath: [EventKind.VMDeath, request],
});
export type JdwpEvent = ValueOf<typeof event>;

/** Composite (100): byte suspendPolicy, int count, events. All are about one happening; the policy is the strictest of their requests. */
export const composite = struct({ suspendPolicy, events: list(event) });
export type CompositeEvent = ValueOf<typeof composite>;
