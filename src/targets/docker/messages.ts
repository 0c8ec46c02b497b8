import * as z from 'zod';
import type { Answer } from '../../contracts/deployCall';
import type { JsonObject } from '../../util/json';

/** A line of what an engine reports while it builds, loads, pulls or pushes; it does so with a status of 200. */
const line = z.object({
  stream: z.string().optional(),
  status: z.string().optional(),
  error: z.string().optional(),
  errorDetail: z.object({ message: z.string().optional() }).optional(),
  aux: z.object({ ID: z.string().optional() }).optional(),
});

/** How work of an engine ended, from the lines it reported. */
export interface WorkReport extends JsonObject {
  readonly ok: boolean;
  /** What went wrong, in the engine's words; empty when nothing did. */
  readonly error: string;
  /** The image that was built; empty when there is none. */
  readonly image: string;
  /** What it said, without progress bars: the last lines. */
  readonly said: string;
}

const LINES_KEPT = 60;

/** Parses a body of JSON lines. Lines that are something else count as said. */
export function readWork(answer: Answer): WorkReport {
  const body = typeof answer.body === 'string' ? answer.body : '';
  const said: string[] = [];
  let error = '';
  let image = '';
  for (const text of body.split('\n')) {
    if (text.trim() === '') continue;
    const parsed = line.safeParse(tryJson(text));
    if (!parsed.success) {
      said.push(text);
      continue;
    }
    const { stream, status, errorDetail, aux } = parsed.data;
    error = errorDetail?.message ?? parsed.data.error ?? error;
    image = aux?.ID ?? image;
    const words = (stream ?? status ?? '').trim();
    if (words !== '') said.push(words);
  }
  return { ok: error === '', error, image, said: said.slice(-LINES_KEPT).join('\n') };
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
