import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plan, RouterState, Step } from '../../../src/contracts/deploy';
import type { Answer, Call } from '../../../src/contracts/deployCall';
import { literal } from '../../../src/contracts/deployCall';
import type { Reading, Route, Router } from '../../../src/contracts/deployTarget';
import { checkPlan } from '../../../src/deploy/check';
import { apacheBalancer } from '../../../src/routers/apacheBalancer';
import { apacheTemplate } from '../../../src/routers/apacheTemplate';
import { haproxy } from '../../../src/routers/haproxy';
import { nginx } from '../../../src/routers/nginx';
import { recorded, recordedCommand } from './recorded';

// What each router is told, word for word: golden files, written anew with UPDATE_GOLDEN=1.

const ask = { url: 'http://www.example.org/', recognise: { by: 'header', name: 'X-Release' } } as const;
const template = 'ErrorLog ${APACHE_LOG_DIR}/adara.log\nProxyPass "/" "http://127.0.0.1:${ADARA_PORT}/"\n';
const upstream = 'upstream adara {\n    server 127.0.0.1:18081 max_fails=0;\n    keepalive 16;\n}\n';

/** A router and the answers that reading it gets, in order. */
interface Case {
  readonly router: Router;
  readonly answers: readonly Answer[];
}

const sites = '/etc/apache2/sites-available';
const cases: Readonly<Record<string, Case>> = {
  'apache-template': {
    router: apacheTemplate('front', {
      host: 'web-1',
      templates: `${sites}/*.conf.template`,
      variables: { ADARA_PORT: '${port}' },
      ask,
    }),
    answers: [
      { code: 0, stdout: `${sites}/adara.conf.template\n`, stderr: '' },
      { exists: true, content: template },
      { exists: true, content: template.replace('${ADARA_PORT}', '18081') },
      // Nothing of it is unknown: the variable the recorded one lacks is not asked for here.
      recordedCommand('apache-dump.json'),
    ],
  },
  'apache-balancer': {
    router: apacheBalancer('balancer', {
      host: 'lb-1',
      url: 'http://127.0.0.1/balancer-manager',
      balancer: 'adara',
      ask,
    }),
    answers: [
      { status: 200, body: recorded('balancer.xml') },
      { status: 200, body: recorded('balancer-page.txt') },
    ],
  },
  haproxy: {
    router: haproxy('edge', {
      host: 'lb-1',
      socket: '/run/haproxy/admin.sock',
      backend: 'web',
      stateFile: '/var/lib/haproxy/state',
      ask,
    }),
    answers: [{ text: recorded('haproxy-state.txt') }, { text: recorded('haproxy-stat.csv') }],
  },
  nginx: {
    router: nginx('proxy', { host: 'lb-1', include: '/lab/nginx-4/conf.d/adara-upstream.conf', ask }),
    answers: [
      { exists: true, content: upstream },
      recordedCommand('nginx-dump.json'),
      recordedCommand('nginx-build.json'),
    ],
  },
};

/** What a router does, read with recorded answers. */
function stateOf({ router, answers }: Case): RouterState {
  const left = [...answers];
  let reading: Reading<RouterState> = router.read();
  for (;;) {
    const next = reading.next(left.splice(0, reading.calls.length));
    if ('result' in next) {
      assert.equal(left.length, 0, 'every answer was asked for');
      return next.result;
    }
    reading = next.more;
  }
}

const backend = (release: string, port: string, weight: number) => ({
  address: { host: '127.0.0.1', port },
  weight,
  target: 'web-1',
  release,
});
const all: Route = { backends: [backend('2.0', '${web-1.port}', 100), backend('1.0', '18081', 0)] };
const some: Route = { backends: [backend('2.0', '${web-1.port}', 5), backend('1.0', '18081', 95)] };

function rendered(router: Router, state: RouterState, to: Route): string {
  const { after, ...change } = router.change(state, to, 'p1');
  const calls = Object.entries(change).map(([name, list]: [string, readonly Call[]]) =>
    [`${name}:`, ...list.map((call) => `  ${JSON.stringify(call)}`), ''].join('\n'),
  );
  const drained = router.drained?.(after, { host: '127.0.0.1', port: '18081' }, 30_000) ?? [];
  return [
    ...calls,
    'drained:',
    ...drained.map((call) => `  ${JSON.stringify(call)}`),
    '',
    'after:',
    `  ${JSON.stringify(after)}`,
    '',
  ].join('\n');
}

