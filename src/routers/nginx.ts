import type { Backend, RouterState } from '../contracts/deploy';
import { literal, type Call, type CommandCall, type HostName } from '../contracts/deployCall';
import type { Reading, Route, RouteChange, Router } from '../contracts/deployTarget';
import { hostAddress, withReleases } from './addresses';
import { endedWell, outputOf, textOf } from './answers';
import { asksAgainst, asksFor, served, type Ask } from './asking';
import { configReport, configTest } from './configTest';
import { untilUnconnected } from './connections';
import { RouterError } from './errors';
import { newUpstream, readBuild, readDump, readUpstream, writeUpstream } from './nginxConfiguration';
import { findWorkers, untilReplaced } from './workers';

export interface NginxOptions {
  readonly host: HostName;
  /** A file with one `upstream` that nginx's configuration includes. */
  readonly include: string;
  /** The command that controls nginx; `nginx` unless given. */
  readonly control?: readonly string[];
  readonly ask?: Ask;
}

interface Facts {
  /** As a text of a call: what looks like a placeholder is escaped. `null` where there is no file yet. */
  readonly content: string | null;
  readonly pidFile: string;
}

/** nginx tells nobody that it could not use its new configuration: it goes on with the workers it has. */
const REPLACED = { ms: 10_000, then: 'fail' } as const;
const PATIENT = { ms: 2_000, then: 'continue' } as const;

/**
 * nginx through a file with an upstream: writes it, lets nginx test the configuration and read it again, and waits
 * until no worker with the old one takes requests. Kept-alive connections are closed by nginx.
 */
export function nginx(name: string, options: NginxOptions): Router {
  return {
    name,
    kind: 'nginx',
    abilities: { backends: 'many', weights: true },
    read: () => readInclude(name, options),
    change: (state, to) => change(name, options, state, to),
    drained: (_state, address, deadlineMs) => [untilUnconnected(options.host, address, deadlineMs)],
  };
}

function control({ host, control: command = ['nginx'] }: NginxOptions, ...words: string[]): CommandCall {
  return { via: 'command', host, argv: [...command, ...words].map(literal) };
}

function readInclude(name: string, options: NginxOptions): Reading<RouterState> {
  const { host, include } = options;
  const any = [{ path: 'code', is: 'atLeast' as const, value: 0 }];
  return {
    calls: [
      { via: 'readFile', host, path: literal(include) },
      { ...control(options, '-T'), expect: any },
      { ...control(options, '-V'), expect: any },
    ],
    next: ([file, dump, build]) => {
      const output = outputOf(dump).split('\n').slice(-8).join('\n');
      if (!endedWell(dump)) throw new RouterError('configBroken', output, { output });
      const { files, pidFile } = readDump(textOf(dump, 'stdout'));
      const content = file?.exists === true ? literal(textOf(file, 'content')) : null;
      if (content !== null && !files.includes(include))
        throw new RouterError('notIncluded', `${include} is not read`, { file: include });
      const built = readBuild(outputOf(build));
      const path = pidFile ?? built.pidFile;
      const facts = { content, pidFile: path.startsWith('/') ? path : `${built.prefix}/${path}` };
      return { result: toState(name, include, facts) };
    },
  };
}

function toState(router: string, include: string, { content, pidFile }: Facts): RouterState {
  const backends = content === null ? [] : readUpstream(include, content);
  return { router, backends, facts: { content, pidFile } };
}

function change(name: string, options: NginxOptions, state: RouterState, to: Route): RouteChange {
  const { host, include, ask } = options;
  const { content, pidFile } = state.facts as unknown as Facts;
  const backends = to.backends.map(({ address, weight }): Backend => ({
    address: { ...address, host: hostAddress(address.host) },
    weight,
  }));
  const written = writeUpstream(include, content ?? newUpstream(include), backends);
  const path = literal(include);
  const test = (when: 'before' | 'after'): CommandCall => configTest(host, control(options, '-t').argv, when);
  const reload = control(options, '-s', 'reload');
  const against = asksAgainst(ask, state, to);
  const undoWrite: Call =
    content === null
      ? { via: 'command', host, argv: ['rm', '-f', path] }
      : { via: 'writeFile', host, path, content };
  return {
    do: [
      test('before'),
      { via: 'writeFile', host, path, content: written },
      test('after'),
      findWorkers(host, literal(pidFile), name),
      reload,
    ],
    verify: [
      untilReplaced(host, name, REPLACED),
      // Nobody wrote the file after us.
      { via: 'readFile', host, path, expect: [{ path: 'content', is: 'equals', value: written }] },
      ...asksFor(ask, served(to)),
    ],
    undo: [
      undoWrite,
      findWorkers(host, literal(pidFile), `${name}.undo`),
      against.length > 0 ? { ...reload, expect: [{ path: 'code', is: 'atLeast', value: 0 }] } : reload,
      // Where its answers tell what it serves, it need not have read what it served all the time.
      untilReplaced(host, `${name}.undo`, against.length > 0 ? PATIENT : REPLACED),
      ...against,
    ],
    diagnose: [configReport(host, control(options, '-t').argv)],
    after: withReleases(toState(name, include, { content: written, pidFile }), to.backends),
  };
}
