import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { findSshPrograms } from '../../test/lab/ssh/install';
import { SshLab } from '../../test/lab/ssh/lab';
import { ensureJdk, type Jdk } from '../support/jdk';
import { startService, type Service } from './service';
import { createSampleWorkspace, type SampleWorkspace } from './workspace';

/** What `swapdeck.yaml` and the SSH configuration call the machine of the replicas. */
const hostName = 'replicas';

/** The sample as replicas on a machine that is reached over SSH (this one, by an sshd of our own). */
export interface Replicas {
  readonly jdk: Jdk;
  readonly workspace: SampleWorkspace;
  readonly services: readonly Service[];
  /** The names of their JVMs in `swapdeck.yaml`. */
  readonly names: readonly string[];
  /** A home folder whose SSH configuration, key and known_hosts lead to the machine. */
  readonly home: string;
  close(): Promise<void>;
}

/**
 * Starts replicas from jars of their own, so that they see nothing of what is compiled, and an SSH server on loopback
 * with keys that are thrown away. Rejects where OpenSSH can't be had.
 */
export async function startReplicas(count: number): Promise<Replicas> {
  const programs = await findSshPrograms();
  if (typeof programs === 'string') throw new Error(`No replicas behind SSH here: ${programs}.`);
  const jdk = await ensureJdk();
  const ends: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    const workspace = await createSampleWorkspace(jdk);
    ends.push(() => workspace.remove());
    const services: Service[] = [];
    for (let i = 0; i < count; i++) {
      const service = await startService(jdk, workspace, { fromJar: true });
      ends.push(() => service.close());
      services.push(service);
    }
    const lab = await SshLab.create(programs);
    ends.push(() => lab.close());
    await startServer(lab);
    const names = services.map((_, i) => `hello-${i + 1}`);
    await writeConfiguration(workspace, names, services);
    return { jdk, workspace, services, names, home: lab.home, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** An sshd that lets one key in, and a home folder that knows it. */
async function startServer(lab: SshLab): Promise<void> {
  const key = await lab.key('ed25519');
  await lab.authorize(key);
  const { port, hostKey } = await lab.server();
  await lab.know(`[127.0.0.1]:${port} ${hostKey.publicLine}`);
  await lab.configure(
    [
      `Host ${hostName}`,
      '  HostName 127.0.0.1',
      `  Port ${port}`,
      `  User ${lab.user}`,
      `  IdentityFile ${key.file}`,
      '  IdentitiesOnly yes',
      '',
    ].join('\n'),
  );
}

async function writeConfiguration(
  { dir }: SampleWorkspace,
  names: readonly string[],
  services: readonly Service[],
): Promise<void> {
  const jvms = services.map(
    ({ ports }, i) =>
      `      ${names[i]}: { jdwp: "127.0.0.1:${ports.jdwp}", through: ${hostName}, application: hello }\n`,
  );
  await writeFile(
    path.join(dir, 'swapdeck.yaml'),
    `applications:
  hello:
    classes: [target/classes]
    sources: [src/main/java]

hosts:
  ${hostName}: { ssh: ${hostName} }

environments:
  staging:
    jvms:
${jvms.join('')}`,
  );
}
