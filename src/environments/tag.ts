import type { Release, Step } from '../contracts/deploy';
import { THIS_MACHINE } from '../contracts/deployCall';
import { callText } from '../targets/docker/callText';

/** Tags the commit of a release in the workspace, last of all. A release of changes that were not committed has none. */
export function tagSteps(tag: string | undefined, environment: string, release: Release): Step[] {
  const { git } = release;
  if (tag === undefined || !git || git.dirty) return [];
  const name = callText(tag, environment, release);
  return [
    {
      id: 'tag',
      title: `Tag the commit ${git.sha} as ${name}`,
      on: THIS_MACHINE,
      phase: 'prune',
      // A release that goes live again takes its tag along.
      do: [{ via: 'local', argv: ['git', 'tag', '--force', name, git.sha] }],
      verify: [
        {
          via: 'local',
          argv: ['git', 'rev-parse', '--verify', `refs/tags/${name}^{commit}`],
          expect: [{ path: 'stdout', is: 'contains', value: git.sha }],
        },
      ],
      undo: [],
      again: 'repeat',
      final: true,
    },
  ];
}
