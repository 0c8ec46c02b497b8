import type { ClassState, LoaderInfo } from '../hotswap/model';
import type { Prediction } from '../hotswap/predict';
import type { Note, Reason } from '../hotswap/predict/reasons';
import { describeNote, describeReason, methodNameText } from './predictions';
import type { Translate } from './translate';

/** What would become of one class of one JVM. */
export interface PreviewedClass {
  readonly name: string;
  readonly state: ClassState;
  readonly prediction?: Prediction;
  /** Each class of this name. */
  readonly loaders: readonly LoaderInfo[];
  /** Objects that are alive now, where they were counted. */
  readonly instances?: number;
  /** Methods (`name` + descriptor) on a stack now. */
  readonly onStack: readonly string[];
}

export interface PreviewedJvm {
  readonly name: string;
  /** Where it is: `localhost:5005`. */
  readonly place: string;
  readonly version?: string;
  /** Why nothing could be predicted. */
  readonly error?: string;
  readonly classes: readonly PreviewedClass[];
}

/** A place in a source that a line of the preview names. */
export interface PreviewLink {
  /** Line and columns in the preview, 0 the first. */
  readonly at: { readonly line: number; readonly from: number; readonly to: number };
  readonly className: string;
  /** Line in the source, 1 the first; absent when it isn't known. */
  readonly sourceLine?: number;
}

export interface PreviewText {
  readonly text: string;
  readonly links: readonly PreviewLink[];
}

/** What swapping now would do, as text to read: each JVM, then each class that differs. Nothing was sent. */
export function previewText(jvms: readonly PreviewedJvm[], about: string, t: Translate): PreviewText {
  const page = new Page();
  page.line(t('Swap preview: {0}', about));
  page.line(t('Nothing was sent.'));
  if (jvms.length === 0) page.line('', t('No JVM is attached.'));
  for (const jvm of jvms) {
    page.line('');
    writeJvm(page, jvm, t);
  }
  return page.done();
}

class Page {
  readonly #lines: string[] = [];
  readonly #links: PreviewLink[] = [];

  line(...texts: readonly string[]): void {
    this.#lines.push(...texts);
  }

  /** A line that begins, after `indent` blanks, with the name of a place. */
  linked(indent: number, label: string, rest: string, className: string, sourceLine?: number): void {
    const at = { line: this.#lines.length, from: indent, to: indent + label.length };
    this.#links.push({ at, className, ...(sourceLine === undefined ? {} : { sourceLine }) });
    this.line(`${' '.repeat(indent)}${label}${rest}`);
  }

  done(): PreviewText {
    return { text: `${this.#lines.join('\n')}\n`, links: this.#links };
  }
}

function writeJvm(page: Page, { name, place, version, error, classes }: PreviewedJvm, t: Translate): void {
  page.line(
    [name, ...(place === name ? [] : [place]), ...(version ? [t('Java {0}', version)] : [])].join('  '),
  );
  if (error !== undefined) {
    page.line(`  ${error}`);
    return;
  }
  const count = (test: (each: PreviewedClass) => boolean): number => classes.filter(test).length;
  const counts: readonly [number, string][] = [
    [count(({ prediction }) => prediction?.verdict === 'refuse'), t('refused')],
    [count(({ prediction }) => prediction?.verdict === 'accept'), t('accepted')],
    [count(({ state }) => state === 'unloaded'), t('not loaded yet')],
    [count(({ state }) => state === 'same'), t('the same')],
  ];
  const told = counts.filter(([number]) => number > 0).map(([number, what]) => `${number} ${what}`);
  page.line(`  ${told.length === 0 ? t('No classes.') : told.join(', ')}`);
  const order = ({ prediction }: PreviewedClass): number => (prediction?.verdict === 'refuse' ? 0 : 1);
  for (const each of [...classes].sort((a, b) => order(a) - order(b)))
    if (each.prediction) writeClass(page, each, each.prediction, t);
  writeUnloaded(page, classes, t);
}

function writeClass(page: Page, about: PreviewedClass, prediction: Prediction, t: Translate): void {
  const { name, state, loaders, instances, onStack } = about;
  const { verdict, error, reasons, notes } = prediction;
  page.line('');
  const answer =
    verdict === 'refuse'
      ? t('refused, error {0}', error ?? 0)
      : state === 'debug'
        ? t('accepted, only line numbers and the like changed')
        : t('accepted');
  page.linked(2, name, `  ${verdict === 'refuse' ? '\u2717' : '\u2713'} ${answer}`, name, undefined);
  for (const reason of reasons) writePlace(page, reason, describeReason(reason, t), name);
  // That something can't be read back is of no use to a person.
  for (const note of notes.filter(({ code }) => code !== 'unknown'))
    writePlace(page, note, t('Note: {0}', describeNote(note, t)), name);
  if (onStack.length > 0)
    page.line(`    ${t('On a stack now: {0}', onStack.map(methodNameText).join(', '))}`);
  if (instances !== undefined) page.line(`    ${t('Live instances: {0}', instances)}`);
  if (loaders.length > 1)
    page.line(
      `    ${t('{0} class loaders: {1}', loaders.length, loaders.map((each) => each.name ?? `${each.type} ${each.id}`).join(', '))}`,
    );
}

function writePlace(page: Page, { file, line }: Reason | Note, text: string, className: string): void {
  if (file === undefined || line === undefined) page.line(`    ${text}`);
  else page.linked(4, `${file}:${line}`, `  ${text}`, className, line);
}

/** Longer lists are cut. */
const mostListed = 20;

function writeUnloaded(page: Page, classes: readonly PreviewedClass[], t: Translate): void {
  const names = classes.filter(({ state }) => state === 'unloaded').map(({ name }) => name);
  if (names.length === 0) return;
  page.line('', `  ${t('Not loaded yet, so they will be what was built:')}`);
  for (const name of names.slice(0, mostListed)) page.line(`    ${name}`);
  if (names.length > mostListed) page.line(`    ${t('and {0} more', names.length - mostListed)}`);
}
