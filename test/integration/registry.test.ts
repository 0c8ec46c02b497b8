import assert from 'node:assert/strict';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseConfig } from '../../src/config/parse';
import type { ValueProviders } from '../../src/config/resolve';
import { systemClock } from '../../src/contracts/clock';
import type { Release, Step } from '../../src/contracts/deploy';
import { THIS_MACHINE } from '../../src/contracts/deployCall';
import { renderCall } from '../../src/deploy/renderCall';
import type { CallRunner } from '../../src/deploy/runner';
import { dockerApplication, type ImageApplication } from '../../src/environments/dockerApplication';
import { Places } from '../../src/environments/places';
import { buildRelease } from '../../src/environments/release';
import { makeRunner } from '../../src/environments/runner';
import { inspectImage } from '../../src/targets/docker/image/chains';
import type { ImageOrigin } from '../../src/targets/docker/model';
import { DockerTarget } from '../../src/targets/docker/target';
import { load } from '../lab/docker';
import { request } from '../lab/dockerTarget';
import { writeImage } from '../lab/images/archive';
import { randomLayer } from '../lab/images/random';
import { useLab } from '../lab/machines/suite';

const PASSWORD = 'open-sesame-42';

describe('an image by way of a registry', function () {
  this.timeout(60_000);
  const suite = useLab({ machines: { here: { engine: true }, 'host-a': { engine: true } } });
  let registry: string;
  let image: string;
  let places: Places;
  /** Docker's own configuration of this machine. */
  let dockerConfig: string;
  let runner: CallRunner;
  const secrets: Record<string, string> = { registry: PASSWORD };

  before(async () => {
    const { lab, hosts } = suite;
    const here = lab.machine('here');
    registry = `${here.address}:5000`;
    image = `${registry}/team/shop`;
    await mkdir(here.path('/var/lib/registry'), { recursive: true });
    await here.succeed(['htpasswd', '-bcB', '/etc/registry.passwd', 'deployer', PASSWORD]);
    const config = [
      'version: 0.1',
      'storage: { filesystem: { rootdirectory: /var/lib/registry } }',
      'http: { addr: "0.0.0.0:5000" }',
      'auth: { htpasswd: { realm: lab, path: /etc/registry.passwd } }',
      '',
    ];
    await writeFile(here.path('/etc/registry.yml'), config.join('\n'));
    await here
      .daemon('registry', ['docker-registry', 'serve', '/etc/registry.yml'], () => here.listensOn(5000))
      .start();
    dockerConfig = path.join(lab.folder, 'docker');
    await mkdir(dockerConfig);
    const env = { DOCKER_HOST: `unix://${here.engineSocket}`, DOCKER_CONFIG: dockerConfig };
    places = new Places({ ssh: hosts, local: new Set(), folder: lab.folder, env });
    const providers: ValueProviders = {
      env: (name) => (env as Record<string, string>)[name],
      secret: (name) => Promise.resolve(secrets[name]),
    };
    runner = makeRunner({
      stateFolder: lab.folder,
      places,
      folder: lab.folder,
      providers,
      clock: systemClock,
    });
  });
  beforeEach(() => rm(path.join(dockerConfig, 'config.json'), { force: true }));

  /** The application as `swapdeck.yaml` has it. */
  const application = async (more = ''): Promise<ImageApplication> => {
    const text = `applications: { shop: { image: "${image}", transfer: registry${more} } }`;
    const { config, problems } = await parseConfig(text);
    assert.deepEqual(problems, []);
    const found = config?.applications.shop;
    assert.equal(found?.kind, 'image');
    return found;
  };
  const originOf = ({ credentials: login }: ImageApplication): ImageOrigin => ({
    kind: 'registry',
    ...(login && { login }),
  });
  /** A release that only this machine's engine has. */
  const have = async (version: string): Promise<Release> => {
    const file = path.join(suite.lab.folder, 'image.tar');
    const layers = [await randomLayer('base', 20), await randomLayer(`shop-${version}`, 1)];
    const artifact = await writeImage(file, { reference: `${image}:${version}`, layers });
    await load(places.engines, THIS_MACHINE, file);
    await rm(file);
    return { application: 'shop', version, artifact, configuration: 'c' };
  };
  const stepOf = (configured: ImageApplication, release: Release): Step => {
    const target = new DockerTarget('host-a', dockerApplication(configured, originOf(configured)));
    const nothing = { target: 'host-a', older: [], pending: [] };
    const { transfer } = target.deployment(nothing, { ...request(release.version, ''), release });
    assert.equal(transfer.length, 1);
    return transfer[0]!;
  };
  const bring = async (configured: ImageApplication, release: Release): Promise<void> => {
    const step = stepOf(configured, release);
    for (const call of [...step.do, ...step.verify]) await runner.perform(call, {});
  };
  const logIn = (content: unknown): Promise<void> =>
    writeFile(path.join(dockerConfig, 'config.json'), JSON.stringify(content));

  it('is pushed here and pulled there with the credentials of the configuration', async () => {
    const release = await have('1');
    const configured = await application(', credentials: { user: deployer, password: "${secret:registry}" }');
    const shown = stepOf(configured, release).do.flatMap(renderCall).join('\n');
    assert.match(shown, /here engine POST \/images\/\S+\/push\?tag=1[^]*host-a engine POST \/images\/create/);
    assert.match(shown, new RegExp(`with the credentials of ${registry}`));
    await bring(configured, release);
    assert.equal((await inspectImage(places.engines.of('host-a'), `${image}:1`)).id, release.artifact);
  });

  it('fails, names the registry and nothing secret, when the password is wrong', async () => {
    const release = await have('2');
    secrets.registry = 'hunter2-wrong';
    const configured = await application(', credentials: { user: deployer, password: "${secret:registry}" }');
    await assert.rejects(bring(configured, release), (error: Error) => {
      const said = JSON.stringify([error.message, error, error.cause]);
      assert.match(said, /unauthorized|no basic auth/);
      assert.doesNotMatch(said, /hunter2/);
      return true;
    });
    secrets.registry = PASSWORD;
    await assert.rejects(inspectImage(places.engines.of('host-a'), `${image}:2`), { reason: 'noImage' });
  });

  it('fails when nobody logged in', async () => {
    await assert.rejects(bring(await application(), await have('2')), /unauthorized|no basic auth/);
  });

  it("uses the login of Docker's own configuration", async () => {
    const release = await have('3');
    const auth = Buffer.from(`deployer:${PASSWORD}`).toString('base64');
    await logIn({ auths: { [`http://${registry}/v2/`]: { auth } } });
    await bring(await application(), release);
    assert.equal((await inspectImage(places.engines.of('host-a'), `${image}:3`)).id, release.artifact);
  });

  describe('with a credential helper', () => {
    const name = `lab-${process.pid}`;
    let folder: string;
    let pathBefore: string | undefined;
    before(async () => {
      folder = path.join(suite.lab.folder, 'bin');
      await mkdir(folder);
      pathBefore = process.env.PATH;
      process.env.PATH = `${folder}:${pathBefore}`;
    });
    after(() => {
      process.env.PATH = pathBefore;
    });
    /** A program that answers as Docker's helpers do, and writes down what it was asked. */
    const helper = async (answer: string): Promise<void> => {
      const file = path.join(folder, `docker-credential-${name}`);
      await writeFile(file, `#!/bin/sh\necho "$1 $(cat)" >'${folder}/asked'\n${answer}\n`);
      await chmod(file, 0o755);
    };

    it('uses the login that it keeps for the registry', async () => {
      const release = await have('4');
      const said = JSON.stringify({ ServerURL: registry, Username: 'deployer', Secret: PASSWORD });
      await helper(`echo '${said}'`);
      await logIn({ credHelpers: { [registry]: name } });
      await bring(await application(), release);
      assert.equal((await readFile(path.join(folder, 'asked'), 'utf8')).trim(), `get ${registry}`);
      assert.equal((await inspectImage(places.engines.of('host-a'), `${image}:4`)).id, release.artifact);
    });

    it('goes without a login where the helper has none', async () => {
      await helper('echo "credentials not found in native keychain"; exit 1');
      await logIn({ credsStore: name });
      await assert.rejects(bring(await application(), await have('5')), /unauthorized|no basic auth/);
    });

    it('says what a helper said that fails, and never what one gave', async () => {
      await logIn({ credsStore: name });
      await helper('echo "the keychain is locked"; exit 1');
      await assert.rejects(bring(await application(), await have('5')), {
        reason: 'credentialHelper',
        details: { helper: `docker-credential-${name}`, registry, said: 'the keychain is locked' },
      });
      await helper(`echo '{ "Secret": "${PASSWORD}" }'`);
      await assert.rejects(bring(await application(), await have('5')), (error: Error) => {
        assert.doesNotMatch(JSON.stringify([error.message, error, error.cause]), /sesame/);
        return (error as { reason?: string }).reason === 'credentialHelper';
      });
    });
  });

  it('is pulled here first when someone else pushed the version', async () => {
    await logIn({ auths: { [registry]: { username: 'deployer', password: PASSWORD } } });
    const { artifact } = await have('6');
    const here = suite.lab.machine('here');
    const configured = await application();
    await bring(configured, { application: 'shop', version: '6', artifact, configuration: 'c' });
    await here.succeed(['docker', 'image', 'rm', `${image}:6`]);
    const stages: string[] = [];
    const parts = {
      places,
      runner,
      folder: suite.lab.folder,
      environment: 'staging',
      onStage: (stage: string) => stages.push(stage),
    };
    const { release, origin } = await buildRelease('shop', configured, '6', parts);
    assert.equal(release.artifact, artifact);
    assert.deepEqual(origin, { kind: 'registry' });
    assert.deepEqual(stages, [`Pulling ${image}:6`]);
    await assert.rejects(buildRelease('shop', configured, 'none', parts), { reason: 'noRelease' });
  });
});
