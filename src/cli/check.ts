import { stat } from 'node:fs/promises';
import * as path from 'node:path';
import { ConfigError } from '../config/errors';
import { CONFIG_FILE, findConfig, readConfigText } from '../config/find';
import type { Problem } from '../config/problems';
import { describeFix, describeProblem } from '../messages/config';
import { examples, ExitCode, type Context, type Register } from './command';

/** `swapdeck check [FILE]`: whether `swapdeck.yaml` is right. */
export const registerCheck: Register = (program, action) => {
  program
    .command('check')
    .description('check swapdeck.yaml and show every problem with its place')
    .argument('[file]', 'the file, or its folder; else the nearest swapdeck.yaml from here upward')
    .addHelpText('after', examples('check', 'check ../shop/swapdeck.yaml', 'check --json'))
    .action(action((context, file: string | undefined) => check(context, file)));
};

async function check({ output, cwd }: Context, given: string | undefined): Promise<ExitCode> {
  const file = await chosenFile(cwd, given);
  const text = await readConfigText(file);
  const { parseConfig } = await import('../config/parse');
  const { problems } = await parseConfig(text);

  const shown = shownPath(cwd, file);
  for (const problem of problems) {
    const { line, column } = problem.range.start;
    output.line(`${shown}:${line}:${column}: ${problem.severity}: ${describeProblem(problem)}`);
    if (problem.fix) output.line(`  -> ${describeFix(problem.fix)}`);
  }
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  output.line(
    errors === 0 ? `${shown} is valid.` : `${shown}: ${errors} ${errors === 1 ? 'error' : 'errors'}.`,
  );
  output.result({ file, problems: problems.map(toJson) });
  return errors === 0 ? ExitCode.done : ExitCode.failed;
}

/** Rejects with `ConfigError` `notFound`. */
async function chosenFile(cwd: string, given: string | undefined): Promise<string> {
  if (given === undefined) {
    const found = await findConfig(cwd);
    if (found !== undefined) return found;
    throw new ConfigError('notFound', `no ${CONFIG_FILE} from ${cwd} upward`, { directory: cwd });
  }
  const file = path.resolve(cwd, given);
  const isFolder = await stat(file).then(
    (found) => found.isDirectory(),
    () => false,
  );
  return isFolder ? path.join(file, CONFIG_FILE) : file;
}

/** As short as a person would write it. */
function shownPath(cwd: string, file: string): string {
  const relative = path.relative(cwd, file);
  return relative.startsWith('..') || path.isAbsolute(relative) ? file : relative;
}

function toJson(problem: Problem) {
  const { start, end } = problem.range;
  return {
    line: start.line,
    column: start.column,
    endLine: end.line,
    endColumn: end.column,
    severity: problem.severity,
    reason: problem.reason,
    message: describeProblem(problem),
    ...(problem.fix && { fix: { title: describeFix(problem.fix), replacement: problem.fix.replacement } }),
  };
}
