import { createInterface } from 'node:readline/promises';
import type { Context } from '../command';

/** One line typed at the terminal; undefined where nobody sits, and after Ctrl-C or Ctrl-D. */
export async function ask({ terminal, signal }: Context, prompt: string): Promise<string | undefined> {
  if (!terminal) return undefined;
  const lines = createInterface({ input: terminal.input, output: terminal.output });
  try {
    return await lines.question(prompt, { signal });
  } catch {
    return undefined;
  } finally {
    lines.close();
  }
}

/** Asks as the environment's protection wants it: for its name, or for a yes. */
export async function confirm(
  context: Context,
  environment: string,
  protection: 'none' | 'confirm' | 'type-name',
): Promise<boolean> {
  if (!context.terminal) {
    context.output.note('There is no terminal to ask at: say --yes to go on without a question.');
    return false;
  }
  if (protection === 'type-name')
    return (await ask(context, `Type the name of the environment to go on: `))?.trim() === environment;
  return /^y(?:es)?$/i.test((await ask(context, 'Go on? (yes/no) '))?.trim() ?? '');
}

/** The names of those who approved; nobody where nobody sits. */
export async function askWhoApproved(context: Context, needed: number): Promise<readonly string[]> {
  if (!context.terminal)
    context.output.note('There is no terminal to ask who approved: say --approved-by NAME.');
  const answer = await ask(context, `Who approved (${needed}, with commas between them)? `);
  return (answer ?? '').split(',').flatMap((name) => (name.trim() === '' ? [] : [name.trim()]));
}
