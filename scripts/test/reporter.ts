import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Mocha from 'mocha';
import type { Results } from './results';

/** A test or suite on which `skip()` of test/support/skip.ts left its reason. */
interface Skippable {
  readonly skipReason?: string;
  readonly parent?: Skippable | undefined;
}

function reasonOf(test: Skippable): string {
  for (let item: Skippable | undefined = test; item; item = item.parent) {
    if (item.skipReason !== undefined) return item.skipReason;
  }
  return 'no reason given';
}

/** Mocha's usual output, and the results in the file that `SWAPDECK_RESULTS` names. */
class Reporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const skipped: { title: string; reason: string }[] = [];
    runner.on('pending', (test) => {
      skipped.push({ title: test.fullTitle(), reason: reasonOf(test) });
    });
    const failed: string[] = [];
    runner.on('fail', (test, error: Error) => {
      failed.push(`${test.fullTitle()}: ${error.message.split('\n')[0] ?? ''}`);
    });
    runner.once('end', () => {
      const file = process.env.SWAPDECK_RESULTS;
      if (!file) return;
      const results: Results = { passed: this.stats.passes, failed, skipped };
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, JSON.stringify(results));
    });
  }
}

// As a module that is the class: mocha requires it by its path.
export = Reporter;
