import * as assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promises as fs } from 'node:fs';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { pathToFileURL } from 'node:url';
import { buildToolClassPath } from '../../src/compile/classpath/buildTool';
import type { BuildToolProgress } from '../../src/compile/classpath/buildModule';
import { manifestClassPath, parseManifest } from '../../src/compile/classpath/manifest';
import { findRunningClassPath } from '../../src/compile/classpath/running';
import { CompileError } from '../../src/compile/errors';
import { AbortedError } from '../../src/util/errors';
import { temporaryFolder } from './support/javaProcess';
import { jdksToTest } from './support/jdks';
import { mavenArtifact } from './support/mavenArtifact';
import { skip } from '../support/skip';

const jdk = jdksToTest().at(-1)!;
const jarTool = jdk.javac.replace(/javac(?=(\.exe)?$)/, 'jar');

describe('class path to compile with', function () {
  this.timeout(300_000);
  let folder: string;
  let remove: () => Promise<void>;
  beforeEach(async () => {
    const temporary = await temporaryFolder('swapdeck class path-');
    folder = await fs.realpath(temporary.folder);
    remove = () => temporary.remove();
  });
  afterEach(() => remove());

  const at = (...parts: string[]): string => path.join(folder, ...parts);
  async function put(file: string, text: string): Promise<string> {
    await fs.mkdir(path.dirname(at(file)), { recursive: true });
    await fs.writeFile(at(file), text);
    return at(file);
  }
  /** A jar with files of the temporary folder, stored without compression as Spring Boot stores libraries. */
  async function jar(
    file: string,
    manifest: string,
    ...content: { from: string; names: string[] }[]
  ): Promise<string> {
    const manifestFile = await put(`${file}.mf`, manifest);
    await fs.mkdir(path.dirname(at(file)), { recursive: true });
    const args = content.flatMap(({ from, names }) => names.flatMap((name) => ['-C', at(from), name]));
    await promisify(execFile)(jarTool, ['-c', '-f', at(file), '-0', '-m', manifestFile, ...args]);
    return at(file);
  }
  const find = (entries: string[], classRoot = at('classes')) =>
    findRunningClassPath({ entries, baseDir: folder }, classRoot, at('cache'));

  it('is what the JVM says, relative entries resolved against its folder', async () => {
    await fs.mkdir(at('classes'));
    const library = await jar('lib/a.jar', 'X: y\n');
    assert.deepEqual(await find(['classes', path.join('lib', 'a.jar'), library, '', 'gone.jar']), {
      entries: [at('classes'), library],
    });
  });

  it('follows the Class-Path of pathing jars, in order and without running in circles', async () => {
    const a = await jar('lib/a b.jar', 'Class-Path: c.jar\n');
    const c = await jar('lib/c.jar', 'Class-Path: a%20b.jar d/\n');
    await fs.mkdir(at('lib', 'd'));
    const url = pathToFileURL(a).href;
    const pathing = await jar('pathing.jar', `Class-Path: ${url} gone.jar http://example.com/x.jar\n`);
    const { entries, gap } = await find([pathing]);
    assert.deepEqual(entries, [pathing, a, c, path.join(at('lib', 'd'), path.sep), at('gone.jar')]);
    assert.equal(gap, undefined);
  });

  it('reads manifests with long lines', () => {
    const manifest = parseManifest(
      'Manifest-Version: 1.0\r\nClass-Path: a.jar b\r\n .jar\r\n c.jar\r\n\r\nName: x\r\nClass-Path: no.jar\r\n',
    );
    assert.equal(manifest.get('Class-Path'), 'a.jar b.jarc.jar');
    assert.deepEqual(manifestClassPath(at('x.jar'), parseManifest('Class-Path: ../y.jar  z.jar')), [
      path.join(folder, '..', 'y.jar'),
      at('z.jar'),
    ]);
  });

  it('copies the libraries out of a Spring Boot jar, once', async () => {
    await put('boot/BOOT-INF/classes/app.txt', 'app');
    const one = await jar('boot/BOOT-INF/lib/one.jar', 'One: 1\n');
    await jar('boot/BOOT-INF/lib/two.jar', 'Two: 2\n');
    const fat = await jar(
      'fat.jar',
      'Main-Class: org.springframework.boot.loader.launch.JarLauncher\nSpring-Boot-Lib: BOOT-INF/lib/\n',
      {
        from: 'boot',
        names: ['BOOT-INF'],
      },
    );
    const { entries, gap } = await find([fat]);
    assert.deepEqual(
      entries.map((entry) => path.basename(entry)),
      ['one.jar', 'two.jar'],
    );
    assert.deepEqual(await fs.readFile(entries[0]!), await fs.readFile(one));
    assert.equal(gap, undefined);
    const before = await fs.stat(entries[0]!);
    assert.deepEqual((await find([fat])).entries, entries);
    assert.equal((await fs.stat(entries[0]!)).mtimeMs, before.mtimeMs);
    const kept = async (): Promise<string[]> => (await fs.readdir(at('cache', 'nested-jars'))).sort();
    const copies = (files: readonly string[]): string[] =>
      files.map((file) => path.basename(path.dirname(file))).sort();
    assert.deepEqual(await kept(), copies(entries));
    // Another build needs a copy of what changed only; what nothing used for long goes.
    await jar('boot/BOOT-INF/lib/two.jar', 'Two: 3\n');
    await jar('fat.jar', 'Start-Class: demo.App\nSpring-Boot-Version: 3.5.0\n', {
      from: 'boot',
      names: ['BOOT-INF'],
    });
    const old = new Date(Date.now() - 91 * 24 * 60 * 60_000);
    for (const name of await kept()) await fs.utimes(at('cache', 'nested-jars', name), old, old);
    const rebuilt = await find([fat]);
    assert.equal(rebuilt.entries[0], entries[0]);
    assert.notEqual(rebuilt.entries[1], entries[1]);
    assert.deepEqual(
      await fs.readFile(rebuilt.entries[1]!),
      await fs.readFile(at('boot/BOOT-INF/lib/two.jar')),
    );
    assert.deepEqual(await kept(), copies(rebuilt.entries));
    // Unpacked, the libraries are where they are.
    const unpacked = await find([at('boot')]);
    assert.ok(unpacked.entries.includes(one));
  });

  it('adds the libraries of Tomcat and of the web application', async () => {
    const bootstrap = await jar('tomcat/bin/bootstrap.jar', 'A: b\n');
    const servlet = await jar('tomcat/lib/servlet-api.jar', 'A: b\n');
    const own = await jar('tomcat/webapps/app/WEB-INF/lib/own.jar', 'A: b\n');
    const web = at('tomcat', 'webapps', 'app', 'WEB-INF', 'classes');
    assert.deepEqual(await find([bootstrap], web), { entries: [servlet, own] });
    assert.deepEqual(await find([bootstrap]), { entries: [servlet], gap: 'launcher' });
  });

  it('says when the JVM runs elsewhere or told nothing', async () => {
    assert.deepEqual(await find(['/srv/app/a.jar', '/srv/app/b.jar']), { entries: [], gap: 'remote' });
    assert.deepEqual(await find([]), { entries: [], gap: 'empty' });
  });

  describe('from Gradle', () => {
    it('has the class folders of siblings that were never built', async function () {
      const gradle = await promisify(execFile)('gradle', ['--version']).catch(() => undefined);
      if (!gradle) skip(this, 'Gradle does not run here');
      await put('settings.gradle', "include 'core', 'app'\n");
      await put('build.gradle', "subprojects { apply plugin: 'java-library' }\n");
      await put('core/src/main/java/demo/Core.java', 'package demo; not even Java');
      const library = await jar('lib/a.jar', 'A: b\n');
      await put(
        'app/build.gradle',
        `dependencies { implementation project(':core'); compileOnly files('${library.replaceAll('\\', '/')}') }\n`,
      );
      const found = await buildToolClassPath(
        { tool: 'gradle', folder: at('app') },
        { cacheDirectory: at('cache') },
      );
      assert.deepEqual([...found.entries].sort(), [at('core', 'build', 'classes', 'java', 'main'), library]);
    });
  });

  describe('from Maven', () => {
    const lombok = 'org.projectlombok:lombok:1.18.42';
    async function modules(): Promise<void> {
      const parent =
        '<parent><groupId>demo</groupId><artifactId>parent</artifactId><version>1</version></parent>';
      await put(
        'pom.xml',
        '<project><modelVersion>4.0.0</modelVersion><groupId>demo</groupId><artifactId>parent</artifactId><version>1</version><packaging>pom</packaging><modules><module>core</module><module>app</module></modules></project>',
      );
      await put(
        'core/pom.xml',
        `<project><modelVersion>4.0.0</modelVersion>${parent}<artifactId>core</artifactId></project>`,
      );
      await put('core/src/main/java/demo/Core.java', 'package demo; not even Java');
      const dependency =
        '<dependency><groupId>demo</groupId><artifactId>core</artifactId><version>1</version></dependency>';
      const provided =
        '<dependency><groupId>org.projectlombok</groupId><artifactId>lombok</artifactId><version>1.18.42</version><scope>provided</scope></dependency>';
      await put(
        'app/pom.xml',
        `<project><modelVersion>4.0.0</modelVersion>${parent}<artifactId>app</artifactId><dependencies>${dependency}${provided}</dependencies></project>`,
      );
    }

    it('has siblings that were never installed, builds nothing, and is asked for once', async () => {
      const jarOfLombok = await mavenArtifact(lombok);
      await modules();
      const progress: BuildToolProgress[] = [];
      const ask = () =>
        buildToolClassPath(
          { tool: 'maven', folder: at('app') },
          { cacheDirectory: at('cache'), jdkHome: jdk.home, onProgress: (each) => progress.push(each) },
        );
      const found = await ask();
      assert.deepEqual(found.entries, [at('core', 'target', 'classes'), jarOfLombok]);
      assert.ok(progress.some(({ line }) => line?.includes('BUILD SUCCESS')));
      progress.length = 0;
      assert.deepEqual(await ask(), found);
      assert.deepEqual(progress, []);
      await fs.appendFile(at('pom.xml'), '<!-- changed -->');
      await ask();
      assert.notDeepEqual(progress, []);
    });

    it('fails with what Maven says, and ends it when it is cancelled or takes too long', async () => {
      await put('pom.xml', '<project><modelVersion>4.0.0</modelVersion><broken/></project>');
      const ask = (options: { timeoutMs?: number; env?: NodeJS.ProcessEnv } = {}, signal?: AbortSignal) =>
        buildToolClassPath({ tool: 'maven', folder }, { cacheDirectory: at('cache'), ...options }, signal);
      await assert.rejects(ask(), (error) => {
        assert.ok(error instanceof CompileError);
        assert.equal(error.reason, 'buildTool');
        assert.match(String(error.details.output), /'groupId' is missing/);
        return true;
      });
      await assert.rejects(ask({ timeoutMs: 50 }), { reason: 'timeout' });
      const cancel = new AbortController();
      setTimeout(() => cancel.abort(), 50);
      await assert.rejects(ask({}, cancel.signal), AbortedError);
      await assert.rejects(
        ask({ env: { PATH: folder } }),
        (error) =>
          error instanceof CompileError && error.reason === 'buildTool' && error.details.code === 'ENOENT',
      );
    });
  });
});
