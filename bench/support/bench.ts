/** A figure that the benchmark promises; `atLeast` or `atMost` is the promise. */
export interface Claim {
  readonly name: string;
  readonly value: number;
  readonly atLeast?: number;
  readonly atMost?: number;
}

export interface BenchResult {
  readonly claims: readonly Claim[];
  /** Measured besides: no promise hangs on them. */
  readonly figures?: Readonly<Record<string, number>>;
}

/**
 * Runs a benchmark: progress on standard output, the promises that fell short, and as the last line
 * `{"bench":NAME,"holds":BOOLEAN,"figures":{...}}`. Exit code 1 when one fell short or the benchmark failed.
 */
export function runBench(name: string, body: (say: (line: string) => void) => Promise<BenchResult>): void {
  const started = performance.now();
  const say = (line: string): void => {
    console.log(`${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s  ${line}`);
  };
  body(say).then(
    ({ claims, figures = {} }) => {
      const short = claims.filter((claim) => !holds(claim));
      for (const { name: claim, value, atLeast, atMost } of short)
        say(
          `falls short: ${claim} is ${round(value)}, promised ${atLeast === undefined ? `at most ${atMost}` : `at least ${atLeast}`}`,
        );
      const all = { ...figures, ...Object.fromEntries(claims.map((claim) => [claim.name, claim.value])) };
      finish(name, short.length === 0, all);
    },
    (error: unknown) => {
      console.error(error);
      finish(name, false, {});
    },
  );
}

function holds({ value, atLeast = -Infinity, atMost = Infinity }: Claim): boolean {
  return value >= atLeast && value <= atMost;
}

function finish(bench: string, holds: boolean, figures: Readonly<Record<string, number>>): void {
  const rounded = Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, round(value)]));
  console.log(JSON.stringify({ bench, holds, figures: rounded }));
  process.exitCode = holds ? 0 : 1;
}

/** Three significant digits, and whole numbers as they are. */
function round(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(3));
}

/** The value below which the share `q` (0 to 1) of the values lies. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]!;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Milliseconds that `work` takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
