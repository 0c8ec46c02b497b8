import { createHash } from 'node:crypto';
import type { Application } from '../config/model';
import type { DockerApplication, ImageOrigin } from '../targets/docker/model';
import { canonicalJson } from '../util/json';

export type ImageApplication = Extract<Application, { kind: 'image' }>;

/** What the Docker target needs of an application of the configuration. */
export function dockerApplication(application: ImageApplication, origin: ImageOrigin): DockerApplication {
  const { image, health, smoke, warmup, run } = application;
  return {
    image,
    origin,
    ...(health && {
      health: { path: health.path, timeoutMs: health.timeout, ...(health.json && { json: health.json }) },
    }),
    smoke: smoke.map(({ get, status, contains }) => ({
      get,
      status,
      ...(contains !== undefined && { contains }),
    })),
    ...(warmup && { warmup }),
    run: {
      network: run.network,
      volumes: run.volumes,
      env: run.env,
      restart: run.restart,
      ...(run.port && { port: run.port }),
      ...(run.memory !== undefined && { memory: run.memory }),
    },
  };
}

/** Digest of what the configuration says about running an application; secrets stand there by name only. */
export function configurationDigest({ image, run }: ImageApplication, environment: string): string {
  return createHash('sha256').update(canonicalJson({ image, run, environment })).digest('hex').slice(0, 16);
}
