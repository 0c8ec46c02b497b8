import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { environmentProviders, resolveText } from '../config/resolve';
import { THIS_MACHINE } from '../contracts/deployCall';
import type { Release } from '../contracts/deploy';
import { DeployError } from '../contracts/deployError';
import type { Exec } from '../contracts/exec';
import type { CallRunner } from '../deploy/runner';
import { membersOf } from '../targets/docker/build/context';
import { HostCalls } from '../targets/docker/calls';
import { EngineError } from '../targets/docker/errors';
import { inspectImage } from '../targets/docker/image/chains';
import type { ImageOrigin } from '../targets/docker/model';
import { reference } from '../targets/docker/naming';
import { TransportError } from '../contracts/transportError';
import { configurationDigest, dockerApplication, type ImageApplication } from './dockerApplication';
import { EnvironmentError } from './errors';
import type { Places } from './places';

export interface ReleaseParts {
  readonly places: Places;
  readonly runner: CallRunner;
  readonly folder: string;
  readonly environment: string;
  /** Throws where a version is not to go there. Called before anything is built. */
  readonly accept?: (version: string) => void;
  /** Says what is being done, as `Building adara:3f2c1ab`. */
  readonly onStage?: (stage: string) => void;
}

export interface BuiltRelease {
  readonly release: Release;
  readonly origin: ImageOrigin;
}

/**
 * The release that the workspace makes: builds the image with the engine of this machine and tags it with the
 * version, the short git sha unless given. Without an engine here the hosts build, from the same folder. A version
 * that was built before is taken as it is. Rejects with `EnvironmentError`, `EngineError` or `TransportError`.
 */
export async function buildRelease(
  name: string,
  application: ImageApplication,
  version: string | undefined,
  parts: ReleaseParts,
  signal?: AbortSignal,
): Promise<BuiltRelease> {
  const { places, environment } = parts;
  const [{ version: chosen, isOwn, git }, isEngineHere] = await Promise.all([
    versionOf(version, parts, signal),
    hasEngine(places, signal),
  ]);
  const common = {
    application: name,
    version: chosen,
    configuration: configurationDigest(application, environment),
    ...(git && { git }),
  };
  const context = application.build?.context;
  if (!isEngineHere) {
    if (context === undefined) throw noRelease(chosen);
    await buildBefore(application, { version: chosen, git }, parts, signal);
    const artifact = await contextDigest(resolve(parts.folder, context), signal);
    return { release: { ...common, artifact }, origin: { kind: 'build', context } };
  }
  if (context !== undefined && isOwn) {
    await buildBefore(application, { version: chosen, git }, parts, signal);
    await buildImage(application, { ...common, artifact: '' }, context, parts, signal);
  }
  const origin = originOf(application);
  const calls = new HostCalls(THIS_MACHINE, dockerApplication(application, origin));
  const artifact =
    (await imageId(application, chosen, places, signal)) ??
    (await pulledId(calls, { ...common, artifact: '' }, origin, parts, signal));
  return { release: { ...common, artifact }, origin };
}

/** The version of a release: as it is named, else the short git sha, with `-dirty` where files were changed. */
export interface ChosenVersion {
  readonly version: string;
  /** It is that of the working tree, not one that was built before. */
  readonly isOwn: boolean;
  /** A version that is only named may be of any commit. */
  readonly git?: GitState;
}

/** Rejects with `EnvironmentError` `noGit`, or with what `accept` throws. */
export async function versionOf(
  named: string | undefined,
  { places, folder, accept }: ReleaseParts,
  signal: AbortSignal | undefined,
): Promise<ChosenVersion> {
  const git = await gitState(places.exec(THIS_MACHINE), signal);
  const own = git && `${git.sha}${git.dirty ? '-dirty' : ''}`;
  const version = named ?? own;
  if (version === undefined)
    throw new EnvironmentError('noGit', `${folder} is not in a git repository`, { folder });
  accept?.(version);
  const isOwn = version === own;
  return { version, isOwn, ...(git && isOwn && { git }) };
}

export type GitState = NonNullable<Release['git']>;

