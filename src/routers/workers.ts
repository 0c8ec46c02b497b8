import type { Answer, CommandCall, HostName } from '../contracts/deployCall';
import { textOf } from './answers';
import { RouterError } from './errors';

// A server that reads its configuration again starts new processes and lets the old ones end. When the old ones
// have stopped taking requests nobody gets the old configuration any more.

/** What `ps` calls a process of nginx that takes requests; one that ends says `... is shutting down`. */
const NGINX_WORKER = 'nginx: worker process';

/** Numbers of the processes that `ps -o pid=,args=` tells of, with commas between; at least one. */
export function workersOf(answer: Answer): { pids: string } {
  const found = processes(answer);
  const serving = found.some(({ args }) => args === NGINX_WORKER)
    ? found.filter(({ args }) => args === NGINX_WORKER)
    : found;
  if (serving.length === 0) throw new RouterError('notRunning', 'it has no worker processes');
  return { pids: serving.map(({ pid }) => pid).join(',') };
}

/**
 * How many of the processes still take requests. One that has ended is `<defunct>` until its parent looks for it,
 * which Apache's does once a second; its sockets are closed by then.
 */
export function servingOf(answer: Answer): { serving: number } {
  const isOver = /(?: is shutting down|<defunct>)$/;
  return { serving: processes(answer).filter(({ args }) => !isOver.test(args)).length };
}

function processes(answer: Answer): { pid: string; args: string }[] {
  return textOf(answer, 'stdout')
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(.*?)\s*$/.exec(line))
    .flatMap((match) => (match ? [{ pid: match[1] ?? '', args: match[2] ?? '' }] : []));
}

/** $1: the file with the number of the process whose children the workers are. Without one it prints nothing. */
const CHILDREN = 'pid=$(cat -- "$1") || exit 0; exec ps -o pid=,args= --ppid "$pid"';

/** Binds the workers that serve now to `NAME.workers`. */
export function findWorkers(host: HostName, pidFile: string, name: string): CommandCall {
  return {
    via: 'command',
    note: 'the workers that serve now',
    host,
    argv: ['sh', '-c', CHILDREN, 'sh', pidFile],
    parse: 'router.workers',
    // None is told by the parser, in better words.
    expect: [{ path: 'code', is: 'atLeast', value: 0 }],
    binds: { [`${name}.workers`]: 'value.pids' },
  };
}

/** Waits until none of the workers bound by `findWorkers` takes requests. */
export function untilReplaced(
  host: HostName,
  name: string,
  deadline: { readonly ms: number; readonly then: 'fail' | 'continue' },
): CommandCall {
  return {
    via: 'command',
    note: 'No worker has the old configuration',
    host,
    argv: ['ps', '-o', 'pid=,args=', '-p', `\${${name}.workers}`],
    parse: 'router.serving',
    expect: [
      // `ps` fails when none of them is left.
      { path: 'code', is: 'oneOf', value: [0, 1] },
      { path: 'value.serving', is: 'atMost', value: 0 },
    ],
    until: { intervalMs: 50, deadlineMs: deadline.ms, atDeadline: deadline.then },
  };
}
