import { resolve } from 'node:path';
import { ConfigError } from '../config/errors';
import { secretVariable } from '../config/placeholders';
import type { ValueProviders } from '../config/resolve';
import type { Clock } from '../contracts/clock';
import { CallRunner } from '../deploy/runner';
import { commandPerformer, localPerformer } from '../deploy/performers/command';
import { readFilePerformer, writeFilePerformer } from '../deploy/performers/files';
import { httpPerformer } from '../deploy/performers/http';
import { socketPerformer } from '../deploy/performers/socket';
import { watchPerformer, type Probe } from '../deploy/probe';
import { routerParsers } from '../routers/parsers';
import { CONTEXT_SOURCE, contextOpener } from '../targets/docker/build/context';
import { IMAGE_SOURCE, imageOpener } from '../targets/docker/image/transfer';
import { dockerParsers } from '../targets/docker/parsers';
import { enginePerformer, type FindLogin } from '../targets/docker/perform';
import { LocalExec } from '../transport/localExec';
import type { Places } from './places';

export interface RunnerParts {
  readonly places: Places;
  readonly folder: string;
  readonly providers: ValueProviders;
  readonly clock: Clock;
  readonly login?: FindLogin;
}

/** Performs the calls of every kind of target and router there is. `watch` calls go to the probe. */
export function makeRunner(parts: RunnerParts, probe?: Probe): CallRunner {
  const { places, folder, providers, clock, login } = parts;
  const execOf = places.exec.bind(places);
  return new CallRunner({
    clock,
    performers: {
      command: commandPerformer(execOf),
      local: localPerformer(
        ({ directory, env }) =>
          new LocalExec('this machine', {
            directory: resolve(folder, directory ?? '.'),
            ...(env && { env }),
          }),
      ),
      engine: enginePerformer({ engines: places.engines, ...(login && { login }) }),
      http: httpPerformer((host) => places.dialer(host)),
      socket: socketPerformer((host) => places.socketDialer(host)),
      readFile: readFilePerformer(execOf),
      writeFile: writeFilePerformer(execOf),
      watch: watchPerformer(probe),
    },
    parsers: { ...dockerParsers, ...routerParsers },
    sources: {
      [IMAGE_SOURCE]: imageOpener(places.engines),
      [CONTEXT_SOURCE]: contextOpener(folder),
    },
    secret: async (name, signal) => {
      const value = await providers.secret(name, signal);
      if (value !== undefined) return value;
      throw new ConfigError('secretMissing', `no value for the secret ${name}`, {
        name,
        variable: secretVariable(name),
      });
    },
  });
}
