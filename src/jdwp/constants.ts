// Constants of the JDWP specification ("Detailed Command Information", constant sets).

/** Kind of a reference type. */
export const TypeTag = { Class: 1, Interface: 2, Array: 3 } as const;
export type TypeTag = (typeof TypeTag)[keyof typeof TypeTag];

/** Bits of a class's status. */
export const ClassStatus = { Verified: 1, Prepared: 2, Initialized: 4, Error: 8 } as const;

/** Which threads an event suspends. */
export const SuspendPolicy = { None: 0, EventThread: 1, All: 2 } as const;
export type SuspendPolicy = (typeof SuspendPolicy)[keyof typeof SuspendPolicy];

export const ThreadStatus = { Zombie: 0, Running: 1, Sleeping: 2, Monitor: 3, Wait: 4 } as const;
/** Bit of `ThreadReference.Status.suspendStatus`. */
export const SUSPEND_STATUS_SUSPENDED = 1;

/** Bits of the options of the InvokeMethod commands. */
export const InvokeOptions = { SingleThreaded: 1, NonVirtual: 2 } as const;

export const StepDepth = { Into: 0, Over: 1, Out: 2 } as const;
export const StepSize = { Min: 0, Line: 1 } as const;

/** Kinds that `EventRequest.Set` accepts; see `events.ts` for what arrives. */
export const EventKind = {
  SingleStep: 1,
  Breakpoint: 2,
  FramePop: 3,
  Exception: 4,
  UserDefined: 5,
  ThreadStart: 6,
  ThreadDeath: 7,
  ClassPrepare: 8,
  ClassUnload: 9,
  ClassLoad: 10,
  FieldAccess: 20,
  FieldModification: 21,
  ExceptionCatch: 30,
  MethodEntry: 40,
  MethodExit: 41,
  MethodExitWithReturnValue: 42,
  MonitorContendedEnter: 43,
  MonitorContendedEntered: 44,
  MonitorWait: 45,
  MonitorWaited: 46,
  VMStart: 90,
  VMDeath: 99,
} as const;
export type EventKind = (typeof EventKind)[keyof typeof EventKind];
