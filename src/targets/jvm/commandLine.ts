/** Options of the `java` launcher whose value is the next argument. Man page of `java`, JDK 8 to 25. */
const withValue = new Set([
  '-cp',
  '-classpath',
  '--class-path',
  '-p',
  '--module-path',
  '--upgrade-module-path',
  '--add-modules',
  '--add-reads',
  '--add-exports',
  '--add-opens',
  '--limit-modules',
  '--patch-module',
  '--enable-native-access',
  '--source',
  '-d',
  '--describe-module',
]);

/** A `java` command line, taken apart. */
export interface JavaCommand {
  /** Options of the JVM, without the program's own arguments. */
  readonly options: readonly string[];
  /** The main class, `module/class`, or the jar's path; empty when the line names none. */
  readonly main: string;
}

/** Takes an argument vector apart; undefined when its executable isn't a Java launcher. */
export function parseJavaCommand(argv: readonly string[]): JavaCommand | undefined {
  const [executable, ...args] = argv;
  if (executable === undefined || !isJavaLauncher(executable)) return undefined;
  const options: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (arg === '-jar' || arg === '-m' || arg === '--module') return { options, main: args[i + 1] ?? '' };
    if (arg.startsWith('--module=')) return { options, main: arg.slice('--module='.length) };
    if (withValue.has(arg)) i++;
    else if (arg.startsWith('-')) options.push(arg);
    else return { options, main: arg };
  }
  return { options, main: '' };
}

export function isJavaLauncher(executable: string): boolean {
  return /(?:^|[/\\])javaw?(?:\.exe)?$/i.test(executable);
}

/**
 * Splits a Windows command line as the C runtime does: blanks separate, double quotes group, a run of
 * backslashes counts double before a quote only.
 */
export function splitWindowsCommandLine(line: string): string[] {
  const args: string[] = [];
  let current: string | undefined;
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    const char = line[i]!;
    if (char === '\\') {
      const run = /^\\+/.exec(line.slice(i))![0].length;
      const beforeQuote = line[i + run] === '"';
      const literal = beforeQuote ? Math.floor(run / 2) : run;
      current = (current ?? '') + '\\'.repeat(literal);
      i += run - 1;
      if (beforeQuote && run % 2 === 1) {
        current += '"';
        i++;
      }
    } else if (char === '"') {
      quoted = !quoted;
      current ??= '';
    } else if (!quoted && (char === ' ' || char === '\t')) {
      if (current !== undefined) args.push(current);
      current = undefined;
    } else current = (current ?? '') + char;
  }
  if (current !== undefined) args.push(current);
  return args;
}

/**
 * Splits a command line printed without quoting (`ps`): exact only where no argument has a blank, which is
 * good enough to find a JVM's agent option. The executable may have blanks (`/Applications/My IDE/bin/java`).
 */
export function splitPlainCommandLine(line: string): string[] {
  const executable = /^.*?(?:^|\/)java(?=\s|$)/.exec(line)?.[0];
  if (executable === undefined) return line.split(/\s+/);
  const rest = line.slice(executable.length).trim();
  return rest === '' ? [executable] : [executable, ...rest.split(/\s+/)];
}

/** Splits the text of `JAVA_TOOL_OPTIONS` or of an `@argfile`: blanks separate, either quote groups. */
export function splitOptionText(text: string): string[] {
  return [...text.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)].map((match) => match[0].replace(/["']/g, ''));
}
