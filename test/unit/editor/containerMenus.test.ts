import assert from 'node:assert/strict';
import { containerCommands } from '../../../src/editor/contributions/containers';
import { onRow } from './support/menus';

const on = (viewItem: string, inline: boolean): string[] => onRow(containerCommands, viewItem, inline);

describe('what can be done with the row of a container', () => {
  const changing = ['openShell', 'startContainer', 'stopContainer', 'restartContainer', 'removeContainer'];

  it('is at most three icons, whatever its state', () => {
    for (const state of ['running', 'paused', 'stopped'])
      for (const ours of ['', '.ours'])
        for (const jvm of ['', '.jvm', '.attached'])
          for (const web of ['', '.web']) {
            const icons = on(`container.${state}${ours}${jvm}${web}`, true);
            assert.ok(icons.length >= 1 && icons.length <= 3, `${state}${ours}${jvm}${web}: ${icons.join()}`);
          }
  });

  it('changes nothing of others', () => {
    for (const state of ['running', 'paused', 'stopped'])
      for (const more of ['', '.jvm', '.attached', '.web', '.jvm.web']) {
        const offered = [true, false].flatMap((inline) => on(`container.${state}${more}`, inline));
        assert.deepEqual(
          offered.filter((id) => changing.includes(id)),
          [],
        );
        assert.ok(offered.includes('inspectContainer') && offered.includes('followLogs'));
      }
  });

  it('fits its state', () => {
    const running = on('container.running.ours.jvm.web', false);
    for (const id of ['openShell', 'stopContainer', 'attachContainer', 'openContainerPort', 'showUsage'])
      assert.ok(running.includes(id), id);
    assert.ok(!running.includes('startContainer') && !running.includes('detachContainer'));
    const stopped = on('container.stopped.ours', false);
    assert.ok(stopped.includes('startContainer') && stopped.includes('removeContainer'));
    for (const id of ['openShell', 'stopContainer', 'attachContainer', 'openContainerPort'])
      assert.ok(!stopped.includes(id), id);
    assert.ok(on('container.running.attached', true).includes('detachContainer'));
    assert.deepEqual(on('image', false), ['copyName', 'copyId']);
  });
});
