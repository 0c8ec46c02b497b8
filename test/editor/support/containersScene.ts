import type { ContainersScene } from '../../lab/containersScene';
import { startSceneProcess } from './sceneProcess';

export interface StartedContainers extends ContainersScene {
  /** Runs a command on the machine behind `web-1`; resolves to what it printed. */
  run(...argv: string[]): Promise<string>;
  close(): Promise<void>;
}

/** Brings a lab with containers up, with a configuration in the window's folder. */
export async function startContainers(): Promise<StartedContainers> {
  const { scene, tell, close } = await startSceneProcess<ContainersScene>('containersSceneProcess');
  return {
    ...scene,
    run: async (...argv) => {
      const { code, stdout, stderr } = (await tell(argv)) as { code: number; stdout: string; stderr: string };
      if (code !== 0) throw new Error(`${argv.join(' ')}: ${stderr}`);
      return stdout;
    },
    close,
  };
}
