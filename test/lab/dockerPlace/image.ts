import { rm } from 'node:fs/promises';
import path from 'node:path';
import { findProgram } from '../../../scripts/support/systemPackages';
import {
  addFile,
  addText,
  cached,
  digestOf,
  layerOf,
  writeImage,
  writeTar,
  type Layer,
} from '../images/archive';

/**
 * How it comes up, by the variable STARTUP: `crash` ends at once, `never` does not become healthy, `slow` takes three
 * seconds.
 */
const SERVE = `#!/bin/sh
echo "starting $RELEASE on $SERVER_PORT"
case $STARTUP in
  crash) echo 'the database does not answer'; exit 3 ;;
  never) echo 'waiting for the database'; mv /www/health.json /www/waiting.json ;;
  slow) sleep 3 ;;
esac
trap 'kill $! 2>/dev/null; exit 0' TERM
httpd -f -p "$SERVER_PORT" -h /www &
wait $!
`;

const ANSWER = `#!/bin/sh
printf 'Content-Type: text/plain\\r\\nX-Release: %s\\r\\n\\r\\n%s\\n' "$RELEASE" "$RELEASE"
`;

const APPLETS = ['sh', 'httpd', 'sleep', 'mv', 'kill', 'cat'];

/** A service that is up in a moment: busybox, which tells its release to every request; cached. */
async function serviceLayer(): Promise<Layer> {
  const busybox = findProgram('busybox')!;
  const key = await digestOf([busybox, __filename]);
  const file = await cached(`service-${key}.tar`, (at) =>
    writeTar(at, async (tar) => {
      for (const folder of ['bin', 'tmp', 'www', 'www/cgi-bin'])
        tar.entry({ name: `${folder}/`, type: 'directory', mode: 0o755 }).end(undefined);
      await addFile(tar, 'bin/busybox', busybox, 0o755);
      for (const applet of APPLETS)
        tar.entry({ name: `bin/${applet}`, type: 'symlink', linkname: 'busybox' }).end(undefined);
      addText(tar, 'bin/serve', SERVE, 0o755);
      addText(tar, 'www/cgi-bin/index.cgi', ANSWER, 0o755);
      addText(tar, 'www/health.json', '{ "status": "UP" }');
    }),
  );
  return layerOf(file);
}

export interface ServiceVariant {
  readonly architecture?: string;
  /** Of something that nothing can pack, in bytes. */
  readonly weight?: Buffer;
}

/** Writes the archive of a release, which differs from all others in a small layer. Resolves to its path. */
export async function serviceImage(
  folder: string,
  release: string,
  { architecture, weight }: ServiceVariant = {},
): Promise<string> {
  const own = path.join(folder, `${release}.layer.tar`);
  await writeTar(own, (tar) => {
    addText(tar, 'www/what.txt', release);
    if (weight) addText(tar, 'www/weight', weight);
    return Promise.resolve();
  });
  const archive = path.join(folder, `${release}.tar`);
  await writeImage(archive, {
    reference: `adara:${release}`,
    layers: [await serviceLayer(), await layerOf(own)],
    env: ['PATH=/bin'],
    command: ['/bin/serve'],
    ...(architecture !== undefined && { architecture }),
  });
  await rm(own);
  return archive;
}
