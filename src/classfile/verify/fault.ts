/** Why a method does not pass the verifier. */
export interface VerifyFault {
  /** `missingClass`: the verifier needs `className`, which is not there. `badCode`: the types do not fit. */
  readonly kind: 'missingClass' | 'badCode';
  readonly className?: string;
  readonly what: string;
  /** Position of the instruction; 0 for what concerns the whole method. */
  readonly pc: number;
}

/** Thrown inside this folder to leave a method at its first fault, as the JVM does. */
export class Unverifiable extends Error {
  readonly className: string | undefined;

  constructor(what: string, className?: string) {
    super(what);
    this.className = className;
  }
}

export function unverifiable(what: string): never {
  throw new Unverifiable(what);
}
