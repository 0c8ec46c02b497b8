import { promises as fs } from 'node:fs';
import type { SourceModule } from './layout';
import type { CompilePlan, RunningJvm } from './planner';

/** Keeps a plan for each class root as long as the JVM, the layout and the build files stay what they were. */
export class PlanCache {
  readonly #plans = new Map<string, { readonly key: string; readonly plan: CompilePlan }>();

  async get(module: SourceModule, jvm: RunningJvm | undefined): Promise<CompilePlan | undefined> {
    const known = this.#plans.get(module.classRoot);
    if (!known) return undefined;
    return known.key === (await keyOf(module, jvm, known.plan.buildFiles)) ? known.plan : undefined;
  }

  async set(module: SourceModule, jvm: RunningJvm | undefined, plan: CompilePlan): Promise<void> {
    this.#plans.set(module.classRoot, { key: await keyOf(module, jvm, plan.buildFiles), plan });
  }

  clear(): void {
    this.#plans.clear();
  }
}

async function keyOf(
  { classRoot, sourceRoots }: SourceModule,
  jvm: RunningJvm | undefined,
  buildFiles: readonly string[],
): Promise<string> {
  const stamps = await Promise.all(
    buildFiles.map((file) =>
      fs.stat(file).then(
        ({ mtimeMs, size }) => `${mtimeMs}/${size}`,
        () => 'gone',
      ),
    ),
  );
  return JSON.stringify([classRoot, sourceRoots, jvm ?? null, buildFiles, stamps]);
}
