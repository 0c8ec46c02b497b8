import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import type { Exec } from '../../../contracts/exec';
import { throwIfAborted } from '../../../util/async';
import { EngineError } from '../errors';

/** Who may read and write at a registry: a name and a password, or a token that stands for both. */
export type RegistryLogin =
  { readonly username: string; readonly password: string } | { readonly identityToken: string };
export type FindLogin = (registry: string, signal?: AbortSignal) => Promise<RegistryLogin | undefined>;

/** The user name by which a helper says that what it gives is a token. */
const TOKEN = '<token>';

/** What says where Docker's own client keeps its logins, and runs its helpers. */
export interface LoginEnvironment {
  readonly home: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly exec: Exec;
}

const auth = z.object({
  auth: z.string().optional(),
  username: z.string().optional(),
  password: z.string().optional(),
  identitytoken: z.string().optional(),
});
const clientConfig = z.object({
  auths: z.record(z.string(), auth).optional(),
  credsStore: z.string().optional(),
  credHelpers: z.record(z.string(), z.string()).optional(),
});
const credentials = z.object({ Username: z.string(), Secret: z.string() });

/**
 * Finds the logins that `docker login` has stored: with the helper for the registry, else with the one for all, else
 * in Docker's own `config.json`. Nothing where nobody logged in. Rejects with `EngineError` `credentialHelper`.
 */
export function dockerLogins({ home, variables, exec }: LoginEnvironment): FindLogin {
  return async (registry, signal) => {
    throwIfAborted(signal, 'find a login');
    const file = path.join(variables.DOCKER_CONFIG ?? path.join(home, '.docker'), 'config.json');
    const text = await readFile(file, 'utf8').catch(() => undefined);
    const config = clientConfig.safeParse(text === undefined ? {} : tryJson(text)).data;
    if (!config) return undefined;
    const { auths = {}, credsStore, credHelpers = {} } = config;
    const helper = find(credHelpers, registry) ?? credsStore;
    const stored = helper ? await askHelper(exec, helper, registry, signal) : undefined;
    return stored ?? loginOf(find(auths, registry));
  };
}

/** Logins of old are under an address with a scheme and a path. */
function find<T>(table: Readonly<Record<string, T>>, registry: string): T | undefined {
  const key = Object.keys(table).find((each) => each === registry);
  const alike = key ?? Object.keys(table).find((each) => hostOf(each) === hostOf(registry));
  return alike === undefined ? undefined : table[alike];
}

function hostOf(address: string): string {
  return address.replace(/^https?:\/\//, '').split('/')[0]!;
}

/** Docker's protocol for credential helpers: `get`, the registry on standard input, JSON on standard output. */
async function askHelper(
  exec: Exec,
  helper: string,
  registry: string,
  signal: AbortSignal | undefined,
): Promise<RegistryLogin | undefined> {
  const { code, stdout } = await exec.run(
    [`docker-credential-${helper}`, 'get'],
    { stdin: registry },
    signal,
  );
  const said = stdout.toString('utf8');
  const found = code === 0 ? credentials.safeParse(tryJson(said)).data : undefined;
  if (found) {
    const { Username: username, Secret } = found;
    return username === TOKEN ? { identityToken: Secret } : { username, password: Secret };
  }
  // The words are part of the protocol.
  if (code !== 0 && /credentials not found/i.test(said)) return undefined;
  throw new EngineError('credentialHelper', `docker-credential-${helper} gives nothing for ${registry}`, {
    helper: `docker-credential-${helper}`,
    registry,
    // What it says when it fails; what it says when it does not is a secret.
    ...(code !== 0 && { said: said.trim().slice(0, 300) }),
  });
}

function loginOf(stored: z.output<typeof auth> | undefined): RegistryLogin | undefined {
  if (stored?.identitytoken) return { identityToken: stored.identitytoken };
  if (stored?.username !== undefined && stored.password !== undefined)
    return { username: stored.username, password: stored.password };
  const [username = '', ...password] = Buffer.from(stored?.auth ?? '', 'base64')
    .toString('utf8')
    .split(':');
  return username === '' ? undefined : { username, password: password.join(':') };
}

/** A login as the header `X-Registry-Auth` of the engine's API has it: JSON in URL-safe base64, filled up with `=`. */
export function encodeLogin(login: RegistryLogin | undefined, registry: string): string {
  const said =
    login === undefined
      ? {}
      : 'identityToken' in login
        ? { identitytoken: login.identityToken, serveraddress: registry }
        : { ...login, serveraddress: registry };
  const text = Buffer.from(JSON.stringify(said)).toString('base64');
  return text.replaceAll('+', '-').replaceAll('/', '_');
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
