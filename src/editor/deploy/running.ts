import type { Plan } from '../../contracts/deploy';
import type {
  DeployEvent,
  Direction,
  ProbeReceipt,
  Receipt,
  RecordedFailure,
} from '../../contracts/deployRecord';
import { Emitter } from '../../util/emitter';
import { AbortedError } from '../../util/errors';
import type { PlacedApplication } from './placed';

export type RunningStepState =
  'waiting' | 'running' | 'done' | 'failed' | 'undoing' | 'undone' | 'undoFailed';

/** What is known of a step while its deployment runs, and afterwards for as long as the window is open. */
export interface RunningStep {
  readonly id: string;
  readonly title: string;
  readonly state: RunningStepState;
  /** After the deployment began; absent before. */
  readonly startedMs?: number;
  readonly durationMs?: number;
  readonly failure?: RecordedFailure;
  /** What was asked to explain a failure, such as the end of a log. */
  readonly diagnoses: readonly { readonly note: string; readonly text: string }[];
}

/** How often a transfer is told about, milliseconds. */
const PROGRESS_EVERY_MS = 200;

/** A deployment that this window executes: what its events add up to. */
export class RunningDeployment {
  readonly placed: PlacedApplication;
  readonly plan: Plan;
  readonly how: 'execute' | 'resume' | 'undo';
  readonly startedAt = Date.now();
  readonly #abort = new AbortController();
  readonly #changed = new Emitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly #probed = new Emitter<void>();
  /** Once a second while the probe watches. */
  readonly onDidProbe = this.#probed.event;
  readonly #steps: Map<string, RunningStep>;
  #direction: Direction;
  #current: string | undefined;
  #bytes: { readonly bytes: number; readonly total?: number } | undefined;
  #probe: ProbeReceipt | undefined;
  #receipt: Receipt | undefined;
  #toldAt = 0;

  /** `before`: the states that a resumed deployment goes on from. */
  constructor(
    placed: PlacedApplication,
    plan: Plan,
    how: RunningDeployment['how'],
    before: ReadonlyMap<string, RunningStepState> = new Map(),
  ) {
    this.placed = placed;
    this.plan = plan;
    this.how = how;
    this.#direction = how === 'undo' ? 'undo' : 'do';
    this.#steps = new Map(
      plan.steps.map(({ id, title }) => [
        id,
        { id, title, state: before.get(id) ?? 'waiting', diagnoses: [] },
      ]),
    );
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }
  get steps(): readonly RunningStep[] {
    return [...this.#steps.values()];
  }
  step(id: string): RunningStep | undefined {
    return this.#steps.get(id);
  }
  /** The step that is performed or taken back now, and its place among all, from 1. */
  get current(): { readonly step: RunningStep; readonly number: number } | undefined {
    if (this.#current === undefined) return undefined;
    const number = [...this.#steps.keys()].indexOf(this.#current) + 1;
    return { step: this.#steps.get(this.#current)!, number };
  }
  get direction(): Direction {
    return this.#direction;
  }
  /** Sent so far by the current step, where it sends something large. */
  get bytes(): { readonly bytes: number; readonly total?: number } | undefined {
    return this.#bytes;
  }
  /** What the probe has seen so far. */
  get probe(): ProbeReceipt | undefined {
    return this.#probe;
  }
  /** There once it is over. */
  get receipt(): Receipt | undefined {
    return this.#receipt;
  }

  /** Ends or takes back the running step; then the person is asked. */
  cancel(): void {
    this.#abort.abort(new AbortedError('the deployment'));
    this.#changed.fire();
  }

  receive(event: DeployEvent): void {
    switch (event.kind) {
      case 'turn':
        this.#direction = event.to;
        break;
      case 'stepBegan':
        this.#current = event.step;
        this.#bytes = undefined;
        this.#set(event.step, {
          state: event.direction === 'do' ? 'running' : 'undoing',
          startedMs: Date.now() - this.startedAt,
        });
        break;
      case 'stepEnded': {
        const { step, direction, ok, durationMs, failure } = event;
        const state = direction === 'do' ? (ok ? 'done' : 'failed') : ok ? 'undone' : 'undoFailed';
        this.#bytes = undefined;
        this.#set(step, { state, durationMs, ...(failure && { failure }) });
        break;
      }
      case 'progress': {
        const { bytes, total } = event;
        this.#bytes = { bytes, ...(total !== undefined && { total }) };
        if (Date.now() - this.#toldAt < PROGRESS_EVERY_MS) return;
        this.#toldAt = Date.now();
        break;
      }
      case 'diagnosis': {
        const { step, note, text } = event;
        const diagnoses = [...(this.#steps.get(step)?.diagnoses ?? []), { note, text }];
        this.#set(step, { diagnoses });
        break;
      }
      case 'probe':
        this.#probe = event.so;
        // Rows don't tell of it.
        this.#probed.fire();
        return;
      case 'finished':
        this.#current = undefined;
        this.#receipt = event.receipt;
        break;
      case 'lease':
        break;
    }
    this.#changed.fire();
  }

  #set(id: string, what: Partial<RunningStep>): void {
    const step = this.#steps.get(id);
    if (step) this.#steps.set(id, { ...step, ...what });
  }
}
