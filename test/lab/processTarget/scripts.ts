/**
 * What the process target runs on its host, for `sh -c SCRIPT sh ARGUMENTS`. A host is a folder ($1):
 *
 *     instances/ID/release.json   what it runs; `pid` and `port` while it does; `stopping.PID` while it ends
 *     instances/ID/pending        not live yet
 *     live                        link to the live instance
 */

/** Prints a line an instance: ID, whether it runs, whether it is pending, whether it is live, port, release. */
export const INSPECT = `
cd "$1" 2>/dev/null || exit 0
live=$(readlink live || true)
for each in instances/*/; do
  each=\${each%/}
  [ -f "$each/release.json" ] || continue
  pid=$(cat "$each/pid" 2>/dev/null || true)
  runs=false pending=false isLive=false
  if [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null; then runs=true; fi
  if [ -f "$each/pending" ]; then pending=true; fi
  if [ "$live" = "$each" ]; then isLive=true; fi
  port=$(cat "$each/port" 2>/dev/null || echo 0)
  printf '{"id":"%s","runs":%s,"pending":%s,"live":%s,"port":"%s","of":%s}\\n' \\
    "\${each#instances/}" "$runs" "$pending" "$isLive" "$port" "$(cat "$each/release.json")"
done
`;

/** $2 instance. Makes its folder. */
export const MAKE = `mkdir -p "$1/instances/$2" && : >"$1/instances/$2/pending"`;

/** $2 instance, $3 program, $4 its file. Starts it unless it runs. */
export const START = `
cd "$1/instances/$2" || exit 1
setsid "$3" "$4" "$PWD" </dev/null >>log 2>&1 &
`;

/** $2 instance. Ends it, after what it has in flight; another may be there in its place by then. */
export const STOP = `
if cd "$1/instances/$2" 2>/dev/null && pid=$(cat pid 2>/dev/null); then
  kill -TERM "$pid" 2>/dev/null || true
  i=0
  while { [ -e "stopping.$pid" ] || [ "$(cat pid 2>/dev/null)" = "$pid" ]; } &&
    kill -0 "$pid" 2>/dev/null && [ "$i" -lt 400 ]; do
    i=$((i + 1))
    sleep 0.01
  done
  if [ "$(cat pid 2>/dev/null)" = "$pid" ]; then rm -f pid; fi
fi
true
`;

/** $2 instance. Ends it and removes all of it. */
export const REMOVE = `${STOP}
cd / && rm -rf "$1/instances/$2"
`;

/** $2 instance. Forgets its port: it never was there. */
export const FORGET = `rm -f "$1/instances/$2/port"`;

/** $2 instance, or nothing for none. Gives it the application's name. */
export const MAKE_LIVE = `
cd "$1" || exit 1
if [ -z "$2" ]; then rm -f live; exit 0; fi
rm -f "instances/$2/pending"
ln -s "instances/$2" "live.$$" && mv -T "live.$$" live
`;

/** $2 instance. Takes the application's name back from it. */
export const MAKE_PENDING = `: >"$1/instances/$2/pending"`;
