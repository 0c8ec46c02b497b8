import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import type { Step } from '../../contracts/deploy';
import {
  literal,
  type Call,
  type HostName,
  type SourceOpener,
  type UploadSource,
} from '../../contracts/deployCall';
import { TomcatError } from './errors';
import { contextName } from './listing';
import type { ContextId, ManagerCalls } from './manager';

export const CLASS_SOURCE = 'tomcat.class';

/** A class that a web application is to run. */
export interface ClassToPut {
  /** Below `WEB-INF/classes`, with slashes: `shop/Cart.class`. */
  readonly path: string;
  /** Absolute, on this machine. */
  readonly file: string;
  /** SHA-256 of the file, 64 hex digits. */
  readonly digest: string;
}

export interface ReloadOptions {
  /** What copies of the old files end with: unique. */
  readonly mark: string;
  readonly tomcat: string;
  /** Where the application's files are. */
  readonly host: HostName;
  /** The folder that it runs from. */
  readonly folder: string;
  readonly classes: readonly ClassToPut[];
  readonly startMs: number;
}

/** `$1`: what copies are called besides. A file that is new is marked, so that it can be told from one not kept yet. */
const KEEP = `s=$1; shift
for f do
  if [ -e "$f$s" ] || [ -e "$f$s.new" ]; then continue; fi
  if [ -e "$f" ]; then cp -p "$f" "$f$s" || exit; else mkdir -p "$(dirname "$f")" && : >"$f$s.new" || exit; fi
done`;
const PUT_BACK = `s=$1; shift
for f do
  if [ -e "$f$s" ]; then mv -f "$f$s" "$f" || exit
  elif [ -e "$f$s.new" ]; then rm -f "$f" && rm -f "$f$s.new" || exit; fi
done`;
const FORGET = 's=$1; shift; for f do rm -f "$f$s" "$f$s.new"; done';

/**
 * Puts classes where a web application runs from, and has it start again with them: as a new version would, but in its
 * place. Undo leads back to the files that were there.
 */
export function reloadSteps(calls: ManagerCalls, id: ContextId, options: ReloadOptions): Step[] {
  const { mark, tomcat, host, folder, classes, startMs } = options;
  const name = contextName(id.path, id.version);
  const pathOf = ({ path }: ClassToPut): string => literal(`${folder}/WEB-INF/classes/${path}`);
  const files = classes.map(pathOf);
  const sh = (script: string): Call[] =>
    files.length === 0
      ? []
      : [{ via: 'command', host, argv: ['sh', '-c', literal(script), 'sh', `.${mark}`, ...files] }];
  const runs: Call = {
    ...calls.list(),
    expect: [
      { path: 'status', is: 'atLeast', value: 100 },
      { path: 'value.running', is: 'contains', value: literal(name) },
    ],
  };
  const common = { on: tomcat, verify: [], undo: [], again: 'repeat' as const };
  const reload: Step = {
    ...common,
    id: `${tomcat}/reload`,
    title: `Reload ${name} with ${classes.length} changed class${classes.length === 1 ? '' : 'es'}`,
    phase: 'route',
    do: [
      ...sh(KEEP),
      ...classes.map((each): Call => ({
        via: 'upload',
        source: { kind: CLASS_SOURCE, file: literal(each.file), digest: each.digest },
        to: { via: 'writeFile', host, path: pathOf(each) },
      })),
      calls.reload(id, startMs),
    ],
    verify: [runs],
    // One that does not start is stopped, and is started then; one that runs is reloaded.
    undo: [...sh(PUT_BACK), calls.tryReload(id, startMs), calls.start(id, startMs), runs],
    again: 'undoFirst',
  };
  if (files.length === 0) return [{ ...reload, undo: [], again: 'repeat' }];
  const forget = {
    id: `${tomcat}/forget`,
    title: 'Remove the copies of the old classes',
    phase: 'prune' as const,
  };
  return [reload, { ...common, ...forget, do: sh(FORGET), final: true }];
}

const classSource = z.object({ file: z.string(), digest: z.string() });

/** Opens `tomcat.class` sources: a class file as it was when the plan was made. */
export const classOpener: SourceOpener = async (source: UploadSource, signal?: AbortSignal) => {
  const { file, digest } = classSource.parse(source);
  const bytes = await readFile(file, { signal });
  if (createHash('sha256').update(bytes).digest('hex') !== digest)
    throw new TomcatError('warChanged', `${file} is not the one that was planned with`, { file });
  return { total: bytes.length, chunks: [bytes] as never };
};
