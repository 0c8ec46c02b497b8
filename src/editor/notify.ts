import { resolve } from 'node:path';
import type { Log } from '../contracts/log';
import type { Message, NextStepId } from '../messages/message';
import { AbortedError, SwapdeckError } from '../util/errors';
import type { PlacedApplication } from './deploy/placed';
import type { Dialogs } from './dialogs';
import { t } from './text';

/** What a next step needs to know of the place it belongs to. */
export interface StepContext {
  /** The JVM in question. */
  readonly jvm?: string;
  /** Does again what failed. */
  readonly retry?: () => unknown;
  /** Offers ways to bring classes live that the JVM does not take. */
  readonly bringLive?: () => unknown;
  /** Does it without the target that can't be reached. */
  readonly goOnWithout?: () => unknown;
  /** The application in its environment that is deployed. */
  readonly deployment?: PlacedApplication;
  /** Opens the receipt of what was done. */
  readonly receipt?: () => unknown;
  /** A WAR for the wrong servlet namespace; absolute. */
  readonly war?: string;
  /** Goes on with the WAR that it was converted to. */
  readonly converted?: (war: string) => unknown;
}

/** Runs a next step; undefined where the editor has nothing to do for it (it is advice then, and no button). */
export type Steps = (id: NextStepId, context: StepContext) => (() => unknown) | undefined;

/** The WAR that an error is about; plans have it relative to the folder of `swapdeck.yaml`. */
function warOf(error: unknown, { deployment }: StepContext): Pick<StepContext, 'war'> {
  const { reason, details } = error instanceof SwapdeckError ? (error as SwapdeckError) : {};
  if (reason !== 'wrongNamespace' || typeof details?.file !== 'string') return {};
  return { war: resolve(deployment?.configuration.folder.uri.fsPath ?? '', details.file) };
}

/** Most buttons of a notification; more would wrap. */
const mostButtons = 3;

/** Tells a person what went wrong, one notification at a time, each with its next steps as buttons. */
export class Notifier {
  readonly #dialogs: Dialogs;
  readonly #steps: Steps;
  readonly #log: Log;
  readonly #open = new Set<string>();

  constructor(dialogs: Dialogs, steps: Steps, log: Log) {
    this.#dialogs = dialogs;
    this.#steps = steps;
    this.#log = log;
  }

  /** An error of some work the person asked for. A cancelled one needs no words. */
  error(error: unknown, context: StepContext = {}): void {
    if (error instanceof AbortedError) return;
    this.#log.error(error instanceof SwapdeckError ? `${error.name} ${error.reason}` : 'unexpected', error);
    const { jvm } = context;
    // Its words for every room are much to read before anything has gone wrong.
    void import('../messages/describe').then(({ describe, describeJvmError }) => {
      const message = jvm === undefined ? describe(error, { t }) : describeJvmError(error, { t, where: jvm });
      this.tell('error', message, { ...warOf(error, context), ...context });
    });
  }

  /** Shows a message unless the same one is on the screen. */
  tell(kind: 'error' | 'warning' | 'info', message: Message, context: StepContext = {}): void {
    const text = message.detail === undefined ? message.title : `${message.title} ${message.detail}`;
    if (this.#open.has(text)) return;
    this.#open.add(text);
    const choices = message.next
      .map(({ id, title }) => ({ title, value: this.#steps(id, context) }))
      .filter(({ value }) => value !== undefined)
      .slice(0, mostButtons);
    void this.#dialogs
      .show(kind, text, choices)
      .then((step) => step?.())
      .then(
        () => undefined,
        (error: unknown) => this.#log.error('the next step failed', error),
      )
      .finally(() => this.#open.delete(text));
  }
}
