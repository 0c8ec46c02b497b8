import type { Endpoint } from '../contracts/channel';
import type { JvmTarget } from '../hotswap/model';
import { examples, ExitCode, group, type Context, type Register } from './command';
import { formatJvmAddress, jvmNotation, jvmNotationHelp } from './jvmAddress';

/** `swapdeck jvm list` and `swapdeck jvm info`: which JVMs are there, and what one says of itself. */
export const registerJvm: Register = (program, action) => {
  const jvm = group(program, 'jvm', 'find JVMs that listen for a debugger');
  jvm
    .command('list')
    .description('list the JVMs of this machine that were started with a debug port')
    .addHelpText('after', examples('jvm list', 'jvm list --json'))
    .action(action((context) => list(context)));
  jvm
    .command('info')
    .description('connect to a JVM, tell its version and number of classes, and detach')
    .argument(jvmNotation, jvmNotationHelp)
    .addHelpText('after', examples('jvm info localhost:5005', 'jvm info dev/shop'))
    .action(action((context, name: string) => info(context, name)));
};

async function list({ output, signal }: Context): Promise<ExitCode> {
  const [{ listLocalJvms }, { table }] = await Promise.all([
    import('../targets/jvm/discover'),
    import('./output'),
  ]);
  const jvms = await listLocalJvms(undefined, signal);
  if (jvms.length === 0) output.line('No JVM of this machine listens for a debugger.');
  else {
    const address = (endpoint: Endpoint | undefined): string =>
      endpoint ? formatJvmAddress(endpoint) : 'unknown';
    const rows = jvms.map(({ pid, endpoint, state, exposed, main }) => {
      return [String(pid), address(endpoint), exposed ? `${state}, open to other machines` : state, main];
    });
    for (const row of table([['PID', 'JVM', 'STATE', 'MAIN'], ...rows])) output.line(row);
  }
  output.result({
    jvms: jvms.map(({ endpoint, ...jvm }) => ({
      ...(endpoint ? { jvm: formatJvmAddress(endpoint) } : {}),
      ...jvm,
    })),
  });
  return ExitCode.done;
}

async function info(context: Context, name: string): Promise<ExitCode> {
  const { openTargets } = await import('./jvmTargets');
  const jvms = await openTargets([name], context);
  try {
    return await infoOf(jvms.targets[0]!, context);
  } finally {
    jvms.dispose();
  }
}

async function infoOf(target: JvmTarget, { output, signal }: Context): Promise<ExitCode> {
  const { readJvmInfo } = await import('./jvmInfo');
  const jvm = target.id;
  const read = await readJvmInfo(target, output.log, signal);
  if ('failure' in read) {
    output.failure(read.failure);
    const { title, detail, next } = read.failure;
    const steps = next.map((step) => step.title);
    output.result({ jvm, error: { reason: read.reason, message: title, detail, next: steps } });
    return ExitCode.failed;
  }
  const { version, vmName, loadedClasses, suspendedAtStart, exposed, classPath } = read;
  output.line(`${jvm}  Java ${version}  ${vmName}`);
  output.line(`  ${loadedClasses} classes loaded`);
  if (suspendedAtStart) output.line('  waited for a debugger (suspend=y); runs on now');
  if (exposed) output.line('  the debug port is open to other machines; JDWP asks nobody for a password');
  for (const entry of classPath) output.line(`  ${entry}`);
  output.result({ jvm, ...read });
  return ExitCode.done;
}
