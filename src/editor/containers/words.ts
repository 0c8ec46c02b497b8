import type { HostContainer } from '../../targets/docker/manage/listing';
import { isPendingName } from '../../targets/docker/naming';
import { t } from '../text';

/** Bytes as a person reads them, in units of 1000: `20 kB`, `1.3 GB`. */
export function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  for (; value >= 999.5 && unit < units.length - 1; unit++) value /= 1000;
  const digits = unit > 0 && value < 9.95 ? 1 : 0;
  return `${value.toFixed(digits)} ${units[unit]}`;
}

/** The release without what its neighbours in a row say: a git sha is enough as seven characters. */
export function shortVersion(version: string): string {
  return version.replace(/^([0-9a-f]{7})[0-9a-f]{33}/, '$1');
}

/** `sha256:0123...` or an id, as Docker's own client shows it. */
export function shortId(id: string): string {
  return id.replace(/^sha256:/, '').slice(0, 12);
}

/** Ports of the host that lead into a container: `:8080`, `:9090`. */
export function portsOf({ ours, ports }: HostContainer): string[] {
  const published = ports.flatMap(({ outside }) => (outside === undefined ? [] : [`:${outside}`]));
  if (published.length > 0) return [...new Set(published)];
  return ours?.port === undefined ? [] : [`:${ours.port}`];
}

/** Whether it ended well, or because it was asked to (SIGINT, SIGKILL, SIGTERM). */
export function isOrderly(exitCode: number | undefined): boolean {
  return exitCode === undefined || [0, 130, 137, 143].includes(exitCode);
}

/** An image as it was asked for, or what is left of it when its tag went to another one. */
export function shortImage(image: string): string {
  return image.startsWith('sha256:') ? shortId(image) : image;
}

/** A container's state in words, its health included. */
export function stateWords({ state, health, exitCode }: HostContainer): string {
  switch (state) {
    case 'running':
      if (health === 'healthy') return t('healthy');
      if (health === 'unhealthy') return t('unhealthy');
      return health === 'starting' ? t('running, not healthy yet') : t('running');
    case 'exited':
      return isOrderly(exitCode) ? t('stopped') : t('failed with exit code {0}', exitCode ?? '?');
    case 'created':
      return t('never started');
    case 'paused':
      return t('paused');
    case 'restarting':
      return t('starting again and again');
    case 'removing':
      return t('being removed');
    default:
      return state;
  }
}

/** What a container of ours is for, where it does not serve. */
export function roleWords({ ours, name, state }: HostContainer): string | undefined {
  if (!ours || ours.isLive) return undefined;
  if (isPendingName(ours.release.application, name)) return t('pending');
  return state === 'running' ? t('standby') : t('kept');
}
