import { literal, type CommandCall, type HostName } from '../contracts/deployCall';

// Apache that is restarted gracefully starts a new worker for each old one that has ended; the old ones take no new
// connection from the first moment. Where all of them still have requests its parent sleeps for a second first, in which
// nobody is served (`ap_wait_or_timeout` in server/mpm_common.c, `server_main_loop` of the MPMs). Told again it wakes up
// at once.

/** $1: the file with the number of the parent process. $2: its workers, with commas between. Then the command. */
const KNOWN = `pid=$(cat -- "$1") old=,$2,; shift 2
`;

/** The command but for `graceful`. */
const FOUND = `file=$("$@" -t -D DUMP_RUN_CFG </dev/null 2>/dev/null | sed -n 's/^PidFile: "\\(.*\\)"$/\\1/p')
pid=$(cat -- "$file" 2>/dev/null) old=,$(ps -o pid= --ppid "$pid" 2>/dev/null | tr -s ' \\n' ,),
set -- "$@" graceful
`;

/**
 * Nobody need wait for what follows the restart; it ends within a second. `awk` ends with 0 for a worker that is new, 1
 * for a parent that sleeps without one.
 */
const RESTART = `"$@" </dev/null || exit
[ -n "$pid" ] || exit 0
{
  sleeps=0 again=2 looks=30
  while [ $again -gt 0 ] && [ $looks -gt 0 ]; do
    sleep .02
    ps -o pid=,stat= -p "$pid" --ppid "$pid" | awk -v parent="$pid" -v old="$old" '
      $1 == parent { sleeps = $2 ~ /^S/; next }
      $2 !~ /^Z/ && !index(old, "," $1 ",") { fresh = 1 }
      END { exit fresh ? 0 : sleeps ? 1 : 2 }'
    case $? in
      0) break ;;
      1) sleeps=$((sleeps + 1)) ;;
    esac
    if [ $sleeps -ge 2 ]; then
      kill -USR1 "$pid" || "$@"
      sleeps=-3 again=$((again - 1))
    fi
    looks=$((looks - 1))
  done
} </dev/null >/dev/null 2>&1 &
`;

/** Restarts an Apache gracefully whose workers were bound by `findWorkers`; `argv` is the whole command for it. */
export function restartGracefully(
  host: HostName,
  pidFile: string,
  name: string,
  argv: readonly string[],
): CommandCall {
  return restart(host, KNOWN, [pidFile, `\${${name}.workers}`, ...argv]);
}

/** The same of an Apache of which no more is known than the command that controls it, such as `apachectl`. */
export function findAndRestartGracefully(host: HostName, control: readonly string[]): CommandCall {
  return restart(host, FOUND, control);
}

function restart(host: HostName, start: string, args: readonly string[]): CommandCall {
  return {
    via: 'command',
    note: 'once more where Apache sleeps before it starts new workers',
    host,
    argv: ['sh', '-s', '--', ...args],
    stdin: literal(start + RESTART),
  };
}
