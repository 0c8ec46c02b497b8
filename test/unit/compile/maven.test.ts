import * as assert from 'node:assert/strict';
import { promises as fs } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { BuildSettings } from '../../../src/compile/buildSettings';
import { providedJars, readMavenProject } from '../../../src/compile/maven/project';
import { mavenSettings } from '../../../src/compile/maven/settings';

describe('settings from pom.xml', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await fs.mkdtemp(path.join(os.tmpdir(), 'swapdeck-maven-'));
  });
  afterEach(() => fs.rm(folder, { recursive: true }));

  const repository = (): string => path.join(folder, 'repository');
  async function put(file: string, text = ''): Promise<string> {
    const target = path.join(folder, file);
    await fs.mkdir(path.dirname(target), { recursive: true });
    await fs.writeFile(target, text);
    return target;
  }
  const artifact = (group: string, name: string, version: string, pom = '<project/>'): Promise<unknown> =>
    Promise.all([
      put(`repository/${group.replaceAll('.', '/')}/${name}/${version}/${name}-${version}.jar`),
      put(`repository/${group.replaceAll('.', '/')}/${name}/${version}/${name}-${version}.pom`, pom),
    ]);
  const jar = (group: string, name: string, version: string): string =>
    path.join(repository(), ...group.split('.'), name, version, `${name}-${version}.jar`);
  const pom = (body: string): string =>
    `<?xml version="1.0"?><project xmlns="http://maven.apache.org/POM/4.0.0">${body}</project>`;
  const plugin = (configuration: string): string =>
    `<build><plugins><plugin><artifactId>maven-compiler-plugin</artifactId><configuration>${configuration}</configuration></plugin></plugins></build>`;
  async function settings(text: string): Promise<BuildSettings> {
    const file = await put('app/pom.xml', pom(text));
    return mavenSettings(await readMavenProject(file, repository()));
  }

  it('reads user properties', async () => {
    const found = await settings(
      '<properties><java.version>17</java.version><maven.compiler.release>${java.version}</maven.compiler.release>' +
        '<maven.compiler.parameters>true</maven.compiler.parameters>' +
        '<project.build.sourceEncoding>ISO-8859-1</project.build.sourceEncoding></properties>',
    );
    assert.deepEqual(found.level, { version: 17, api: 'release' });
    assert.equal(found.parameters, true);
    assert.equal(found.encoding, 'ISO-8859-1');
    assert.deepEqual(found.debug, { lines: true, variables: true, source: true });
    assert.equal(found.compiler, 'javac');
  });

  it('lets the configuration of the plugin count more than properties', async () => {
    const found = await settings(
      '<properties><maven.compiler.release>11</maven.compiler.release></properties>' +
        plugin(
          '<release>21</release><debuglevel>lines,source</debuglevel><compilerId>eclipse</compilerId><proc>none</proc>' +
            '<compilerArgs><arg>-parameters</arg><arg>-Akey=&lt;${project.artifactId}&gt;</arg></compilerArgs>',
        ),
    );
    assert.deepEqual(found.level, { version: 21, api: 'release' });
    assert.deepEqual(found.debug, { lines: true, variables: false, source: true });
    assert.equal(found.compiler, 'ecj');
    assert.equal(found.parameters, true);
    assert.deepEqual(found.processing, { kind: 'none' });
    assert.deepEqual(found.extra, ['-parameters', '-Akey=<${project.artifactId}>']);
  });

  it('takes source and target as a level with the API of the JDK', async () => {
    const found = await settings(
      '<properties><maven.compiler.source>1.8</maven.compiler.source><maven.compiler.target>1.8</maven.compiler.target></properties>',
    );
    assert.deepEqual(found.level, { version: 8, api: 'jdk' });
  });

  it('inherits from the parent beside it, and from one in the local repository', async () => {
    await put(
      'pom.xml',
      pom(
        '<groupId>g</groupId><artifactId>parent</artifactId><version>1</version><packaging>pom</packaging>' +
          '<parent><groupId>org.boot</groupId><artifactId>starter</artifactId><version>3.1</version><relativePath/></parent>' +
          '<build><pluginManagement><plugins><plugin><artifactId>maven-compiler-plugin</artifactId><configuration><parameters>true</parameters></configuration></plugin></plugins></pluginManagement></build>',
      ),
    );
    await artifact(
      'org.boot',
      'starter',
      '3.1',
      pom(
        '<artifactId>starter</artifactId><properties><maven.compiler.release>${java.version}</maven.compiler.release><java.version>17</java.version></properties>',
      ),
    );
    const found = await settings(
      '<parent><groupId>g</groupId><artifactId>parent</artifactId><version>1</version></parent><artifactId>app</artifactId><properties><java.version>21</java.version></properties>',
    );
    assert.deepEqual(found.level, { version: 21, api: 'release' });
    assert.equal(found.parameters, true);
  });

  it('finds annotation processors with what they depend on, their versions managed or imported', async () => {
    await artifact(
      'org.map',
      'processor',
      '1.5',
      pom(
        '<dependencies><dependency><groupId>org.map</groupId><artifactId>core</artifactId><version>${project.version}</version></dependency><dependency><groupId>t</groupId><artifactId>t</artifactId><version>1</version><scope>test</scope></dependency></dependencies><groupId>org.map</groupId><version>1.5</version>',
      ),
    );
    await artifact('org.map', 'core', '1.5');
    await artifact('t', 't', '1');
    await artifact('lombok', 'lombok', '1.18');
    await artifact(
      'bom',
      'bom',
      '9',
      pom(
        '<dependencyManagement><dependencies><dependency><groupId>lombok</groupId><artifactId>lombok</artifactId><version>${l}</version></dependency></dependencies></dependencyManagement><properties><l>1.18</l></properties>',
      ),
    );
    const found = await settings(
      '<dependencyManagement><dependencies><dependency><groupId>bom</groupId><artifactId>bom</artifactId><version>9</version><type>pom</type><scope>import</scope></dependency></dependencies></dependencyManagement>' +
        plugin(
          '<annotationProcessorPaths><path><groupId>org.map</groupId><artifactId>processor</artifactId><version>1.5</version></path>' +
            '<path><groupId>lombok</groupId><artifactId>lombok</artifactId></path><path><groupId>gone</groupId><artifactId>gone</artifactId><version>1</version></path></annotationProcessorPaths>',
        ),
    );
    assert.deepEqual(found.processing, {
      kind: 'path',
      entries: [
        jar('org.map', 'processor', '1.5'),
        jar('lombok', 'lombok', '1.18'),
        jar('org.map', 'core', '1.5'),
      ],
    });
  });

  it('finds jars that a running JVM need not have', async () => {
    await artifact('l', 'lombok', '1');
    const file = await put(
      'app/pom.xml',
      pom(
        '<dependencies><dependency><groupId>l</groupId><artifactId>lombok</artifactId><version>1</version><scope>provided</scope></dependency>' +
          '<dependency><groupId>l</groupId><artifactId>other</artifactId><version>1</version></dependency></dependencies>',
      ),
    );
    assert.deepEqual(await providedJars(await readMavenProject(file, repository())), [
      jar('l', 'lombok', '1'),
    ]);
  });

  it('meets a broken pom, a circle of parents and properties of themselves without an error', async () => {
    assert.equal((await settings('<properties><a>')).compiler, 'javac');
    const circle =
      '<parent><groupId>g</groupId><artifactId>app</artifactId><version>1</version><relativePath>../app</relativePath></parent>';
    const found = await settings(
      `<artifactId>app</artifactId>${circle}<properties><maven.compiler.release>\${maven.compiler.release}</maven.compiler.release></properties>`,
    );
    assert.equal(found.level, undefined);
    assert.deepEqual((await readMavenProject(path.join(folder, 'none.xml'), repository())).poms, []);
  });
});
