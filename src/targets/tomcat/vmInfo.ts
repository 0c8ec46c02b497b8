import type { Answer } from '../../contracts/deployCall';
import type { JsonObject } from '../../util/json';
import { jdwpOptionsOf } from '../jvm/jdwpOptions';
import { readDone } from './answers';

/** What `vminfo` tells, as far as it is there: a JVM that hides something leaves it out. */
export interface VmInfo extends JsonObject {
  /** `OpenJDK 64-Bit Server VM`. */
  readonly name: string;
  /** `17.0.15+6`. */
  readonly version: string;
  readonly vendor: string;
  /** `Linux 6.1.0 amd64`. */
  readonly os: string;
  readonly processors: number | null;
  /** Of the last minute, for all processors together; null where the system does not tell. */
  readonly load: number | null;
  /** Milliseconds since the epoch. */
  readonly startedAt: number | null;
  readonly threads: { readonly live: number; readonly peak: number } | null;
  /** Bytes. `max` is null where the heap has no limit. */
  readonly heap: { readonly used: number; readonly max: number | null } | null;
  /** Where its debug port is, as it was started; null without one. */
  readonly debug: { readonly host: string | null; readonly port: number } | null;
  /** The folder of the Tomcat's distribution, on its machine. */
  readonly home: string | null;
}

/**
 * Reads the answer to `vminfo`: paragraphs with a heading in the language of the request, each line `  name: value` in
 * no language, but for the paragraph of the arguments, one a line. Those may hold passwords: only what is said here is
 * taken from them.
 */
export function readVmInfo(answer: Answer): VmInfo {
  const paragraphs = paragraphsOf(readDone(answer).rest);
  const find = (mark: string): Map<string, string> =>
    paragraphs.find((each) => each.has(mark)) ?? new Map<string, string>();
  const runtime = find('vmName');
  const os = find('availableProcessors');
  const threads = find('totalStarted');
  const memory = find('heap used');
  // The arguments come after the threads.
  const given = [...(paragraphs[paragraphs.indexOf(threads) + 1]?.keys() ?? [])];
  const jdwp = jdwpOptionsOf(given);
  const load = numberOf(os.get('systemLoadAverage'));
  const live = numberOf(threads.get('total'));
  const used = numberOf(memory.get('heap used'));
  return {
    name: runtime.get('vmName') ?? '',
    version: runtime.get('vmVersion') ?? '',
    vendor: runtime.get('vmVendor') ?? '',
    os: ['name', 'version', 'architecture'].flatMap((name) => os.get(name) ?? []).join(' '),
    processors: numberOf(os.get('availableProcessors')),
    load: load !== null && load >= 0 ? load : null,
    startedAt: numberOf(runtime.get('startTime')),
    threads: live === null ? null : { live, peak: numberOf(threads.get('peak')) ?? live },
    heap: used === null ? null : { used, max: positive(numberOf(memory.get('heap max'))) },
    // One that waits to be told has no port yet, and one without a number picks another each time.
    debug: jdwp && !jdwp.onDemand && jdwp.port > 0 ? { host: jdwp.host ?? null, port: jdwp.port } : null,
    home: find('catalina.home').get('catalina.home') ?? null,
  };
}

/** Name and value of each indented line; a line without a value is a name alone. */
function paragraphsOf(lines: readonly string[]): Map<string, string>[] {
  const paragraphs: Map<string, string>[] = [new Map<string, string>()];
  for (const line of lines) {
    if (line.trim() === '') paragraphs.push(new Map());
    if (!line.startsWith('  ')) continue;
    const [, name = '', value = ''] = /^ +([^:]*): (.*)$/.exec(line) ?? [];
    const paragraph = paragraphs.at(-1)!;
    // An argument may have a colon anywhere: it is kept whole besides.
    paragraph.set(line.trim(), '');
    if (name !== '' && !paragraph.has(name)) paragraph.set(name, value);
  }
  return paragraphs.filter((each) => each.size > 0);
}

function numberOf(text: string | undefined): number | null {
  const value = text === undefined || text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : null;
}

function positive(value: number | null): number | null {
  return value !== null && value > 0 ? value : null;
}