/** Where the working tree stands; undefined where there is no repository, no commit or no git. */
export async function gitState(exec: Exec, signal?: AbortSignal): Promise<GitState | undefined> {
  const ask = async (...argv: string[]): Promise<string | undefined> => {
    const { code, stdout } = await exec.run(['git', ...argv], {}, signal);
    return code === 0 ? stdout.toString('utf8').trim() : undefined;
  };
  try {
    const sha = await ask('rev-parse', '--short', 'HEAD');
    if (sha === undefined) return undefined;
    const [branch, changes] = await Promise.all([
      ask('symbolic-ref', '--short', '-q', 'HEAD'),
      ask('status', '--porcelain', '--', '.'),
    ]);
    return { sha, dirty: changes !== '', ...(branch !== undefined && { branch }) };
  } catch (error) {
    if (error instanceof TransportError) return undefined;
    throw error;
  }
}

async function hasEngine({ engines }: Places, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    await engines.local.version(signal);
    return true;
  } catch (error) {
    if (error instanceof EngineError && error.reason === 'noEngine') return false;
    throw error;
  }
}

/** Runs what is to be run before a build. Rejects with `EnvironmentError` `buildFailed`, or `ConfigError`. */
export async function buildBefore(
  { build }: Pick<ImageApplication, 'build'>,
  { version, git }: { readonly version: string; readonly git?: GitState | undefined },
  { places, environment, onStage }: ReleaseParts,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (!build?.before) return;
  const { sha, branch } = git ?? {};
  const values = { version, environment, ...(sha && { sha }), ...(branch && { branch }) };
  // Variables of this machine are filled in already.
  const providers = environmentProviders({}, values);
  const argv = await Promise.all(build.before.map((word) => resolveText(word, providers, signal)));
  const command = argv.join(' ');
  onStage?.(`Running ${command}`);
  const { code, stdout, stderr } = await places.exec(THIS_MACHINE).run(argv, {}, signal);
  if (code === 0) return;
  const said = `${stdout.toString('utf8')}\n${stderr.toString('utf8')}`.trim().slice(-2000);
  throw new EnvironmentError('buildFailed', `${command} ended with ${code ?? 'a signal'}`, {
    command,
    code,
    said,
  });
}

async function buildImage(
  application: ImageApplication,
  release: Release,
  context: string,
  { runner, onStage }: ReleaseParts,
  signal: AbortSignal | undefined,
): Promise<void> {
  const calls = new HostCalls(THIS_MACHINE, dockerApplication(application, { kind: 'transfer' }));
  const name = reference(application.image, release);
  onStage?.(`Building ${name}`);
  await runner.perform(calls.build(release, context), {}, signal);
  await runner.perform(calls.tagLatest(name), {}, signal);
}

function originOf({ transfer, credentials: login }: ImageApplication): ImageOrigin {
  return transfer === 'layers' ? { kind: 'transfer' } : { kind: 'registry', ...(login && { login }) };
}

/** Nothing where the engine of this machine has no such image. */
async function imageId(
  { image }: ImageApplication,
  version: string,
  { engines }: Places,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  try {
    return (await inspectImage(engines.local, `${image}:${version}`, signal)).id;
  } catch (error) {
    if (error instanceof EngineError && error.reason === 'noImage') return undefined;
    throw error;
  }
}

/** The same, of an image that someone else has pushed, such as a pipeline. */
async function pulledId(
  calls: HostCalls,
  release: Release,
  origin: ImageOrigin,
  { places, runner, environment, onStage }: ReleaseParts,
  signal: AbortSignal | undefined,
): Promise<string> {
  const { version } = release;
  if (origin.kind !== 'registry') throw noRelease(version);
  const name = reference(calls.application.image, release);
  onStage?.(`Pulling ${name}`);
  try {
    await runner.perform(calls.pull(release, environment, origin.login), {}, signal);
  } catch (error) {
    if (isUnknown(error)) throw noRelease(version, error);
    throw error;
  }
  return (await inspectImage(places.engines.local, name, signal)).id;
}

/** An engine answers 404 for an image that the registry does not have or does not show. */
function isUnknown(error: unknown): boolean {
  return error instanceof DeployError && error.reason === 'unmet' && String(error.details.found) === '404';
}

/** Of every file that an image is built from: its name, mode-free bytes. Equal for equal folders, wherever they are. */
async function contextDigest(folder: string, signal: AbortSignal | undefined): Promise<string> {
  const hash = createHash('sha256');
  for (const { name, file } of await membersOf(folder, 'Dockerfile', signal)) {
    const bytes = await readFile(file).catch(() => undefined);
    hash.update(`${name}\0${bytes?.length ?? -1}\0`);
    if (bytes) hash.update(bytes);
  }
  return `context:${hash.digest('hex')}`;
}

function noRelease(version: string, cause?: unknown): EnvironmentError {
  return new EnvironmentError('noRelease', `there is no image of version ${version}`, { version }, cause);
}
