import type { Address, RouterState } from '../contracts/deploy';
import { literal, type Answer, type Call, type CommandCall, type HostName } from '../contracts/deployCall';
import type { Reading, Route, RouteChange, Router } from '../contracts/deployTarget';
import { endedWell, outputOf, textOf } from './answers';
import { withReleases } from './addresses';
import { asksAgainst, asksFor, escapeRegExp, served, type Ask } from './asking';
import { restartGracefully } from './apacheRestart';
import { configReport, configTest, undefinedVariable } from './configTest';
import { untilUnconnected } from './connections';
import { RouterError } from './errors';
import { apacheVariables, fillInForCall, hostBefore, valuesIn, variablesIn } from './templates';
import { onlyOne } from './weights';
import { findWorkers, untilReplaced } from './workers';

export interface ApacheTemplateOptions {
  readonly host: HostName;
  /** Such as `/etc/apache2/sites-available/*.conf.template`; `*` and `?` in the name of the file only. */
  readonly templates: string;
  /** What is filled in; `${port}`, `${host}` and `${version}` are those of the release that gets the users. */
  readonly variables: Readonly<Record<string, string>>;
  /** The command that controls Apache; `apachectl` unless given. */
  readonly control?: readonly string[];
  readonly ask?: Ask;
}

/** A template and what is made of it: the same path without `.template`. */
interface Site {
  readonly template: string;
  readonly text: string;
  readonly path: string;
  /** As a text of a call: what looks like a placeholder is escaped. `null` where it was never made. */
  readonly made: string | null;
}

interface Facts {
  readonly sites: readonly Site[];
  readonly pidFile: string;
}

const SUFFIX = '.template';
const LOOPBACK = '127.0.0.1';
const PLACEHOLDER = /\$\{([^}]*)\}/;
/** Workers with a request in flight stay for as long as it takes; they take no new ones long before. */
const REPLACED = { ms: 2_000, then: 'continue' } as const;

/**
 * Apache whose sites are made from templates: writes them with the new address, lets Apache test the configuration
 * and read it again gracefully. One address at a time; connections that are kept alive are closed by Apache.
 */
export function apacheTemplate(name: string, options: ApacheTemplateOptions): Router {
  return {
    name,
    kind: 'apache-template',
    abilities: { backends: 'one', weights: false },
    read: () => readSites(name, options),
    change: (state, to) => change(name, options, state, to),
    drained: (_state, address, deadlineMs) => [untilUnconnected(options.host, address, deadlineMs)],
  };
}

function control(
  { host, control: command = ['apachectl'] }: ApacheTemplateOptions,
  ...words: string[]
): CommandCall {
  return { via: 'command', host, argv: [...command, ...words].map(literal) };
}

