/**
 * What is run on the journal host, for `sh -c SCRIPT sh ARGUMENTS`. Constant texts, with plain POSIX tools only;
 * whatever varies is an argument or comes in over standard input.
 *
 * A directory for each environment and application ($1) holds:
 *
 *     3.closed/  4.closed/     earlier holders of the lock
 *     5.live/                  the holder, token 5; never more than one is in force
 *       owner                  who, as JSON
 *       renewed                COUNT SECONDS: how often the lease was renewed, and the host's clock then
 *       journal                records, one a line; lines without one mean nothing
 *     audit                    one line a deployment
 *
 * - `mkdir 5.live` takes the lock: it succeeds for one. It may only be tried once `4.closed` is there, and no token
 *   is ever used again, so that two can't hold it: whoever made `5.live` late finds `5.closed` and withdraws.
 * - `mv 5.live 5.closed` gives it up or takes it away, for one of several who try.
 * - Writers first go into `5.live`: once it was renamed they can't, and so they learn that the lock is lost. That is
 *   the fence.
 */

/** The highest token of the directory, in `$n`; and whether it is `$live`. */
const HIGHEST = `
n=0 live=
for each in [0-9]*.live [0-9]*.closed; do
  [ -d "$each" ] || continue
  t=\${each%%.*}
  if [ "$t" -gt "$n" ]; then n=$t live=; fi
  if [ "$t" -eq "$n" ] && [ "$each" = "$t.live" ]; then live=1; fi
done
[ -d "$n.closed" ] && live=
`;

/** Prints `STATE TOKEN NOW COUNT SECONDS`, then the owner's line. */
const REPORT = `
report() {
  printf '%s %s %s %s\\n' "$1" "$n" "$(date +%s)" "$(cat "$n.live/renewed" 2>/dev/null || echo '0 0')"
  cat "$n.live/owner" 2>/dev/null || true
}
`;

/** $1 directory. Prints `free` or `held`. */
export const LOOK = `
cd -- "$1" 2>/dev/null || { echo "free 0 0 0 0"; exit 0; }
${HIGHEST}${REPORT}
if [ -n "$live" ]; then report held; else report free; fi
`;

/**
 * Removes what is older than the last 50 holders, but not the last journal: of holders that were refused none wrote one,
 * and an interrupted deployment must not be forgotten for them. Only the holder does, token `$n`.
 */
const PRUNE = `
last=0
for each in [0-9]*.closed; do
  t=\${each%%.*}
  if [ -f "$each/journal" ] && [ "$t" -gt "$last" ]; then last=$t; fi
done
for each in [0-9]*.closed; do
  t=\${each%%.*}
  if [ -d "$each" ] && [ "$t" -le "$((n - 50))" ] && [ "$t" -ne "$last" ]; then rm -rf "./$each" || true; fi
done
`;

/** $1 directory, owner on standard input. Prints `acquired`, or `held` by someone else. */
export const ACQUIRE = `
set -e
umask 002
mkdir -p -- "$1"
cd -- "$1"
owner=$(cat)
${REPORT}
for try in 1 2 3; do
${HIGHEST}
  if [ -n "$live" ]; then report held; exit 0; fi
  n=$((n + 1))
  mkdir "$n.live" 2>/dev/null || continue
  if [ -d "$n.closed" ] || [ -d "$((n + 1)).live" ] || [ -d "$((n + 1)).closed" ]; then
    rmdir "$n.live"
    continue
  fi
  printf '0 %s' "$(date +%s)" >"$n.live/renewed"
  printf '%s\\n' "$owner" >"$n.live/owner"
  report acquired
  ${PRUNE}
  exit 0
done
report held
`;

/** $1 directory of the holder, $2 count. Exit code 75 when it is no longer the holder. */
export const RENEW = `
cd -- "$1" 2>/dev/null || exit 75
printf '%s %s' "$2" "$(date +%s)" >renewed.new && mv -f renewed.new renewed
`;

/** $1 directory, $2 token. Exit code 75 when it is no longer the holder. */
export const CLOSE = `
cd -- "$1" 2>/dev/null || exit 75
[ -d "$2.live" ] && mv -- "$2.live" "$2.closed" 2>/dev/null || exit 75
`;

/**
 * $1 directory of the holder, lines on standard input. Begins a line, which is quicker than to look whether a lost
 * connection cut the last one off.
 */
export const APPEND_JOURNAL = `
cd -- "$1" 2>/dev/null || exit 75
if [ -s journal ]; then echo >>journal; fi
cat >>journal || exit 74
sync journal 2>/dev/null || sync
`;

/** $1 directory of the holder, a line on standard input. A line that a lost connection cut off is ended first. */
export const APPEND_AUDIT = `
cd -- "$1" 2>/dev/null || exit 75
if [ -s ../audit ] && [ -n "$(tail -c 1 ../audit)" ]; then echo >>../audit; fi
cat >>../audit || exit 74
sync ../audit 2>/dev/null || sync
`;

/** The same, and then gives the lock up. $2 token. */
export const APPEND_AUDIT_AND_CLOSE = `${APPEND_AUDIT}
cd .. && mv -- "$2.live" "$2.closed" 2>/dev/null || exit 75
`;

/**
 * $1 directory of the holder, $2 how many bytes come over standard input: a journal that is gone on with. It is there
 * in whole or not at all. Exit code 74 for an input that was cut off.
 */
export const BEGIN_JOURNAL = `
cd -- "$1" 2>/dev/null || exit 75
cat >journal.new || exit 74
[ "$(wc -c <journal.new)" -eq "$2" ] || exit 74
sync journal.new 2>/dev/null || sync
mv -f journal.new journal
`;

/** $1 directory. Prints the journal of the last holder that wrote one. */
export const READ_JOURNAL = `
cd -- "$1" 2>/dev/null || exit 0
${HIGHEST}
while [ "$n" -gt 0 ]; do
  for each in "$n.live" "$n.closed"; do
    if [ -f "$each/journal" ]; then exec cat "$each/journal"; fi
  done
  n=$((n - 1))
done
`;

/**
 * $1 directory, $2 the id of a plan. Prints its journal, of the holder that wrote to it last; nothing when it is no
 * longer kept. The plan is the first record, and its id stands there in full.
 */
export const READ_JOURNAL_OF = `
cd -- "$1" 2>/dev/null || exit 0
${HIGHEST}
while [ "$n" -gt 0 ]; do
  for each in "$n.live" "$n.closed"; do
    if [ -f "$each/journal" ] && head -n 1 "$each/journal" | grep -qF "\\"id\\":\\"$2\\""; then
      exec cat "$each/journal"
    fi
  done
  n=$((n - 1))
done
`;

/** $1 directory, $2 how many. Prints the last lines of the audit log. */
export const READ_AUDIT = `
cd -- "$1" 2>/dev/null || exit 0
[ -f audit ] || exit 0
exec tail -n "$2" audit
`;

/** Exit code of a writer that is no longer the holder. */
export const NOT_HOLDER = 75;
