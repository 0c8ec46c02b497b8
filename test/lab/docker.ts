import { createReadStream } from 'node:fs';
import { THIS_MACHINE, type Answer, type CallOf, type CallProgress } from '../../src/contracts/deployCall';
import type { SshHosts } from '../../src/transport/ssh/hosts';
import { Engines } from '../../src/targets/docker/engine/engines';
import { LocalLink } from '../../src/targets/docker/engine/localLink';
import { SshLink } from '../../src/targets/docker/engine/sshLink';
import { readText } from '../../src/targets/docker/engine/request';
import { imageOpener } from '../../src/targets/docker/image/transfer';
import type { Listen } from '../../src/targets/docker/image/pushRegistry';
import { readWork } from '../../src/targets/docker/messages';
import { enginePerformer } from '../../src/targets/docker/perform';
import type { Lab } from './machines/lab';

/** The engines of a lab: each host's over SSH, and one machine's as that of this machine, through its socket. */
export function labEngines(lab: Lab, hosts: SshHosts, local: string): Engines {
  return new Engines((host) =>
    host === THIS_MACHINE ? localLink(lab, local) : new SshLink(hosts.exec(host), hosts.streams(host)),
  );
}

/** The engine of a machine as `DOCKER_HOST` would name it. */
export function localLink(lab: Lab, machine: string): LocalLink {
  const variables = { DOCKER_HOST: `unix://${lab.machine(machine).engineSocket}` };
  return new LocalLink('this machine', { home: lab.home, platform: process.platform, variables });
}

/** Loads an archive into an engine as `docker load` does. */
export async function load(engines: Engines, host: string, archive: string): Promise<void> {
  const engine = engines.of(host);
  const response = await engine.request({
    method: 'POST',
    path: '/images/load',
    headers: { 'content-type': 'application/x-tar' },
    body: createReadStream(archive),
  });
  const report = readWork({ body: await readText(response, host) });
  if (!report.ok) throw new Error(`${host} does not load ${archive}: ${report.error}`);
}

/** Performs a call to an engine, or the upload of an image to one, as a runner would. */
export async function perform(
  engines: Engines,
  call: CallOf<'engine'> | CallOf<'upload'>,
  progress: (so: CallProgress) => void = () => undefined,
  signal?: AbortSignal,
  listen?: Listen,
): Promise<Answer> {
  const performer = enginePerformer({ engines });
  const context = { progress, ...(signal && { signal }) };
  if (call.via === 'engine') return performer(call, context);
  const upload = await imageOpener(engines, listen)(call.source, signal);
  return performer(call.to as CallOf<'engine'>, context, upload);
}

/** The call that brings an image of this machine to a host. */
export function transferCall(image: string, to: string): CallOf<'upload'> {
  return {
    via: 'upload',
    source: { kind: 'docker.image', image, to },
    to: { via: 'engine', host: to, method: 'POST', path: '/images/load', query: { quiet: '1' } },
  };
}
