import { stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Driver } from '../host/driver';
import type { Sample } from '../sample/sample';
import type { Service } from '../sample/service';

/** What is changed in `Greeting.java`, and what the service answers then. */
export interface Edit {
  /** The line to replace, from 1, and its new text. */
  readonly line: number;
  readonly text: string;
  readonly answer: string;
}

/** Parts of the way from Ctrl+S to a new answer, in milliseconds. */
export interface Latency {
  /** From the key to the written file. */
  readonly save: number;
  /** What the extension tells of its own parts, by name: compile, detect, compare, send, verify. */
  readonly parts: Readonly<Record<string, number>>;
  /** From the key to the answer. */
  readonly total: number;
}

/** The line of `Greeting.java` that makes the answer of `/`. */
export const welcomeLine = 9;

/** The edit that makes the service say something else. */
export function say(answer: string): Edit {
  return { line: welcomeLine, text: `        return "${answer}";`, answer };
}

/** Changes a line as a person does, saves, and asks the service until its answer is new. */
export async function editAndSave(driver: Driver, sample: Sample, edit: Edit): Promise<Latency> {
  await driver.openFile('Greeting.java', edit.line);
  await driver.replaceLine(edit.text);
  const pressedAt = await driver.save();
  await answers(sample, edit.answer);
  const answeredAt = Date.now();
  const { mtimeMs } = await stat(sample.workspace.greeting);
  return {
    save: Math.max(0, mtimeMs - pressedAt),
    parts: await latencyParts(driver),
    total: answeredAt - pressedAt,
  };
}

/** Waits until the service gives that answer; rejects with the one it gives instead. */
export async function answers(sample: Sample, expected: string, limitMs?: number): Promise<void> {
  return becomes(sample.service, expected, limitMs);
}

/** The same of one service. The first save finds a cold compiler, maybe on a machine with more to do. */
export async function becomes(
  service: Pick<Service, 'get'>,
  expected: string,
  limitMs = 60_000,
): Promise<void> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const answer = await service.get();
    if (answer === expected) return;
    if (Date.now() > deadline) {
      throw new Error(`The service still answers '${answer}' and not '${expected}' after ${limitMs} ms.`);
    }
    await delay(2);
  }
}

/** The parts of the last swap, read off the status bar's tooltip. */
export async function latencyParts(driver: Driver): Promise<Record<string, number>> {
  const item = driver.statusItem(/\d+ class/);
  await item.waitFor();
  const text = await driver.tooltip(item);
  const parts = [...text.matchAll(/^\s*(compile|detect|compare|send|verify) ([\d.]+) ms$/gm)];
  return Object.fromEntries(parts.map(([, name, ms]) => [name!, Number(ms)]));
}
