import { cp, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { root } from '../support/paths';
import { tryRun } from '../support/run';

/** A copy of a sample with a `swapdeck.yaml`, as a repository of its own: a release is named after its commit. */
export async function makeWorkspace(folder: string, sample: string, configuration: string): Promise<string> {
  const workspace = path.join(folder, sample);
  await cp(path.join(root, 'samples', sample), workspace, {
    recursive: true,
    filter: (file) => path.basename(file) !== 'target',
  });
  await writeFile(path.join(workspace, 'swapdeck.yaml'), configuration);
  await commit(workspace);
  return workspace;
}

/** Without git a release has to be named by hand. */
async function commit(workspace: string): Promise<void> {
  const author = ['-c', 'user.name=lab', '-c', 'user.email=lab@localhost'];
  await writeFile(path.join(workspace, '.gitignore'), 'target/\n*.pfx\n');
  for (const args of [
    ['init', '--quiet'],
    ['add', '.'],
    [...author, 'commit', '--quiet', '--message', 'The sample'],
  ])
    await tryRun('git', args, { cwd: workspace }).catch(() => undefined);
}
