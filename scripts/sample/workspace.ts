import { cp, mkdtemp, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Jdk } from '../support/jdk';
import { root } from '../support/paths';
import { run } from '../support/run';

/** A compiled copy of `samples/hello` in a folder of its own, so that edits leave the checkout alone. */
export interface SampleWorkspace {
  readonly dir: string;
  readonly classes: string;
  /** `Greeting.java`, whose text shows in the answer of `/`. */
  readonly greeting: string;
  remove(): Promise<void>;
}

/** Copies the sample and compiles it as Maven would. */
export async function createSampleWorkspace(jdk: Jdk): Promise<SampleWorkspace> {
  // Real path: macOS's temporary folder is behind a link, and watchers report the real one.
  const parent = await realpath(await mkdtemp(path.join(os.tmpdir(), 'swapdeck-hello-')));
  const dir = path.join(parent, 'hello');
  await cp(path.join(root, 'samples', 'hello'), dir, { recursive: true });
  const classes = path.join(dir, 'target', 'classes');
  await rm(path.join(dir, 'target'), { recursive: true, force: true });
  await compileSources(jdk, path.join(dir, 'src', 'main', 'java'), classes);
  return {
    dir,
    classes,
    greeting: path.join(dir, 'src', 'main', 'java', 'hello', 'greeting', 'Greeting.java'),
    remove: () => rm(parent, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/** Compiles every source below a folder with the flags that Maven passes. */
export async function compileSources(jdk: Jdk, sources: string, classes: string): Promise<void> {
  const files = (await readdir(sources, { recursive: true })).filter((file) => file.endsWith('.java'));
  const flags = ['-g', '-parameters', '--release', '17', '-encoding', 'UTF-8', '-d', classes];
  await run(jdk.javac, [...flags, ...files.map((file) => path.join(sources, file))]);
}

/** Writes the `swapdeck.yaml` that says where the sample's JVM is. */
export async function writeConfiguration(workspace: SampleWorkspace, jdwpPort: number): Promise<void> {
  await writeFile(
    path.join(workspace.dir, 'swapdeck.yaml'),
    `applications:
  hello:
    classes: [target/classes]
    sources: [src/main/java]

environments:
  dev:
    jvms:
      hello-local: { jdwp: "localhost:${jdwpPort}", application: hello }
`,
  );
}
