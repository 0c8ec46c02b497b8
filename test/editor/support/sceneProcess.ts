import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { checkout } from './deployScene';
import { workspace } from './sample';

/** A scene that a process of its own keeps up: each line it is told is answered by one. */
export interface SceneProcess<S> {
  readonly scene: S;
  readonly tell: (value: unknown) => Promise<unknown>;
  readonly close: () => Promise<void>;
}

/** Starts `test/lab/NAME.ts` for the window's folder; resolves once it has said where its scene is. */
export async function startSceneProcess<S>(name: string): Promise<SceneProcess<S>> {
  const root = checkout();
  const program = path.join(root, 'test', 'lab', `${name}.ts`);
  const child = spawn(process.execPath, ['--import', 'tsx', program, workspace().dir], {
    cwd: root,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const lines: AsyncIterator<string> = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<unknown> => {
    const line = await lines.next();
    if (line.done) throw new Error(`${name} ended`);
    return JSON.parse(line.value);
  };
  return {
    scene: (await next()) as S,
    tell: (value) => {
      child.stdin.write(`${JSON.stringify(value)}\n`);
      return next();
    },
    close: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
