import type * as Module from 'ssh2';

export type Ssh2 = typeof Module;

/** ssh2, loaded on first use: it is large, and most sessions never speak SSH. */
export async function loadSsh2(): Promise<Ssh2> {
  // As a CommonJS module it is whole only under `default`; what else is there depends on who loads it.
  const { default: ssh2 } = (await import('ssh2')) as unknown as { default: Ssh2 };
  return ssh2;
}
