import { ensureJdk, type Jdk } from '../support/jdk';
import { startService, type Service } from './service';
import { createSampleWorkspace, writeConfiguration, type SampleWorkspace } from './workspace';

/** The sample as a person tries it: a compiled copy of its own, running, and named in its `swapdeck.yaml`. */
export interface Sample {
  readonly jdk: Jdk;
  readonly workspace: SampleWorkspace;
  /** The service that runs now, or ran last. */
  readonly service: Service;
  /** Ends the service as a crash would. */
  stop(): Promise<void>;
  /** Starts the service again on the same ports, with the classes as they were compiled last. */
  restart(): Promise<void>;
  /** Ends the service and removes the copy. */
  close(): Promise<void>;
}

/** Compiles a copy of the sample, starts it on free ports and writes its configuration. */
export async function startSample(): Promise<Sample> {
  const jdk = await ensureJdk();
  const workspace = await createSampleWorkspace(jdk);
  try {
    let service = await startService(jdk, workspace);
    await writeConfiguration(workspace, service.ports.jdwp);
    return {
      jdk,
      workspace,
      get service() {
        return service;
      },
      stop: () => service.close(),
      restart: async () => {
        await service.close();
        service = await startService(jdk, workspace, { ports: service.ports });
      },
      close: async () => {
        await service.close();
        await workspace.remove();
      },
    };
  } catch (error) {
    await workspace.remove();
    throw error;
  }
}
