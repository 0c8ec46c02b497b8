import { ensurePackages } from '../../../scripts/support/labPackages';

/** Debian's place for the library, which the loader puts its folder of libraries into. */
const LIBRARY = '/usr/$LIB/faketime/libfaketime.so.1';
const FOLDERS: Partial<Record<NodeJS.Architecture, string>> = {
  x64: 'x86_64-linux-gnu',
  arm64: 'aarch64-linux-gnu',
};

/** Why no process here can be given a clock that is wrong; `undefined` where one can. */
export const clockUnsupported =
  process.platform === 'linux' && process.getuid?.() === 0 && FOLDERS[process.arch] !== undefined
    ? undefined
    : 'a wrong clock needs root on Linux';

/** Variables of a process whose clock is wrong by that, as `+1d`; how long it waits for things stays right. */
export async function wrongClock(by: string): Promise<NodeJS.ProcessEnv> {
  const file = LIBRARY.replace('$LIB', `lib/${FOLDERS[process.arch] ?? ''}`);
  await ensurePackages({ [file]: 'libfaketime' });
  return {
    LD_PRELOAD: LIBRARY,
    FAKETIME: by,
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    FAKETIME_FORCE_MONOTONIC_FIX: '0',
  };
}
