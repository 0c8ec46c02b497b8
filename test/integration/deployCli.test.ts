import assert from 'node:assert/strict';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { configuration } from '../../scripts/lab/configuration';
import { root } from '../../scripts/support/paths';
import { run } from '../../scripts/support/run';
import type { Plan } from '../../src/contracts/deploy';
import type { AuditRecord, Receipt } from '../../src/contracts/deployRecord';
import { javaImage } from '../lab/images/adara';
import { FLEET_PORT, FRONT_PORTS } from '../lab/machines/services';
import { useLab } from '../lab/machines/suite';
import { ensureJdk } from '../../scripts/support/jdk';
import { lastLine, startCli, type Ran } from './support/cli';

interface Status {
  readonly applications: readonly {
    readonly live?: { readonly version: string };
    readonly drifted: boolean;
    readonly targets: readonly {
      readonly older?: readonly { readonly release: { readonly version: string } }[];
    }[];
  }[];
}

describe('a deployment from the command line', function () {
  this.timeout(240_000);
  const suite = useLab({
    machines: {
      'host-a': { engine: true, services: ['apache', 'haproxy', 'nginx'] },
      here: { engine: true },
    },
  });
  let workspace: string;
  let url: string;
  const releases: string[] = [];

  before(async function () {
    this.timeout(600_000);
    const { lab } = suite;
    await lab.machine('here').succeed(['docker', 'load', '--quiet', '--input', await javaImage()]);
    const urls: Record<string, string> = {};
    for (const [name, port] of Object.entries({ ...FRONT_PORTS, fleet: FLEET_PORT }))
      urls[name] = `http://127.0.0.1:${await lab.network.forward(lab.machine('host-a').address, port)}/`;
    url = urls.haproxy!;
    workspace = path.join(lab.folder, 'adara');
    await cp(path.join(root, 'samples', 'adara'), workspace, {
      recursive: true,
      filter: (file) => path.basename(file) !== 'target',
    });
    // Compiled once; what differs between releases is a file beside the classes.
    const { javac } = await ensureJdk();
    const java = path.join(workspace, 'src', 'main', 'java', 'adara');
    const classes = path.join(workspace, 'target', 'classes');
    await mkdir(classes, { recursive: true });
    await run(javac, [
      '-g',
      '--release',
      '17',
      '-d',
      classes,
      '-sourcepath',
      path.dirname(java),
      path.join(java, 'Main.java'),
    ]);
    const yaml = configuration(urls, '192.0.2.2')
      .replace('build: { before: [mvn, -q, compile] }', 'build: { context: . }')
      .replaceAll('standby: 1', 'standby: 1, tag: "${environment}/${version}"');
    await writeFile(path.join(workspace, 'swapdeck.yaml'), yaml);
    await run('git', ['init', '--quiet'], { cwd: workspace });
    await commit('one');
  });

  async function commit(what: string): Promise<void> {
    await writeFile(path.join(workspace, 'target', 'classes', 'what.txt'), what);
    await run('git', ['add', '--all', '--force', '.'], { cwd: workspace });
    const author = ['-c', 'user.name=lab', '-c', 'user.email=lab@localhost'];
    await run('git', [...author, 'commit', '--quiet', '--message', what], { cwd: workspace });
    releases.push(
      await run('git', ['rev-parse', '--short', 'HEAD'], { cwd: workspace }).then((text) => text.trim()),
    );
  }

  const swapdeck = async (...argv: string[]): Promise<Ran> =>
    startCli(workspace, argv, {
      HOME: suite.lab.home,
      SWAPDECK_STATE: path.join(suite.lab.folder, 'state'),
      DOCKER_HOST: `unix://${suite.lab.machine('here').engineSocket}`,
    }).ended;

  const answering = async (): Promise<string | null> =>
    (await fetch(url, { headers: { connection: 'close' } })).headers.get('x-release');

  it('shows a plan and changes nothing', async () => {
    const { code, stdout, stderr } = await swapdeck('plan', 'edge', 'adara', '--json');
    assert.equal(code, 0, stderr);
    const { plan, digest } = lastLine(stdout) as { plan: Plan; digest: string };
    assert.match(digest, /^[0-9a-f]{64}$/);
    assert.equal(plan.release.version, releases[0]);
    assert.deepEqual(plan.notes, [{ kind: 'first' }, { kind: 'serversForgotten', subject: 'edge' }]);
    assert.match(stderr, /Send all users to/);
    assert.equal(await suite.lab.machine('host-a').succeed(['docker', 'ps', '--all', '--quiet']), '');
  });

  it('refuses to go on where nobody can be asked', async () => {
    const { code, stderr } = await swapdeck('deploy', 'edge', 'adara');
    assert.equal(code, 1);
    assert.match(stderr, /--yes/);
  });

  it('brings a first release to users', async () => {
    const { code, stdout, stderr } = await swapdeck('deploy', 'edge', 'adara', '--yes', '--json');
    assert.equal(code, 0, stderr);
    assert.equal((lastLine(stdout) as Receipt).outcome, 'done');
    assert.equal(await answering(), releases[0]);
  });

  it('finds nothing to do for the release that is live', async () => {
    const { code, stdout } = await swapdeck('deploy', 'edge', 'adara', '--yes');
    assert.equal(code, 0);
    assert.match(stdout, /this release is live already/);
  });

  it('replaces a release without losing a request', async () => {
    await commit('two');
    const { code, stdout, stderr } = await swapdeck('deploy', 'edge', 'adara', '--yes', '--json');
    assert.equal(code, 0, stderr);
    const { probe } = lastLine(stdout) as Receipt;
    assert.equal(probe?.lost, 0);
    assert.deepEqual(probe.releases.map(({ release }) => release).sort(), [...releases].sort());
    assert.equal(await answering(), releases[1]);
    const tagged = await run('git', ['rev-parse', '--short', `edge/${releases[1]!}^{commit}`], {
      cwd: workspace,
    });
    assert.equal(tagged.trim(), releases[1]);
  });

  it('tells what runs and what is kept', async () => {
    const { stdout } = await swapdeck('status', 'edge', 'adara', '--json');
    const status = (lastLine(stdout) as Status).applications[0]!;
    assert.equal(status.live?.version, releases[1]);
    assert.equal(status.drifted, false);
    assert.deepEqual(
      status.targets[0]?.older?.map(({ release }) => release.version),
      [releases[0]],
    );
  });

  it('takes a release back that does not become healthy, and shows the end of its log', async () => {
    const yaml = path.join(workspace, 'swapdeck.yaml');
    const before = await readFile(yaml, 'utf8');
    await writeFile(yaml, before.replace('env: {', 'env: { ADARA_STARTUP: crash, '));
    await commit('three');
    const { code, stdout, stderr } = await swapdeck('deploy', 'edge', 'adara', '--yes', '--json');
    await writeFile(yaml, before);
    assert.equal(code, 3, stderr);
    const { outcome, exact, probe } = lastLine(stdout) as Receipt;
    assert.deepEqual({ outcome, exact, lost: probe?.lost ?? 0 }, { outcome: 'undone', exact: true, lost: 0 });
    assert.match(stderr, /log:/);
    assert.equal(await answering(), releases[1]);
  });

  it('goes back to the release before by router alone', async () => {
    const { code, stdout, stderr } = await swapdeck('rollback', 'edge', 'adara', '--yes', '--json');
    assert.equal(code, 0, stderr);
    assert.equal((lastLine(stdout) as Receipt).probe?.lost, 0);
    assert.equal(await answering(), releases[0]);
  });

  it('tells colleagues what was done', async () => {
    // From another machine: nothing of this one's state is there.
    await rm(path.join(suite.lab.folder, 'state'), { recursive: true, force: true });
    const { stdout } = await swapdeck('history', 'edge', 'adara', '--json');
    const { deployments } = lastLine(stdout) as { deployments: AuditRecord[] };
    assert.deepEqual(
      deployments.map(({ intent, release, outcome }) => [intent, release.version, outcome]),
      [
        ['rollback', releases[0], 'done'],
        ['deploy', releases[2], 'undone'],
        ['deploy', releases[1], 'done'],
        ['deploy', releases[0], 'done'],
      ],
    );
  });

  it('shows the end of the log of what is live', async () => {
    const { code, stdout } = await swapdeck('logs', 'edge', 'adara');
    assert.equal(code, 0);
    assert.match(stdout, /# host-a\n\S/);
  });

  it('names what is wrong where the configuration does not have it', async () => {
    const { code, stderr } = await swapdeck('deploy', 'egde', 'adara', '--yes');
    assert.equal(code, 1);
    assert.match(stderr, /no environment "egde"[^]*edge/);
  });
});
