import assert from 'node:assert/strict';
import type { PlanNote } from '../../../src/contracts/deploy';
import {
  fleetNotes,
  sessionRisks,
  uncountedNotes,
  type NodeSessions,
} from '../../../src/environments/fleetChecks';
import { describeLack } from '../../../src/routers/fleetLines';
import type { JkMember } from '../../../src/routers/modJkAnswers';
import type { SessionConfiguration } from '../../../src/targets/tomcat/sessions';

const good: SessionConfiguration = { routeBinder: true, keeping: 'shared', uncounted: true };
const node = (
  name: string,
  so: Partial<SessionConfiguration> = {},
  route: string | null = name,
): NodeSessions => ({
  node: name,
  configuration: { ...good, ...so },
  route,
});
const member = (name: string, route = name): JkMember => ({
  ...{ name, route, host: '10.0.0.1', port: '8009', weight: 1 },
  activation: 'active',
});
const members = [member('worker1'), member('worker2')];
const notes = (...found: readonly NodeSessions[]): PlanNote[] => fleetNotes(found, members);

describe('what a fleet lacks', () => {
  it('is nothing where sessions are shared and say where they are', () => {
    assert.deepEqual(notes(node('worker1'), node('worker2')), []);
  });

  it('is said once for all nodes that lack it', () => {
    assert.deepEqual(notes(node('worker1', { keeping: 'own' }), node('worker2', { keeping: 'own' }, null)), [
      { kind: 'routeMissing', subject: 'worker2' },
      { kind: 'storeMissing', subject: 'worker1, worker2' },
    ]);
    assert.deepEqual(notes(node('worker1', { keeping: 'idle', routeBinder: false }, 'web1')), [
      { kind: 'routeDiffers', subject: 'worker1 (web1)' },
      { kind: 'routeBinderMissing', subject: 'worker1' },
      { kind: 'storeValveMissing', subject: 'worker1' },
    ]);
  });

  it('is measured by the route that mod_jk gives a worker, not by its name', () => {
    const found = [node('worker1', {}, 'web1')];
    assert.deepEqual(fleetNotes(found, [member('worker1', 'web1')]), []);
    assert.deepEqual(fleetNotes(found, [member('worker1', '')]).length, 1);
  });

  it('is not made up where nothing could be read', () => {
    assert.deepEqual(notes({ node: 'worker1' }, node('worker2')), [
      { kind: 'fleetUnchecked', subject: 'worker1' },
    ]);
  });

  it('puts sessions at risk, but for a route that is only old', () => {
    const found = notes(node('worker1', { routeBinder: false }), { node: 'worker2' });
    assert.deepEqual(
      sessionRisks(found).map(({ kind }) => kind),
      ['fleetUnchecked'],
    );
  });

  it('is told with the lines to add for each node', () => {
    assert.deepEqual(describeLack('routeDiffers', 'worker1 (web1), worker2 (web2)'), [
      'sessions of worker1 (web1), worker2 (web2) name a node that mod_jk does not know: users do not stay with theirs; in conf/server.xml:',
      '<Engine name="Catalina" defaultHost="localhost" jvmRoute="worker1">',
      '<Engine name="Catalina" defaultHost="localhost" jvmRoute="worker2">',
    ]);
  });

  it('keeps old versions running whose sessions nobody counts, unless they are to end', () => {
    const found = [node('worker1'), node('worker2', { uncounted: false })];
    assert.deepEqual(uncountedNotes(found, undefined), [{ kind: 'sessionsUncounted', subject: 'worker1' }]);
    assert.deepEqual(uncountedNotes(found, 'expire'), []);
  });
});
