import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { run } from '../../scripts/support/run';
import { fingerprintOf } from '../../src/certificates/facts';
import type { Plan } from '../../src/contracts/deploy';
import type { Receipt } from '../../src/contracts/deployRecord';
import { SERVED, startTlsApache } from '../lab/certificates/apache';
import { Authority, inDays, type Issued } from '../lab/certificates/authority';
import { TlsUsers } from '../lab/certificates/users';
import { useLab } from '../lab/machines/suite';
import { lastLine, startCli, type Ran } from './support/cli';

const MACHINES = ['lb-1', 'lb-2'] as const;
const PASSWORD = 'pw-of-the-pfx';

interface Listed {
  readonly certificates: readonly {
    readonly held?: { readonly fingerprint: string; readonly daysLeft: number };
    readonly problem?: string;
    readonly places: readonly {
      readonly place: string;
      readonly served?: { readonly fingerprint: string };
    }[];
  }[];
}

describe('a certificate on Apaches', function () {
  this.timeout(60_000);
  const suite = useLab({ machines: { 'lb-1': {}, 'lb-2': {} } });
  let authority: Authority;
  let workspace: string;
  let ports: number[];
  /** What is served at first, and what is put in its place by each test. */
  let old: Issued;

  before(async function () {
    this.timeout(600_000);
    const { lab } = suite;
    authority = await Authority.found(path.join(lab.folder, 'authority'));
    old = await authority.issue({ name: 'old', key: 'rsa', to: inDays(9.5) });
    ports = await Promise.all(MACHINES.map((name) => lab.network.forward(lab.machine(name).address, 443)));
    for (const name of MACHINES) await startTlsApache(lab.machine(name), old, authority.intermediate);
    workspace = path.join(lab.folder, 'workspace');
    await mkdir(path.join(workspace, 'certs'), { recursive: true });
    await configure();
  });

  async function configure(test = '[apachectl, configtest]'): Promise<void> {
    const place = (host: string): string =>
      `{ host: ${host}, certificate: ${SERVED.certificate}, chain: ${SERVED.chain}, key: ${SERVED.key}, serves: "https://www.example.com/", reload: [apachectl, graceful], test: ${test} }`;
    await writeFile(
      path.join(workspace, 'swapdeck.yaml'),
      `hosts:
  lb-1: { ssh: lb-1 }
  lb-2: { ssh: lb-2 }
certificates:
  www:
    pfx: certs/www.pfx
    password: "\${secret:www-pfx}"
    places:
      - ${place('lb-1')}
      - ${place('lb-2')}
environments:
  production: { certificates: [www] }
`,
    );
  }

  /** Puts a new certificate into the workspace. */
  async function bring(name: string, options: Parameters<Authority['issue']>[0] = {}): Promise<Issued> {
    const issued = await authority.issue({ name, ...options });
    await copyFile(await authority.pfx(issued, PASSWORD), path.join(workspace, 'certs', 'www.pfx'));
    return issued;
  }

  let password = PASSWORD;
  const environment = (): Record<string, string> => ({
    HOME: suite.lab.home,
    SWAPDECK_STATE: state(),
    SWAPDECK_SECRET_WWW_PFX: password,
  });
  const state = (): string => path.join(suite.lab.folder, 'state');
  const swapdeck = (...argv: string[]): Promise<Ran> => startCli(workspace, argv, environment()).ended;
  const renew = (): Promise<Ran> => swapdeck('renew', 'production', 'www', '--yes', '--json');

  const fingerprint = async ({ certificate }: Issued): Promise<string> =>
    fingerprintOf(new X509Certificate(await readFile(certificate)));
  /** What each machine shows. */
  async function served(): Promise<string[]> {
    const { stdout } = await swapdeck('certificates', 'production', '--json');
    const { certificates } = lastLine(stdout) as Listed;
    return certificates[0]!.places.map(({ served }) => served?.fingerprint ?? 'nothing');
  }
  /** Modes, owners, times and contents of all that there is. */
  const files = (): Promise<string[]> =>
    Promise.all(
      MACHINES.map((name) =>
        suite.lab
          .machine(name)
          .succeed([
            'sh',
            '-c',
            'ls -ln --time-style=full-iso /etc/ssl/private /etc/ssl/certs/www* && cat /etc/ssl/private/www.key /etc/ssl/certs/www*',
          ]),
      ),
    );

  it('is listed with what is served and how long that lasts', async () => {
    const issued = await bring('listed');
    const { code, stdout } = await swapdeck('certificates', '--json');
    assert.equal(code, 3);
    const { certificates } = lastLine(stdout) as Listed;
    assert.equal(certificates[0]!.held?.fingerprint, await fingerprint(issued));
    assert.equal(certificates[0]!.held.daysLeft, 89);
    const was = await fingerprint(old);
    assert.deepEqual(
      certificates[0]!.places.map((each) => [each.place, each.served?.fingerprint]),
      MACHINES.map((name) => [name, was]),
    );
    const table = await swapdeck('certificates', 'production');
    assert.match(table.stdout, /^production +www +lb-1 +\d{4}-\d\d-\d\d +9 +serves another; ends soon$/m);
  });

  it('is refused before anything is touched when its password is another one or it is for another name', async () => {
    const before = await files();
    password = 'wrong';
    const wrong = await renew();
    password = PASSWORD;
    assert.equal(wrong.code, 3);
    assert.match(wrong.stderr, /The password of .*www\.pfx is another one/);
    await bring('other', { names: 'DNS:shop.example.com' });
    const other = await renew();
    assert.equal(other.code, 3);
    assert.match(other.stderr, /not for www\.example\.com.*\n.*shop\.example\.com/);
    assert.deepEqual(await files(), before);
  });

  it('is shown as a plan without its key', async () => {
    const issued = await bring('planned');
    const { code, stdout, stderr } = await swapdeck('renew', 'production', 'www', '--json');
    assert.equal(code, 1, 'nobody was asked');
    const sha = await fingerprint(issued);
    assert.match(
      stderr,
      new RegExp(
        `lb-1 write ${SERVED.key} \\(0600\\) < certificate.key certificate="www" fingerprint="${sha}"`,
      ),
    );
    assert.match(stderr, /lb-2 tls 127\.0\.0\.1:443 for www\.example\.com/);
    assertNoKey(await secretsOf(issued), stdout + stderr, 'the plan');
  });

  it('is renewed everywhere without a lost request, its key in its file and nowhere else', async () => {
    const issued = await bring('renewed', { key: 'rsa' });
    const users = await TlsUsers.come(ports, authority.root);
    const { code, stdout, stderr } = await renew();
    const seen = await users.leave();
    assert.equal(code, 0, stderr);
    const { plan } = lastLine(stdout) as Receipt & { plan: string };
    const sha = await fingerprint(issued);
    assert.deepEqual(await served(), [sha, sha]);
    assert.deepEqual(seen.lost, []);
    assert.deepEqual(seen.fingerprints, [await fingerprint(old), sha]);
    assert.ok(seen.sent > 50, `${seen.sent} requests`);
    for (const name of MACHINES) {
      const machine = suite.lab.machine(name);
      const stat = await machine.succeed(['stat', '-c', '%a %U', SERVED.key, SERVED.certificate]);
      assert.equal(stat, '600 root\n644 root\n');
      assert.equal(
        await machine.succeed(['sh', '-c', 'ls -d /etc/ssl/*/www*.* | grep -v "[.]pem$\\|[.]key$" || :']),
        '',
      );
    }
    const secrets = await secretsOf(issued);
    assertNoKey(secrets, stdout + stderr, `plan ${plan}`);
    await assertOnlyIn(secrets, '/etc/ssl/private/www.key');
  });

  it('is not renewed again when it is served already', async () => {
    const { code, stdout } = await renew();
    assert.equal(code, 0);
    assert.deepEqual((lastLine(stdout) as { steps: unknown[] }).steps, []);
  });

  it('is taken back exactly where someone else broke the configuration of the second', async () => {
    await bring('broken');
    const before = [await files(), await served()];
    const broken = suite.lab.machine('lb-2').path('/etc/apache2/conf-enabled/broken.conf');
    await writeFile(broken, 'NoSuchDirective on\n');
    const { code, stdout } = await renew();
    await rm(broken);
    const { outcome, exact, failure } = lastLine(stdout) as Receipt;
    assert.deepEqual([code, outcome, exact], [3, 'undone', true]);
    assert.match(failure?.message ?? '', /NoSuchDirective/);
    assert.deepEqual([await files(), await served()], before);
  });

  it('is taken back exactly where someone breaks the configuration after the files were written', async () => {
    await bring('broken-late');
    const before = [await files(), await served()];
    const machine = suite.lab.machine('lb-1');
    // Sound when it is asked first, broken from then on.
    await writeFile(
      machine.path('/srv/test'),
      '#!/bin/sh\napachectl configtest; code=$?\necho NoSuchDirective on >/etc/apache2/conf-enabled/broken.conf\nexit $code\n',
      { mode: 0o755 },
    );
    await configure('[/srv/test]');
    const { code, stdout } = await renew();
    await configure();
    await machine.succeed(['rm', '/etc/apache2/conf-enabled/broken.conf']);
    const { outcome, exact } = lastLine(stdout) as Receipt;
    assert.deepEqual([code, outcome, exact], [3, 'undone', true]);
    assert.deepEqual([await files(), await served()], before);
    await machine.succeed(['apachectl', 'graceful']);
  });

  /** Renews, and is killed when it says that a step went well. */
  async function killedAfter(step: RegExp): Promise<void> {
    const { child, ended } = startCli(workspace, ['renew', 'production', 'www', '--yes'], environment());
    let said = '';
    child.stderr.on('data', (text: string) => {
      said += text;
      if (step.test(said)) child.kill('SIGKILL');
    });
    await once(child, 'close');
    await ended;
    assert.match(said, step);
  }

  for (const [how, step] of [
    ['before anything is written', /^ok +Keep what lb-1 has/m],
    ['between the two', /^ok +Serve the new certificate on lb-1/m],
  ] as const) {
    it(`is resumed to its end after the deployer was killed ${how}`, async () => {
      const issued = await bring(`resumed-${how.length}`);
      await killedAfter(step);
      const { code, stderr } = await swapdeck('resume', 'production', 'www@certificate');
      assert.equal(code, 0, stderr);
      const sha = await fingerprint(issued);
      assert.deepEqual(await served(), [sha, sha]);
      await assertOnlyIn(await secretsOf(issued), '/etc/ssl/private/www.key');
    });

    it(`is taken back exactly after the deployer was killed ${how}`, async () => {
      await bring(`undone-${how.length}`);
      const before = [await files(), await served()];
      await killedAfter(step);
      const { code, stdout } = await swapdeck('undo', 'production', 'www@certificate', '--json');
      assert.equal(code, 0);
      assert.equal((lastLine(stdout) as Receipt).exact, true);
      assert.deepEqual([await files(), await served()], before);
    });
  }

  it('is in the history with its fingerprint', async () => {
    const { stdout } = await swapdeck('history', 'production', 'www@certificate', '--json');
    const { deployments } = lastLine(stdout) as { deployments: Pick<Plan, 'intent' | 'release'>[] };
    assert.ok(deployments.every(({ intent }) => intent === 'renew'));
    assert.match(deployments[0]!.release.artifact, /^[0-9a-f]{64}$/);
  });

  /** Forms in which a key could be found: lines of its PEM form, and what is secret of it as bytes in hex. */
  async function secretsOf({ key }: Issued): Promise<{ lines: string[]; hex: string }> {
    const pem = await readFile(key, 'utf8');
    const jwk = createPrivateKey(pem).export({ format: 'jwk' });
    const lines = pem.split('\n').filter((line) => line.length === 64);
    return { lines: lines.slice(1), hex: Buffer.from(jwk.d!, 'base64url').toString('hex') };
  }

  function assertNoKey({ lines, hex }: { lines: string[]; hex: string }, text: string, where: string): void {
    for (const line of [...lines, hex]) assert.ok(!text.includes(line), `${where} has the key`);
    assert.ok(!text.includes(PASSWORD), `${where} has the password`);
  }

  /** The key stands in its file on the machines, and in no other file that was written; not on this one's state either. */
  async function assertOnlyIn({ lines, hex }: { lines: string[]; hex: string }, file: string): Promise<void> {
    const pattern = lines[0] ?? Buffer.from(hex, 'hex').toString('base64').slice(0, 20);
    const bytes = hex.replace(/../g, (byte) => `\\x${byte}`);
    // What was written since the test began; a copy may have the time of what it is a copy of.
    const written =
      'find /etc /srv /tmp /run ~/.swapdeck /var/lib/swapdeck /var/tmp -xdev -type f -cmin -5 -print0 2>/dev/null';
    for (const name of MACHINES) {
      const machine = suite.lab.machine(name);
      const found = (grep: string): Promise<string> =>
        machine.succeed(['sh', '-c', `${written} | xargs -0 -r grep -la ${grep} || :`]);
      if (lines.length > 0) assert.equal(await found(`-F -- '${pattern}'`), `${file}\n`, name);
      assert.equal(await found(`-P '${bytes}'`), '', name);
    }
    for (const text of [pattern, hex])
      assert.equal(await run('sh', ['-c', `grep -rlaF -- '${text}' '${state()}' || :`]), '', 'state folder');
  }
});