function assertGolden(name: string, text: string): void {
  const file = join(__dirname, 'golden', `${name}.txt`);
  if (process.env.UPDATE_GOLDEN) writeFileSync(file, text);
  assert.equal(text, readFileSync(file, 'utf8').replaceAll('\r\n', '\n'));
}

describe('plans of routers', () => {
  for (const [kind, each] of Object.entries(cases)) {
    const { router } = each;
    describe(`of ${kind}`, () => {
      it('send everybody to the new release', () =>
        assertGolden(`${kind}-all`, rendered(router, stateOf(each), all)));

      if (router.abilities.weights)
        it('send a share of the users to the new release', () =>
          assertGolden(`${kind}-share`, rendered(router, stateOf(each), some)));
      else
        it('refuse to share the users out', () => {
          assert.throws(() => router.change(stateOf(each), some, 'p1'), { reason: 'oneAtATime' });
        });

      it('are equal for equal inputs, and plain JSON', () => {
        const change = router.change(stateOf(each), all, 'p1');
        assert.deepEqual(JSON.parse(JSON.stringify(change)), change);
        assert.deepEqual(router.change(stateOf(each), all, 'p1'), change);
      });

      it('go on from where an earlier change of the same plan leads', () => {
        const first = router.change(stateOf(each), all, 'p1');
        const back: Route = { backends: [backend('1.0', '18081', 100), backend('2.0', '${web-1.port}', 0)] };
        const { after } = router.change(first.after, back, 'p1');
        const admitted = after.backends.filter(({ weight }) => weight > 0).map(({ address }) => address.port);
        assert.deepEqual(admitted, ['18081']);
      });

      it('keep the rules of steps', () => {
        const change = router.change(stateOf(each), all, 'p1');
        const start: Call = {
          via: 'command',
          host: 'web-1',
          argv: ['true'],
          binds: { 'web-1.port': 'stdout' },
        };
        const step = (id: string, calls: Pick<Step, 'do' | 'verify' | 'undo'>): Step => ({
          id,
          title: id,
          on: id,
          phase: 'route',
          again: 'repeat',
          ...calls,
        });
        const { after, ...calls } = change;
        assert.equal(after.router, router.name);
        const steps = [step('start', { do: [start], verify: [], undo: [] }), step('route', calls)];
        checkPlan({ steps } as unknown as Plan);
      });

      it('bind names that begin with the name of the router, and undo needs none of its own', () => {
        const { do: calls, undo } = router.change(stateOf(each), all, 'p1');
        const names = (list: readonly Call[]): string[] =>
          list.flatMap(({ binds = {} }) => Object.keys(binds));
        for (const name of [...names(calls), ...names(undo)]) assert.ok(name.startsWith(`${router.name}.`));
        const used = [...JSON.stringify(undo).matchAll(/(?<!\$)\$\{([^}]+)\}/g)].map(([, name]) => name!);
        const known = ['web-1.port', ...names(undo)];
        assert.deepEqual(
          used.filter((name) => !known.includes(name)),
          [],
        );
        assert.equal(names(calls).filter((name) => names(undo).includes(name)).length, 0);
      });
    });
  }

  it('leave what a host has in its files unread: it is no placeholder', () => {
    const change = cases['apache-template']!.router.change(stateOf(cases['apache-template']!), all, 'p1');
    const written = change.do.find((call) => call.via === 'writeFile');
    assert.equal(
      written?.content,
      `ErrorLog ${literal('${APACHE_LOG_DIR}')}/adara.log\nProxyPass "/" "http://127.0.0.1:\${web-1.port}/"\n`,
    );
  });

  it('refuse a name where HAProxy needs an address', () => {
    const to: Route = { backends: [{ ...backend('2.0', '80', 1), address: { host: 'web-1', port: '80' } }] };
    assert.throws(() => cases.haproxy!.router.change(stateOf(cases.haproxy!), to, 'p1'), {
      reason: 'notAnAddress',
    });
  });
});
