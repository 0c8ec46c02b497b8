import { parseArgs } from 'node:util';
import path from 'node:path';
import { root } from '../support/paths';
import { run } from '../support/run';
import { suites } from './suites';

const usage = `npm test [-- [suite ...] [--grep TEXT]]    suites: ${Object.keys(suites).join(', ')}`;

/** Runs the chosen suites and sums them up; resolves to the exit code. */
async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { grep: { type: 'string' }, help: { type: 'boolean' } },
  });
  const names = positionals.length > 0 ? positionals : Object.keys(suites);
  if (values.help || names.some((name) => !(name in suites))) {
    console.log(usage);
    return values.help ? 0 : 1;
  }
  if (names.includes('editor') || names.includes('ui')) {
    await run(process.execPath, [path.join(root, 'scripts', 'build.mjs')], { show: true });
  }

  let passed = 0;
  const failed: string[] = [];
  const skipped: string[] = [];
  for (const [name, suite] of Object.entries(suites).filter(([key]) => names.includes(key))) {
    const started = Date.now();
    console.log(`\n== ${suite.title}`);
    const results = await suite.run(values.grep === undefined ? {} : { grep: values.grep });
    passed += results.passed;
    for (const title of results.failed) failed.push(`${name}: ${title}`);
    for (const { title, reason } of results.skipped) skipped.push(`${name}: ${title}: ${reason}`);
    console.log(`== ${suite.title}: ${Math.round((Date.now() - started) / 1000)} s`);
  }

  if (failed.length > 0) console.log(`\nFailed:\n${failed.map((line) => `  - ${line}`).join('\n')}`);
  if (skipped.length > 0) console.log(`\nSkipped:\n${skipped.map((line) => `  - ${line}`).join('\n')}`);
  const mayNotSkip = process.env.CI === 'true' && skipped.length > 0;
  if (mayNotSkip) console.log('In continuous integration a skipped test is a failure.');
  console.log(`\n${passed} passed, ${failed.length} failed, ${skipped.length} skipped`);
  return failed.length > 0 || mayNotSkip ? 1 : 0;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    console.log('\n0 passed, 1 failed, 0 skipped');
    process.exit(1);
  },
);
