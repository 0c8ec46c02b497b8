import assert from 'node:assert/strict';
import { copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RouterState } from '../../src/contracts/deploy';
import type { RouteChange } from '../../src/contracts/deployTarget';
import { apacheTemplate } from '../../src/routers/apacheTemplate';
import { nginx } from '../../src/routers/nginx';
import type { Backend } from '../lab/routers';
import { routeTo } from '../lab/routersRunner';
import {
  releaseAt,
  routerKinds,
  scene,
  useRouterLab,
  type RouterKind,
  type RouterScene,
} from '../lab/routersScene';

describe('routers in trouble', function () {
  this.timeout(60_000);
  const lab = useRouterLab();
  let one: Backend;
  let two: Backend;
  let before: RouterState;

  const start = async (kind: RouterKind): Promise<RouterScene> => {
    one = await lab().backend('one');
    two = await lab().backend('two');
    const at = await scene(lab(), kind, one, { spare: [two.port] });
    before = await at.runner.read(at.router);
    return at;
  };
  const planned = ({ router }: RouterScene, state = before): RouteChange =>
    router.change(
      state,
      routeTo({ release: 'two', port: two.port }, { release: 'one', port: one.port, weight: 0 }),
      'p1',
    );
  /** Undoes it; all is as it was, and users never left. */
  const assertUndone = async (at: RouterScene, { undo }: RouteChange): Promise<void> => {
    await at.runner.perform(undo);
    assert.equal(await releaseAt(at.real.url), 'one');
  };
  const edit = async (file: string, change: (text: string) => string): Promise<void> =>
    writeFile(file, change(await readFile(file, 'utf8')));

  describe('that report success and serve the old release', () => {
    /** Users no longer go through what is switched. */
    const bypass: Readonly<Record<RouterKind, (at: RouterScene) => Promise<void>>> = {
      'apache-template': async ({ real }) => {
        const sites = join(real.folder, 'sites');
        await copyFile(join(sites, 'adara.conf'), join(sites, 'adara.live'));
        await edit(join(real.folder, 'apache2.conf'), (text) => text.replace('sites/*.conf', 'sites/*.live'));
      },
      'apache-balancer': ({ real }) =>
        edit(join(real.folder, 'sites', 'balancer.conf'), (text) =>
          text.replace('"/" "balancer://adara/"', `"/" "http://127.0.0.1:${one.port}/"`),
        ),
      haproxy: ({ real }) =>
        edit(
          join(real.folder, 'haproxy.cfg'),
          (text) =>
            `${text.replace('default_backend web', 'default_backend other')}backend other\n  server o 127.0.0.1:${one.port}\n`,
        ),
      nginx: ({ real }) =>
        edit(join(real.folder, 'nginx.conf'), (text) =>
          text.replace('proxy_pass http://adara;', `proxy_pass http://127.0.0.1:${one.port};`),
        ),
    };
    for (const kind of routerKinds)
      it(`are caught: ${kind}`, async () => {
        const at = await start(kind);
        await bypass[kind](at);
        await at.real.reload();
        before = await at.runner.read(at.router);
        const change = planned(at);
        const bound = await at.runner.perform(change.do);
        await assert.rejects(at.runner.perform(change.verify, bound), {
          reason: 'deadline',
          details: {
            path: 'headers.x-release',
            expected: 'is one of two',
            found: 'one',
            afterMs: 10_000,
          },
        });
        await assertUndone(at, change);
        assert.deepEqual(await at.runner.read(at.router), before);
      });
  });

  it('nginx that could not use its new configuration is caught: it tells nobody', async () => {
    const at = await start('nginx');
    const change = planned(at);
    // A test of the configuration does not try to listen.
    const taken = join(at.real.folder, 'conf.d', 'taken.conf');
    await writeFile(taken, `server { listen 127.0.0.1:${one.port}; }\n`);
    const bound = await at.runner.perform(change.do);
    await assert.rejects(at.runner.perform(change.verify, bound), {
      reason: 'deadline',
      details: { path: 'value.serving', expected: 'at most 0', found: '2', afterMs: 10_000 },
    });
    assert.equal(await releaseAt(at.real.url), 'one');
    await assertUndone(at, change);
    assert.deepEqual(await at.runner.read(at.router), before);
  });

  for (const [kind, file, line] of [
    ['apache-template', 'apache2.conf', 'NoSuchDirective on'],
    ['nginx', 'conf.d/other.conf', 'no_such_directive on;'],
  ] as const)
    it(`${kind} whose configuration someone else broke is left as it is`, async () => {
      const at = await start(kind);
      const change = planned(at);
      const broken = join(at.real.folder, file);
      await writeFile(broken, `${await readFile(broken, 'utf8').catch(() => '')}\n${line}\n`);
      const own = change.do.find((call) => call.via === 'writeFile')!.path;
      const content = await readFile(own, 'utf8');
      await assert.rejects(
        at.runner.perform(change.do),
        (error: { reason: string; details: { output: string } }) => {
          assert.equal(error.reason, 'configBroken');
          assert.match(error.details.output, /no_?such_?directive/i);
          return true;
        },
      );
      assert.equal(await readFile(own, 'utf8'), content);
      await assertUndone(at, change);
      assert.equal(await readFile(own, 'utf8'), content);
      await assert.rejects(at.runner.read(at.router), { reason: 'configBroken' });
    });

  it('Apache that refuses what a template gives gets its old files back', async () => {
    const at = await start('apache-template');
    await edit(
      join(at.real.folder, 'sites', 'adara.conf.template'),
      (text) => `${text}ProxyPassReverze / x\n`,
    );
    before = await at.runner.read(at.router);
    const site = join(at.real.folder, 'sites', 'adara.conf');
    const content = await readFile(site, 'utf8');
    const change = planned(at);
    await assert.rejects(at.runner.perform(change.do), { reason: 'configRejected' });
    assert.match(await readFile(site, 'utf8'), /ProxyPassReverze/);
    assert.equal(await releaseAt(at.real.url), 'one', 'it was not put to use');
    await assertUndone(at, change);
    assert.equal(await readFile(site, 'utf8'), content);
  });

  describe('whose templates', () => {
    const site = (at: RouterScene): string => join(at.real.folder, 'sites', 'adara.conf');

    it('use a variable that nobody knows are refused before anything is changed', async () => {
      const at = await start('apache-template');
      await edit(`${site(at)}.template`, (text) => `# \${COMMENT}\n${text}ServerName \${SHOP_NAME}\n`);
      const lines = (await readFile(`${site(at)}.template`, 'utf8')).split('\n');
      await assert.rejects(at.runner.read(at.router), {
        name: 'RouterError',
        reason: 'unknownVariable',
        details: {
          variable: 'SHOP_NAME',
          file: `${site(at)}.template`,
          line: lines.findIndex((line) => line.includes('SHOP_NAME')) + 1,
        },
      });
    });

    it('use what Apache knows from its environment or a Define are fine', async () => {
      const at = await start('apache-template');
      await edit(
        join(at.real.folder, 'apache2.conf'),
        (text) => `Define SHOP_NAME shop.example.org\n${text}`,
      );
      await edit(`${site(at)}.template`, (text) => `${text}ServerName \${SHOP_NAME}\n`);
      await at.runner.perform(planned(at, await at.runner.read(at.router)).do);
      assert.match(await readFile(site(at), 'utf8'), /ServerName \$\{SHOP_NAME\}/);
    });

    it('lack the variable, or are not there, are refused', async () => {
      const at = await start('apache-template');
      const router = (templates: string, variables: Record<string, string>) =>
        apacheTemplate('front', { host: 'lab', templates, variables, control: at.real.control });
      const folder = join(at.real.folder, 'sites');
      const refused = (templates: string, variables: Record<string, string>, reason: string): Promise<void> =>
        assert.rejects(async () => at.runner.read(router(templates, variables)), { reason });
      await refused(`${folder}/*.conf.template`, { OTHER: '${port}' }, 'unusedVariable');
      await refused(`${folder}/no*.conf.template`, { ADARA_PORT: '${port}' }, 'noTemplates');
      await refused(`${at.real.folder}/s*/a.conf.template`, { ADARA_PORT: '${port}' }, 'noTemplates');
    });

    it('were never filled in are filled in for the first release; undo takes the file away', async () => {
      const at = await start('apache-template');
      await rm(site(at));
      await at.real.reload();
      const first = await at.runner.read(at.router);
      assert.deepEqual(first.backends, []);
      const change = at.router.change(first, routeTo({ release: 'two', port: two.port }), 'p1');
      await at.runner.perform(change.verify, await at.runner.perform(change.do));
      assert.equal(await releaseAt(at.real.url), 'two');
      await at.runner.perform(change.undo);
      assert.deepEqual(await at.runner.read(at.router), first);
    });
  });

  it('nginx that does not include the file is refused', async () => {
    const at = await start('nginx');
    const include = join(at.real.folder, 'elsewhere.conf');
    await writeFile(include, 'upstream adara { server 127.0.0.1:1; }\n');
    const router = nginx('proxy', { host: 'lab', include, control: at.real.control });
    await assert.rejects(at.runner.read(router), { reason: 'notIncluded', details: { file: include } });
  });

  for (const kind of ['apache-template', 'nginx'] as const)
    it(`${kind} that does not run is not started by a switch`, async () => {
      const at = await start(kind);
      const change = planned(at);
      await at.real.stop();
      await assert.rejects(at.runner.perform(change.do), { reason: 'notRunning' });
      await assert.rejects(fetch(at.real.url));
    });

  it('that are not where they should be are told apart from those that refuse', async () => {
    const at = await start('haproxy');
    await at.real.stop();
    await assert.rejects(at.runner.read(at.router), { name: 'TransportError' });
    const balancer = await scene(lab(), 'apache-balancer', one);
    await balancer.real.stop();
    await assert.rejects(balancer.runner.read(balancer.router), {
      name: 'TransportError',
      reason: 'refused',
    });
  });
});
