import assert from 'node:assert/strict';
import { tomcatCommands } from '../../../src/editor/contributions/tomcats';
import { onRow } from './support/menus';

const on = (viewItem: string, inline: boolean): string[] => onRow(tomcatCommands, viewItem, inline);

describe('what can be done with the rows of a Tomcat', () => {
  const versions = ['running', 'stopped'].flatMap((state) =>
    ['', '.ours'].flatMap((ours) => ['', '.old', '.web'].map((more) => `version.${state}${ours}${more}`)),
  );

  it('is at most three icons, whatever its state', () => {
    const servers = ['idle', 'asking', 'known', 'failed'].flatMap((state) =>
      ['', '.jvm', '.attached'].map((more) => `tomcat.${state}${more}`),
    );
    for (const value of [...servers, ...versions, 'context', 'context.web', 'tomcatProblem', 'manager']) {
      const icons = on(value, true);
      assert.ok(icons.length <= 3, `${value}: ${icons.join()}`);
    }
  });

  it('leaves the Manager alone, which would stop itself', () => {
    assert.deepEqual([...on('manager', true), ...on('manager', false)], []);
  });

  it('fits its state', () => {
    assert.deepEqual(on('tomcat.asking', true), ['cancelTomcat']);
    assert.deepEqual(on('tomcat.known.jvm', true), ['deployWar', 'attachTomcat', 'refreshTomcat']);
    assert.deepEqual(on('tomcat.failed', false), ['refreshTomcat']);
    const stopped = on('version.stopped.ours', false);
    assert.deepEqual(stopped, ['startContext', 'undeployContext']);
    const running = on('version.running.web', false);
    for (const id of ['stopContext', 'reloadContext', 'expireSessions', 'undeployWhenEmpty', 'openContext'])
      assert.ok(running.includes(id), id);
    assert.ok(!running.includes('startContext'));
    assert.deepEqual(on('version.running.ours.old', true), ['undeployWhenEmpty']);
  });
});
