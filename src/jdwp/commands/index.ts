import { EventRequest } from './eventRequest';
import { Field, Method } from './method';
import {
  ArrayReference,
  ClassLoaderReference,
  ClassObjectReference,
  ModuleReference,
  ObjectReference,
  StringReference,
} from './objects';
import { ReferenceType } from './referenceType';
import { StackFrame, ThreadGroupReference, ThreadReference } from './threads';
import { ArrayType, ClassType, InterfaceType } from './types';
import { VirtualMachine } from './virtualMachine';

export {
  ArrayReference,
  ArrayType,
  ClassLoaderReference,
  ClassObjectReference,
  ClassType,
  EventRequest,
  Field,
  InterfaceType,
  Method,
  ModuleReference,
  ObjectReference,
  ReferenceType,
  StackFrame,
  StringReference,
  ThreadGroupReference,
  ThreadReference,
  VirtualMachine,
};
export type { EventModifier } from './eventRequest';

/** Every command set that a debugger may send, by name; the Event set (64) goes the other way, see `../events`. */
export const commandSets = {
  VirtualMachine,
  ReferenceType,
  ClassType,
  ArrayType,
  InterfaceType,
  Method,
  Field,
  ObjectReference,
  StringReference,
  ThreadReference,
  ThreadGroupReference,
  ArrayReference,
  ClassLoaderReference,
  EventRequest,
  StackFrame,
  ClassObjectReference,
  ModuleReference,
};
