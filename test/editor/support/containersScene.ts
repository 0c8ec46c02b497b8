import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { ContainersScene } from '../../lab/containersScene';
import { checkout } from './deployScene';
import { workspace } from './sample';

export interface StartedContainers extends ContainersScene {
  /** Runs a command on the machine behind `web-1`; resolves to what it printed. */
  run(...argv: string[]): Promise<string>;
  close(): Promise<void>;
}

/** Brings a lab with containers up in a process of its own, with a configuration in the window's folder. */
export async function startContainers(): Promise<StartedContainers> {
  const root = checkout();
  const program = path.join(root, 'test', 'lab', 'containersSceneProcess.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', program, workspace().dir], {
    cwd: root,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const lines: AsyncIterator<string> = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<unknown> => {
    const line = await lines.next();
    if (line.done) throw new Error('the lab ended');
    return JSON.parse(line.value);
  };
  const scene = (await next()) as ContainersScene;
  return {
    ...scene,
    run: async (...argv) => {
      child.stdin.write(`${JSON.stringify(argv)}\n`);
      const { code, stdout, stderr } = (await next()) as { code: number; stdout: string; stderr: string };
      if (code !== 0) throw new Error(`${argv.join(' ')}: ${stderr}`);
      return stdout;
    },
    close: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
