import { Planner, type RunningJvm } from '../compile/planner';
import { CompilerService } from '../compile/service';
import { SourceCompiler, type Surroundings } from '../compile/sourceCompiler';
import type { CompiledClass } from '../compile/model';
import type { Log } from '../contracts/log';
import { VirtualMachine } from '../jdwp/commands';
import { classTraits } from './classTraits';
import { compareWithRunning, stateOf } from './compare';
import type { JvmSession } from './model';

export interface SourceCompilerSetup {
  /** The folder with the Java source of the compiler process. */
  readonly serverSources: string;
  readonly cacheDirectory: string;
  /** JDKs known from elsewhere, looked at first. */
  readonly homes: readonly string[];
  readonly log: Log;
}

/** The compiler of saved sources. Dispose the service to end its processes. */
export function createSourceCompiler({ serverSources, cacheDirectory, homes, log }: SourceCompilerSetup): {
  service: CompilerService;
  compiler: SourceCompiler;
} {
  const service = new CompilerService({ serverSources, cacheDirectory, log });
  const planner = new Planner({ cacheDirectory, readTraits: classTraits, log, search: { homes } });
  return { service, compiler: new SourceCompiler({ service, planner, readTraits: classTraits }) };
}

/** What an attached JVM tells of how its classes were compiled. Rejects with `JdwpError`. */
export async function surroundingsOf(session: JvmSession, signal?: AbortSignal): Promise<Surroundings> {
  const jvm = await runningJvm(session, signal);
  return { groups: session.classRoots, ...(jvm && { jvm }) };
}

async function runningJvm(
  { attached, target }: JvmSession,
  signal: AbortSignal | undefined,
): Promise<RunningJvm | undefined> {
  if (!attached) return undefined;
  const { baseDir, classpaths } = await attached.connection.request(
    VirtualMachine.ClassPaths,
    {},
    { signal },
  );
  const javaVersion = attached.info.version;
  // The paths of another machine say nothing here.
  if (target.through !== undefined) return { javaVersion };
  return { javaVersion, classPath: { entries: classpaths, baseDir } };
}

/**
 * Compiles the text that a source had when the running classes were built, and compares the result with what runs:
 * true when one of the JDKs gives the same classes (it is then used), or when nothing of it is loaded yet.
 */
export async function calibrateAgainst(
  compiler: SourceCompiler,
  source: { readonly file: string; readonly text: string },
  session: JvmSession,
  around: Surroundings,
  signal?: AbortSignal,
): Promise<boolean> {
  const { attached } = session;
  if (!attached) return true;
  const { connection, index, known } = attached;
  const same = async (classes: readonly CompiledClass[]): Promise<boolean> => {
    await index.settled(signal);
    const built = classes.map(({ name, bytes }) => ({
      built: { name, bytes, file: source.file, root: '' },
      loaded: index.lookup(name),
    }));
    const compared = await compareWithRunning(connection, known, built, signal);
    return compared.every((each) => stateOf(each) !== 'changed');
  };
  return (await compiler.calibrate(source.file, source.text, around, same, signal)).same;
}
