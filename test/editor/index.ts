import path from 'node:path';
import { readdirSync } from 'node:fs';
import Mocha from 'mocha';
import Reporter from '../../scripts/test/reporter';

/** Entry of the tests that run inside VS Code: called by the extension host, rejects when a test failed. */
export async function run(): Promise<void> {
  process.setSourceMapsEnabled(true);
  const grep = process.env.SWAPDECK_GREP;
  const mocha = new Mocha({
    ui: 'bdd',
    timeout: 60_000,
    color: true,
    reporter: Reporter,
  });
  if (grep) mocha.grep(grep);
  const files = readdirSync(__dirname, { recursive: true, encoding: 'utf8' });
  for (const file of files.filter((name) => name.endsWith('.test.js')).sort()) {
    mocha.addFile(path.join(__dirname, file));
  }
  const failures = await new Promise<number>((resolve) => mocha.run(resolve));
  if (failures > 0) throw new Error(`${failures} failed`);
}
