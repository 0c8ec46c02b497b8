import type { Performer } from '../../contracts/deployCall';
import type { ExecResult } from '../../contracts/exec';
import { TransportError } from '../../contracts/transportError';
import type { ExecOf } from './command';
import { counted } from './counted';

/** Exit code of `READ` for a file that is not there. */
const MISSING = 66;

/** Reads a file; $1 is its path. */
const READ = `[ -e "$1" ] || exit ${MISSING}; exec cat -- "$1"`;

/**
 * Replaces a file by what comes in: $1 path, $2 mode of a new one, $3 a name nobody else uses, $4 how many bytes come
 * in, where that is known: a way that is lost looks like their end. A copy is made first, for owner and mode; a link is
 * followed, so that it stays one. With $5 nobody but who `$2` lets read it ever can, not even through a copy that was
 * opened before, and what an earlier attempt left beside is removed.
 */
const WRITE = `
set -e
path=$1
while [ -L "$path" ]; do
  to=$(readlink -- "$path")
  case $to in /*) path=$to ;; *) path=$(dirname -- "$path")/$to ;; esac
done
new=$path.$3
trap 'rm -f -- "$new"' EXIT
if [ -n "$5" ]; then
  umask 077
  rm -f -- "$path".swapdeck-*
  : >"$new"
  if [ -e "$path" ]; then
    owner=$(set -- $(ls -ldn -- "$path"); echo "$3:$4")
    chown "$owner" "$new" 2>/dev/null || :
  fi
  chmod "$2" "$new"
elif [ -e "$path" ]; then cp -p -- "$path" "$new"
else : >"$new"; chmod "$2" "$new"; fi
cat >"$new"
[ -z "$4" ] || [ "$(wc -c <"$new")" -eq "$4" ] || { echo 'not all of it arrived' >&2; exit 1; }
sync "$new" 2>/dev/null || sync
mv -f -- "$new" "$path"
`;

/** Reads files of hosts with the tools every POSIX system has. */
export function readFilePerformer(execOf: ExecOf): Performer<'readFile'> {
  return async (call, { signal }) => {
    const result = await execOf(call.host).run(['sh', '-c', READ, 'sh', call.path], {}, signal);
    if (result.code === MISSING) return { exists: false };
    refuse(result, call.host, call.path);
    return { exists: true, content: result.stdout.toString(call.encoding ?? 'utf8') };
  };
}

/** Writes files of hosts. */
export function writeFilePerformer(execOf: ExecOf): Performer<'writeFile'> {
  return async (call, context, upload) => {
    const { path, mode = '0644', exactMode } = call;
    const content = Buffer.from(call.content, call.encoding ?? 'utf8');
    const stdin = upload ? counted(upload, context) : content;
    const length = upload ? (upload.total ?? '') : content.length;
    const words = [path, mode, `swapdeck-${process.pid}`, String(length), exactMode ? 'exact' : ''];
    const argv = ['sh', '-c', WRITE, 'sh', ...words];
    refuse(await execOf(call.host).run(argv, { stdin }, context.signal), call.host, call.path);
    return {};
  };
}

function refuse({ code, stderr }: ExecResult, host: string, path: string): void {
  if (code === 0) return;
  const said = stderr.toString('utf8').trim().slice(-500);
  throw new TransportError('configuration', `${path} on ${host}: ${said}`, {
    problem: 'unreadable',
    host,
    file: path,
    said,
  });
}
