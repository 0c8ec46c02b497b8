import * as assert from 'node:assert/strict';
import { promises as fs } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { rankJdks } from '../../../src/compile/chooseJdk';
import {
  featureVersion,
  findJdks,
  jdkPlaces,
  parseReleaseFile,
  readJdk,
  toolPath,
  type Jdk,
} from '../../../src/compile/jdks';
import { javaEnvironment } from '../../../src/compile/javaProcess';
import { skip } from '../../support/skip';

describe('JDKs of this machine', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await fs.realpath(await fs.mkdtemp(path.join(os.tmpdir(), 'swapdeck-jdks-')));
  });
  afterEach(() => fs.rm(folder, { recursive: true }));

  async function install(where: string, version: string, tools = ['java', 'javac']): Promise<string> {
    const home = path.join(folder, where);
    await fs.mkdir(path.join(home, 'bin'), { recursive: true });
    await fs.writeFile(path.join(home, 'release'), `IMPLEMENTOR="Someone"\nJAVA_VERSION="${version}"\n`);
    for (const tool of tools) await fs.writeFile(toolPath(home, tool), '');
    return home;
  }

  it('are known by their release file', async () => {
    const home = await install('jdk', '17.0.15');
    assert.deepEqual(await readJdk(home), {
      home,
      version: '17.0.15',
      feature: 17,
      hasCompiler: true,
      vendor: 'Someone',
    });
    const jre = await install('jre8', '1.8.0_392', ['java']);
    assert.deepEqual(await readJdk(jre), {
      home: jre,
      version: '1.8.0_392',
      feature: 8,
      hasCompiler: false,
      vendor: 'Someone',
    });
    assert.equal(await readJdk(path.join(folder, 'none')), undefined);
    assert.equal(await readJdk(await install('odd', 'unknown')), undefined);
  });

  it('are found in version managers, by variables and on the PATH, each once', async function () {
    if (process.platform === 'win32') skip(this, 'links need a privilege on Windows');
    const sdkman = await install('home/.sdkman/candidates/java/17.0.9-tem', '17.0.9');
    await fs.symlink(sdkman, path.join(folder, 'home/.sdkman/candidates/java/current'));
    const variable = await install('opt/jdk-21', '21');
    const onPath = await install('path/jdk-11', '11.0.1');
    await fs.mkdir(path.join(folder, 'bin'));
    await fs.symlink(toolPath(onPath, 'javac'), path.join(folder, 'bin', 'javac'));
    const eight = await install('eight', '1.8.0_1');
    const env = { JAVA_HOME: variable, PATH: path.join(folder, 'bin') };
    const found = await findJdks({
      env,
      platform: 'aix',
      userHome: path.join(folder, 'home'),
      homes: [path.join(eight, 'jre'), path.join(folder, 'none')],
    });
    assert.deepEqual(
      found.map(({ home }) => home),
      [eight, variable, onPath, sdkman],
    );
  });

  it('are looked for where each platform keeps them', () => {
    const linux = jdkPlaces({ platform: 'linux', env: {}, userHome: '/h' });
    assert.ok(linux.parents.includes('/usr/lib/jvm'));
    const mac = jdkPlaces({ platform: 'darwin', env: {}, userHome: '/h' });
    assert.ok(mac.parents.includes('/Library/Java/JavaVirtualMachines'));
    assert.ok(mac.parents.includes('/h/Library/Java/JavaVirtualMachines'));
    const windows = jdkPlaces({
      platform: 'win32',
      env: { ProgramFiles: 'C:\\Program Files', PATH: 'C:\\jdk\\bin' },
      userHome: 'C:\\h',
    });
    assert.ok(windows.parents.includes('C:\\Program Files\\Eclipse Adoptium'));
    assert.ok(windows.homes.includes('C:\\jdk\\bin\\javac.exe'));
    assert.ok(windows.parents.includes('C:\\h\\.jdks'));
  });

  it('have versions of every age', () => {
    assert.deepEqual(['1.8.0_392', '9', '17.0.15', '25-ea', 'x'].map(featureVersion), [
      8,
      9,
      17,
      25,
      undefined,
    ]);
    assert.equal(parseReleaseFile('A="b c"\r\nD=e\n').get('A'), 'b c');
    assert.equal(parseReleaseFile('A="b c"\r\nD=e\n').get('D'), 'e');
  });
});

describe('the JDK that built the classes', () => {
  const jdk = (home: string, version: string, hasCompiler = true): Jdk => ({
    home,
    version,
    feature: featureVersion(version)!,
    hasCompiler,
  });
  const all = [
    jdk('/25', '25.0.3'),
    jdk('/17a', '17.0.1'),
    jdk('/17b', '17.0.15'),
    jdk('/11', '11.0.2'),
    jdk('/jre', '17.0.15', false),
  ];
  const order = (evidence: Parameters<typeof rankJdks>[1]): string[] =>
    rankJdks(all, evidence).map(({ jdk: { home }, reason }) => `${home} ${reason}`);

  it('is the one the manifest names, else the one that runs them', () => {
    assert.deepEqual(order({ buildJdk: '25', javaHome: '/17b', javaVersion: '17.0.15' }), [
      '/25 buildJdk',
      '/17b javaHome',
      '/17a feature',
      '/11 usual',
    ]);
    assert.deepEqual(order({ javaVersion: '17.0.15' }).slice(0, 2), ['/17b javaVersion', '/17a feature']);
    assert.deepEqual(order({ buildJdk: '17.0.1 (Vendor)' }).slice(0, 2), ['/17a buildJdk', '/17b buildJdk']);
    assert.deepEqual(order({ javaHome: '/11/jre' })[0], '/11 javaHome');
  });

  it('is not older than the classes, and has a compiler', () => {
    assert.deepEqual(order({ release: 17 }), ['/17a feature', '/17b feature', '/25 usual']);
    assert.deepEqual(rankJdks(all, { release: 26 }), []);
  });
});

describe('the environment of a Java program', () => {
  it('has no options meant for others, and file names in UTF-8', () => {
    const env = { JAVA_TOOL_OPTIONS: '-x', _JAVA_OPTIONS: '-y', PATH: '/bin' };
    assert.deepEqual(javaEnvironment(env, 'linux'), { PATH: '/bin', LC_ALL: 'C.UTF-8' });
    assert.deepEqual(javaEnvironment({ LANG: 'de_DE.UTF-8' }, 'linux'), { LANG: 'de_DE.UTF-8' });
    assert.deepEqual(javaEnvironment({ LANG: 'C' }, 'darwin'), { LANG: 'C' });
  });
});
