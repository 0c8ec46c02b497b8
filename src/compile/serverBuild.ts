import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { promises as fs } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { throwIfAborted } from '../util/async';
import { AbortedError, systemCode } from '../util/errors';
import { noteUsed } from '../util/removeUnused';
import { CompileError } from './errors';
import { javaEnvironment } from './javaProcess';
import { toolPath, type Jdk } from './jdks';
import { removeOldCopies } from './oldCopies';

const run = promisify(execFile);

/**
 * Compiles the compiler process's own Java source with the JDK that will run it, once: the result is kept in
 * `cacheDirectory` under a name made of the source's hash and the JDK's version, and is only ever there whole.
 * Returns the folder to put on the class path. Throws `CompileError` (`noCompiler`, `start`).
 */
export async function buildServer(
  jdk: Jdk,
  sourceDirectory: string,
  cacheDirectory: string,
  signal?: AbortSignal,
): Promise<string> {
  if (!jdk.hasCompiler)
    throw new CompileError('noCompiler', `no javac in ${jdk.home}`, { home: jdk.home, version: jdk.version });
  try {
    const { files, hash } = await serverSource(sourceDirectory);
    const target = path.join(cacheDirectory, `compile-server-${jdk.version}-${hash}`);
    if (await noteUsed(target, Date.now())) return target;
    throwIfAborted(signal, 'start the compiler');
    await fs.mkdir(cacheDirectory, { recursive: true });
    const draft = `${target}.${randomUUID()}`;
    try {
      await fs.mkdir(draft);
      const options = ['-nowarn', '-proc:none', '-encoding', 'UTF-8', '-d', draft];
      await run(toolPath(jdk.home, 'javac'), [...options, ...files], {
        env: javaEnvironment(),
        windowsHide: true,
        ...(signal && { signal }),
      });
      await fs.rename(draft, target);
      await removeOldCopies(cacheDirectory, 'compile-server-');
    } catch (error) {
      await fs.rm(draft, { recursive: true, force: true });
      // Another window may have been faster; its result is the same.
      if (!(await exists(target))) throw error;
    }
    return target;
  } catch (error) {
    if (signal?.aborted) throw new AbortedError('start the compiler', error);
    const output = (error as { stderr?: unknown }).stderr;
    throw new CompileError(
      'start',
      `the compiler process could not be built with ${jdk.home}`,
      {
        home: jdk.home,
        version: jdk.version,
        code: systemCode(error),
        ...(typeof output === 'string' && { output: output.slice(0, 4000) }),
      },
      error,
    );
  }
}

async function serverSource(directory: string): Promise<{ files: string[]; hash: string }> {
  const names = (await fs.readdir(directory)).filter((name) => name.endsWith('.java')).sort();
  const files = names.map((name) => path.join(directory, name));
  const hash = createHash('sha256');
  for (const file of files)
    hash
      .update(path.basename(file))
      .update('\0')
      .update(await fs.readFile(file))
      .update('\0');
  return { files, hash: hash.digest('hex').slice(0, 16) };
}

async function exists(file: string): Promise<boolean> {
  return fs.access(file).then(
    () => true,
    () => false,
  );
}
