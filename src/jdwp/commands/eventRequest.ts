import { commandSet, row } from '../command';
import { EventKind } from '../constants';
import {
  boolean,
  constantByte,
  fieldId,
  int,
  list,
  objectId,
  referenceTypeId,
  string,
  threadId,
  variant,
  type ValueOf,
} from '../layout';
import { location, suspendPolicy } from '../values';

/** Filters of an event request: byte modKind, then the modifier's fields. An event passes all of them, in order. */
export const modifier = variant('modifier', {
  /** Report the event after `count - 1` others, once. */
  Count: [1, { count: int }],
  /** Reserved by the specification. */
  Conditional: [2, { exprID: int }],
  ThreadOnly: [3, { thread: threadId }],
  ClassOnly: [4, { clazz: referenceTypeId }],
  /** A binary name (`demo.Foo`), or a pattern that begins or ends with `*`. */
  ClassMatch: [5, { classPattern: string }],
  ClassExclude: [6, { classPattern: string }],
  LocationOnly: [7, { loc: location }],
  /** `exceptionOrNull` 0n: exceptions of all types. */
  ExceptionOnly: [8, { exceptionOrNull: referenceTypeId, caught: boolean, uncaught: boolean }],
  FieldOnly: [9, { declaring: referenceTypeId, fieldID: fieldId }],
  /** `size`: `StepSize`; `depth`: `StepDepth`. */
  Step: [10, { thread: threadId, size: int, depth: int }],
  InstanceOnly: [11, { instance: objectId }],
  SourceNameMatch: [12, { sourceNamePattern: string }],
  /** Since 21. */
  PlatformThreadsOnly: [13, {}],
});
export type EventModifier = ValueOf<typeof modifier>;

const eventKind = constantByte(EventKind);

/** JDWP specification, "EventRequest Command Set (15)". */
export const EventRequest = commandSet(15, 'EventRequest', {
  Set: row(1, { eventKind, suspendPolicy, modifiers: list(modifier) }, { requestID: int }),
  Clear: row(2, { eventKind, requestID: int }, {}),
  ClearAllBreakpoints: row(3, {}, {}),
});
