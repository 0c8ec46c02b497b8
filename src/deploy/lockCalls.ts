import { textOf } from './parsers';
import { literal, type Answer, type CommandCall, type HostName } from '../contracts/deployCall';
import {
  ACQUIRE,
  APPEND_AUDIT,
  APPEND_AUDIT_AND_CLOSE,
  APPEND_JOURNAL,
  BEGIN_JOURNAL,
  CLOSE,
  LOOK,
  NOT_HOLDER,
  READ_AUDIT,
  READ_JOURNAL,
  READ_JOURNAL_OF,
  RENEW,
} from './lockScripts';

/** Calls for lock, journal and audit log of one application in one environment, on the journal host. */
export class LockCalls {
  readonly #host: HostName;
  readonly #directory: string;

  /** `directory`: of this environment and application, on the host. */
  constructor(host: HostName, directory: string) {
    this.#host = host;
    this.#directory = directory;
  }

  look(): CommandCall {
    return this.#script(LOOK, [this.#directory]);
  }

  acquire(owner: string): CommandCall {
    return this.#script(ACQUIRE, [this.#directory], owner);
  }

  renew(token: number, count: number): CommandCall {
    return this.#guarded(RENEW, [this.#holder(token), String(count)]);
  }

  close(token: number): CommandCall {
    return this.#guarded(CLOSE, [this.#directory, String(token)]);
  }

  appendJournal(token: number, lines: string): CommandCall {
    return this.#guarded(APPEND_JOURNAL, [this.#holder(token)], lines);
  }

  beginJournal(token: number, lines: string): CommandCall {
    const bytes = String(Buffer.byteLength(lines));
    return this.#guarded(BEGIN_JOURNAL, [this.#holder(token), bytes], lines);
  }

  appendAudit(token: number, line: string): CommandCall {
    return this.#guarded(APPEND_AUDIT, [this.#holder(token)], line);
  }

  appendAuditAndClose(token: number, line: string): CommandCall {
    return this.#guarded(APPEND_AUDIT_AND_CLOSE, [this.#holder(token), String(token)], line);
  }

  readJournal(): CommandCall {
    return this.#script(READ_JOURNAL, [this.#directory]);
  }

  readJournalOf(plan: string): CommandCall {
    return this.#script(READ_JOURNAL_OF, [this.#directory, plan]);
  }

  readAudit(count: number): CommandCall {
    return this.#script(READ_AUDIT, [this.#directory, String(count)]);
  }

  #holder(token: number): string {
    return `${this.#directory}/${token}.live`;
  }

  /** A script that tells by its exit code that the lock is no longer the writer's. */
  #guarded(script: string, args: readonly string[], stdin?: string): CommandCall {
    const expect = [{ path: 'code', is: 'oneOf', value: [0, NOT_HOLDER] }] as const;
    return { ...this.#script(script, args, stdin), expect };
  }

  #script(script: string, args: readonly string[], stdin?: string): CommandCall {
    return {
      via: 'command',
      host: this.#host,
      argv: ['sh', '-c', script, 'sh', ...args].map(literal),
      ...(stdin !== undefined && { stdin: literal(stdin) }),
    };
  }
}

/** What a script said: `STATE TOKEN NOW COUNT SECONDS`, then the owner. */
export interface LockReport {
  readonly state: 'free' | 'held' | 'acquired';
  readonly token: number;
  /** How often the lease was renewed. */
  readonly count: number;
  /** By the host's own clock, so that it may be wrong; a jump of that clock shows here. */
  readonly sinceRenewalMs: number;
  /** As it was written; empty when the holder was ended before it wrote. */
  readonly owner: string;
}

/** Throws for anything that is not a report. */
export function readReport(answer: Answer): LockReport {
  const [first = '', ...rest] = textOf(answer).split('\n');
  const [, state, token, now, count, renewed] =
    /^(free|held|acquired) (\d+) (\d+) (\d+) (\d+)$/.exec(first) ?? [];
  if (state === undefined) throw new Error('no report of a lock');
  return {
    state: state as LockReport['state'],
    token: Number(token),
    count: Number(count),
    sinceRenewalMs: Math.max(0, Number(now) - Number(renewed)) * 1000,
    owner: rest.join('\n').trim(),
  };
}

/** Whether a guarded script found that the lock is no longer the writer's. */
export function isNotHolder(answer: Answer): boolean {
  return answer.code === NOT_HOLDER;
}
