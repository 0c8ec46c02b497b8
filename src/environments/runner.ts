import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { ConfigError } from '../config/errors';
import { secretVariable } from '../config/placeholders';
import type { SwapdeckConfig } from '../config/model';
import type { ValueProviders } from '../config/resolve';
import type { Clock } from '../contracts/clock';
import type { Credentials } from '../contracts/credentials';
import { THIS_MACHINE } from '../contracts/deployCall';
import type { Log } from '../contracts/log';
import { CallRunner } from '../deploy/runner';
import { commandPerformer, localPerformer } from '../deploy/performers/command';
import { readFilePerformer, writeFilePerformer } from '../deploy/performers/files';
import { httpPerformer } from '../deploy/performers/http';
import { socketPerformer } from '../deploy/performers/socket';
import { tlsPerformer } from '../deploy/performers/tls';
import { watchPerformer, type Probe } from '../deploy/probe';
import { routerParsers } from '../routers/parsers';
import { CONTEXT_SOURCE, contextOpener } from '../targets/docker/build/context';
import { IMAGE_SOURCE, imageOpener } from '../targets/docker/image/transfer';
import { dockerParsers } from '../targets/docker/parsers';
import { enginePerformer } from '../targets/docker/perform';
import { dockerLogins } from '../targets/docker/registry/logins';
import { CLASS_SOURCE, classOpener } from '../targets/tomcat/reload';
import { tomcatParsers } from '../targets/tomcat/parsers';
import { MAVEN_WAR_SOURCE, WAR_SOURCE, warOpener } from '../targets/tomcat/war';
import { LocalExec } from '../transport/localExec';
import { certificateOpeners } from './certificateSources';
import { certificateParsers } from './certificateSteps';
import { mavenWars } from './mavenWar';
import type { Places } from './places';

export interface RunnerParts {
  readonly places: Places;
  readonly folder: string;
  readonly providers: ValueProviders;
  readonly clock: Clock;
  /** For what is sent by its name there. */
  readonly config?: SwapdeckConfig;
  /** Has the cache of what repositories gave. */
  readonly stateFolder: string;
  readonly log?: Log;
}

/** Performs the calls of every kind of target and router there is. `watch` calls go to the probe. */
export function makeRunner(parts: RunnerParts, probe?: Probe): CallRunner {
  const { places, folder, providers, clock, config, stateFolder, log } = parts;
  const execOf = places.shell.bind(places);
  const login = dockerLogins({
    home: homedir(),
    variables: { DOCKER_CONFIG: providers.env('DOCKER_CONFIG') },
    exec: places.exec(THIS_MACHINE),
  });
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
      engine: enginePerformer({ engines: places.engines, login }),
      http: httpPerformer((host) => places.dialer(host), folder),
      socket: socketPerformer((host) => places.socketDialer(host)),
      tls: tlsPerformer((host) => places.dialer(host)),
      readFile: readFilePerformer(execOf),
      writeFile: writeFilePerformer(execOf),
      watch: watchPerformer(probe),
    },
    parsers: { ...certificateParsers, ...dockerParsers, ...tomcatParsers, ...routerParsers },
    sources: {
      [IMAGE_SOURCE]: imageOpener(places.engines),
      [CONTEXT_SOURCE]: contextOpener(folder),
      [WAR_SOURCE]: warOpener(folder),
      [MAVEN_WAR_SOURCE]: mavenWars(stateFolder, log),
      ...(config && certificateOpeners({ config, providers, folder })),
      [CLASS_SOURCE]: classOpener,
    },
    ...(providers.credentials && { credentials: orMissing(providers.credentials) }),
    secret: async (name, signal) => {
      const value = await providers.secret(name, signal);
      if (value === undefined) throw secretMissing(name);
      return value;
    },
  });
}

/** Without any password at all there is nothing to try. */
function orMissing(credentials: Credentials): Credentials {
  return {
    accepted: (name, password) => credentials.accepted(name, password),
    password: async (name, refused, signal) => {
      const value = await credentials.password(name, refused, signal);
      if (value === undefined && refused === undefined) throw secretMissing(name);
      return value;
    },
  };
}

function secretMissing(name: string): ConfigError {
  const details = { name, variable: secretVariable(name) };
  return new ConfigError('secretMissing', `no value for the secret ${name}`, details);
}