/** Which templates there are; then what they say; then whether Apache knows the variables that are left to it. */
function readSites(name: string, options: ApacheTemplateOptions): Reading<RouterState> {
  const { host, templates } = options;
  const cut = templates.lastIndexOf('/');
  const [folder, pattern] = [templates.slice(0, cut) || '/', templates.slice(cut + 1)];
  if (/[*?[]/.test(folder) || !templates.endsWith(SUFFIX))
    throw new RouterError('noTemplates', `${templates} can't be looked for`, { templates });
  const argv = ['find', '-L', folder, '-maxdepth', '1', '-type', 'f', '-name', pattern].map(literal);
  const files = (found: string[]): Reading<RouterState> => {
    const paths = found.flatMap((file) => [file, file.slice(0, -SUFFIX.length)]);
    return {
      calls: paths.map((path) => ({ via: 'readFile', host, path: literal(path) })),
      next: (answers) => ({ more: readVariables(name, options, toSites(found, answers)) }),
    };
  };
  return {
    calls: [{ via: 'command', host, argv, expect: [{ path: 'code', is: 'atLeast', value: 0 }] }],
    next: ([answer]) => {
      const found = textOf(answer, 'stdout').split('\n').filter(Boolean).sort();
      if (found.length === 0)
        throw new RouterError('noTemplates', `no file is called ${templates}`, { templates });
      return { more: files(found) };
    },
  };
}

function toSites(templates: readonly string[], answers: readonly Answer[]): Site[] {
  return templates.map((template, at) => ({
    template,
    text: textOf(answers[2 * at], 'content'),
    path: template.slice(0, -SUFFIX.length),
    made: answers[2 * at + 1]?.exists === true ? literal(textOf(answers[2 * at + 1], 'content')) : null,
  }));
}

function readVariables(
  name: string,
  options: ApacheTemplateOptions,
  sites: readonly Site[],
): Reading<RouterState> {
  const filled = Object.keys(options.variables);
  for (const variable of filled) {
    if (!sites.some(({ text }) => variablesIn(text).has(variable)))
      throw new RouterError('unusedVariable', `no template has ${variable}`, { variable });
  }
  const uses = sites.flatMap(({ text, template }) =>
    apacheVariables(text, filled).map((use) => ({ ...use, file: template })),
  );
  // Apache knows its environment and every `Define` of its configuration; it warns of what it does not know.
  const questions = [...new Set(uses.map((use) => use.name))].flatMap((variable, at) => [
    '-c',
    `Define SWAPDECK_ASKS_${at} \${${variable}}`,
  ]);
  return {
    calls: [
      {
        ...control(options, '-t', '-D', 'DUMP_RUN_CFG', ...questions),
        expect: [{ path: 'code', is: 'atLeast', value: 0 }],
      },
    ],
    next: ([answer]) => {
      const output = outputOf(answer);
      if (!endedWell(answer)) throw new RouterError('configBroken', output, { output });
      const unknown = uses.find(({ name: used }) =>
        output.split('\n').some((line) => undefinedVariable.exec(line)?.[1] === used),
      );
      if (unknown)
        throw new RouterError('unknownVariable', `${unknown.name} in ${unknown.file}`, {
          variable: unknown.name,
          file: unknown.file,
          line: unknown.line,
        });
      const [, pidFile] = /^PidFile: "(.+)"$/m.exec(output) ?? [];
      if (pidFile === undefined) throw new RouterError('unreadable', output, { what: 'DUMP_RUN_CFG' });
      const address = addressNow(options, sites);
      return { result: toState(name, { sites, pidFile }, address) };
    },
  };
}

function toState(router: string, { sites, pidFile }: Facts, address: Address | undefined): RouterState {
  return {
    router,
    backends: address ? [{ address, weight: 1 }] : [],
    facts: { sites: sites.map((site) => ({ ...site })), pidFile },
  };
}

/** Where the sites send users: the variable whose value is made of `${port}`, read from the files. */
function addressNow(options: ApacheTemplateOptions, sites: readonly Site[]): Address | undefined {
  for (const { variable, form, site } of portVariables(options, sites)) {
    if (site.made === null) continue;
    const value = valuesIn(site.text, site.made.replaceAll('$${', '${'), [variable])[variable];
    const found = value === undefined ? undefined : readForm(form, value);
    if (found?.port !== undefined)
      return { host: found.host ?? fixedHost(options, sites) ?? LOOPBACK, port: found.port };
  }
  return undefined;
}

/** The host that stands in the templates; absent when it is filled in. */
function fixedHost(options: ApacheTemplateOptions, sites: readonly Site[]): string | undefined {
  if (Object.values(options.variables).some((form) => form.includes('${host}'))) return undefined;
  const found = portVariables(options, sites).map(({ variable, site }) => hostBefore(site.text, variable));
  return found.find((host) => host !== undefined) ?? LOOPBACK;
}

function portVariables({ variables }: ApacheTemplateOptions, sites: readonly Site[]) {
  return Object.entries(variables)
    .filter(([, form]) => form.includes('${port}'))
    .flatMap(([variable, form]) =>
      sites.filter(({ text }) => variablesIn(text).has(variable)).map((site) => ({ variable, form, site })),
    );
}

/** What `${port}` and `${host}` of a variable's form were when it gave this value. */
function readForm(form: string, value: string): { host?: string; port?: string } {
  const known: Record<string, string> = { port: '(?<port>[0-9]+)', host: '(?<host>.+?)' };
  const pattern = form
    .split(PLACEHOLDER)
    // Every second piece is the name of a placeholder.
    .map((piece, at) => (at % 2 === 0 ? escapeRegExp(piece) : (known[piece] ?? '.+?')));
  return new RegExp(`^${pattern.join('')}$`).exec(value)?.groups ?? {};
}

function change(name: string, options: ApacheTemplateOptions, state: RouterState, to: Route): RouteChange {
  const { host, ask } = options;
  const { sites, pidFile } = state.facts as unknown as Facts;
  const { address, release } = onlyOne(to.backends);
  const made = fillSites(options, sites, {
    port: address.port,
    host: address.host,
    version: literal(release),
  });
  const test = (when: 'before' | 'after'): CommandCall =>
    configTest(host, control(options, 'configtest').argv, when);
  const restart = (workers: string): CommandCall =>
    restartGracefully(host, literal(pidFile), workers, control(options, 'graceful').argv);
  const against = asksAgainst(ask, state, to);
  // When someone else broke the configuration Apache goes on with what it has; then its answers tell what that is.
  const restartBack: CommandCall = {
    ...restart(`${name}.undo`),
    ...(against.length > 0 && { expect: [{ path: 'code', is: 'atLeast', value: 0 }] }),
  };
  return {
    do: [
      test('before'),
      ...made.map((site) => restore(host, site)),
      test('after'),
      findWorkers(host, literal(pidFile), name),
      restart(name),
    ],
    verify: [
      untilReplaced(host, name, REPLACED),
      ...made.map((site) => unchanged(host, site)),
      ...asksFor(ask, served(to)),
    ],
    undo: [
      ...sites.map((site) => restore(host, site)),
      findWorkers(host, literal(pidFile), `${name}.undo`),
      restartBack,
      untilReplaced(host, `${name}.undo`, REPLACED),
      ...against,
    ],
    diagnose: [configReport(host, control(options, 'configtest').argv)],
    after: withReleases(
      toState(
        name,
        { sites: made, pidFile },
        { host: fixedHost(options, sites) ?? address.host, port: address.port },
      ),
      to.backends,
    ),
  };
}

/** Sites with the variables filled in. */
function fillSites(
  { variables }: ApacheTemplateOptions,
  sites: readonly Site[],
  known: Readonly<Record<string, string>>,
): Site[] {
  const valueOf = (variable: string, form: string): string =>
    form
      .split(PLACEHOLDER)
      .map((piece, at) => {
        if (at % 2 === 0) return literal(piece);
        if (Object.hasOwn(known, piece)) return known[piece];
        throw new RouterError('noValue', `${variable} needs ${piece}`, { variable, name: piece });
      })
      .join('');
  const values = Object.fromEntries(
    Object.entries(variables).map(([variable, form]) => [variable, valueOf(variable, form)]),
  );
  return sites.map((site) => ({ ...site, made: fillInForCall(site.text, values) }));
}

function restore(host: HostName, { path, made }: Site): Call {
  if (made === null) return { via: 'command', host, argv: ['rm', '-f', literal(path)] };
  return { via: 'writeFile', host, path: literal(path), content: made };
}

/** Nobody wrote the file after us. */
function unchanged(host: HostName, { path, made }: Site): Call {
  return {
    via: 'readFile',
    host,
    path: literal(path),
    expect: [{ path: 'content', is: 'equals', value: made }],
  };
}
