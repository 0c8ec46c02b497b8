import { literal } from '../../contracts/deployCall';
import type { TargetRequest } from '../../contracts/deployTarget';
import type { JsonObject } from '../../util/json';
import { callText } from './callText';
import { PORT_LABEL, toLabels } from './labels';
import type { DockerApplication } from './model';
import { names, reference } from './naming';

/** Whether an application shares the network of its host, and so binds a port of it by itself. */
export function isOnHostNetwork({ run }: DockerApplication): boolean {
  return run.network === 'host';
}

/**
 * The body of `POST /containers/create`. The port of the host is `${HOST.port}`, chosen before, and stays the same when
 * the engine or the machine starts again. On the host's network the application is told to listen on it; elsewhere
 * it listens on the first one and the engine publishes that.
 */
export function containerSpec(
  host: string,
  application: DockerApplication,
  { planId, environment, release, application: name }: TargetRequest,
): JsonObject {
  const { run } = application;
  const { port } = run;
  const onHost = isOnHostNetwork(application);
  const inside = port && `${port.from}/tcp`;
  const chosen = `\${${host}.port}`;
  const env = Object.entries(run.env).map(
    ([key, value]) => `${key}=${callText(value, environment, release)}`,
  );
  return {
    Image: reference(application.image, release),
    Env: [...env, ...(port ? [`${port.env}=${onHost ? chosen : port.from}`] : [])],
    Labels: {
      ...literals(toLabels(release, { environment, plan: planId, instance: names.retired(name, planId) })),
      ...(port && { [PORT_LABEL]: chosen }),
    },
    ...(inside && !onHost && { ExposedPorts: { [inside]: {} } }),
    HostConfig: {
      NetworkMode: run.network,
      Binds: run.volumes.map((volume) => callText(volume, environment, release)),
      RestartPolicy: restartPolicy(run.restart),
      ...(run.memory !== undefined && { Memory: run.memory, MemorySwap: run.memory }),
      ...(inside &&
        !onHost && {
          PortBindings: { [inside]: [{ HostPort: chosen }] },
        }),
    },
  };
}

function restartPolicy(text: string): JsonObject {
  const [Name = 'no', times] = text.split(':');
  return { Name, ...(times !== undefined && { MaximumRetryCount: Number(times) }) };
}

function literals(texts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, literal(text)]));
}
