import assert from 'node:assert/strict';
import * as path from 'node:path';
import type { RootsFileSystem } from '../../../../src/hotswap/roots/classRoot';
import { classRootAt, findClassRoots } from '../../../../src/hotswap/roots/find';
import { relevantRoots } from '../../../../src/hotswap/roots/relevant';

const work = path.resolve('/work space');

/** A file system of these files; `null` stands for an empty folder. Every folder listed is noted. */
function fileSystem(files: Record<string, string | null>): RootsFileSystem & { listed: string[] } {
  const paths = new Map(Object.entries(files).map(([name, text]) => [path.join(work, name), text]));
  const listed: string[] = [];
  return {
    listed,
    list: (folder) => {
      listed.push(path.relative(work, folder));
      const names = new Map<string, 'file' | 'folder'>();
      for (const [file, text] of paths) {
        if (!file.startsWith(folder + path.sep)) continue;
        const [name, ...rest] = file.slice(folder.length + 1).split(path.sep);
        names.set(name!, rest.length > 0 || text === null ? 'folder' : 'file');
      }
      return Promise.resolve([...names].map(([name, kind]) => ({ name, kind })));
    },
    read: (file) => Promise.resolve(paths.get(file) ?? undefined),
  };
}

async function find(files: Record<string, string | null>): Promise<Record<string, string[]>> {
  const roots = await findClassRoots([work], fileSystem(files));
  const relative = (file: string): string => path.relative(work, file).split(path.sep).join('/');
  return Object.fromEntries(
    roots.map((root) => [`${root.build} ${relative(root.path)}`, root.sources.map(relative)]),
  );
}

describe('class roots of a workspace', () => {
  it('Maven: target/classes, also before the first build', async () => {
    assert.deepEqual(await find({ 'pom.xml': '<project/>' }), {
      'maven target/classes': [
        'src/main/java',
        'src/main/kotlin',
        'src/main/groovy',
        'src/main/scala',
        'target/generated-sources/annotations',
      ],
    });
  });

  it('Maven: modules, but not their parent', async () => {
    const found = await find({
      'pom.xml': '<project><packaging>pom</packaging></project>',
      'core/pom.xml': '<project/>',
      'web/pom.xml': '<project/>',
      'web/deeper/pom.xml': '<project/>',
    });
    assert.deepEqual(Object.keys(found).sort(), [
      'maven core/target/classes',
      'maven web/deeper/target/classes',
      'maven web/target/classes',
    ]);
  });

  it('Maven: folders that the pom names, not those of plugins or in comments', async () => {
    const pom = `<project><build>
      <!-- <outputDirectory>comment</outputDirectory> -->
      <directory>\${project.basedir}/out</directory>
      <outputDirectory>\${project.build.directory}/java</outputDirectory>
      <sourceDirectory>source</sourceDirectory>
      <plugins><plugin><configuration><outputDirectory>plugin</outputDirectory></configuration></plugin></plugins>
    </build></project>`;
    assert.deepEqual(await find({ 'pom.xml': pom }), {
      'maven out/java': ['source', 'out/generated-sources/annotations'],
    });
  });

  it('Gradle: a folder a language, of projects with and without a build file', async () => {
    const found = await find({
      'settings.gradle': '',
      'app/build.gradle.kts': '',
      'app/src/main/java/demo/A.java': '',
      'app/src/main/kotlin/demo/B.kt': '',
      'lib/build/classes/java/main/demo/C.class': '',
    });
    assert.deepEqual(Object.keys(found).sort(), [
      'gradle app/build/classes/java/main',
      'gradle app/build/classes/kotlin/main',
      'gradle lib/build/classes/java/main',
    ]);
    assert.equal(found['gradle app/build/classes/java/main']?.[0], 'app/src/main/java');
  });

  it('Eclipse: output folders of .classpath, without tests and other projects', async () => {
    const classpath = `<classpath>
      <classpathentry kind="src" path="src"/>
      <classpathentry kind="src" output="bin/main" path="src/main/java"/>
      <classpathentry kind="src" path="test"><attributes><attribute name="test" value="true"/></attributes></classpathentry>
      <classpathentry kind="src" path="/other project"/>
      <classpathentry kind="output" path="bin"/>
    </classpath>`;
    assert.deepEqual(await find({ '.classpath': classpath }), {
      'eclipse bin': ['src'],
      'eclipse bin/main': ['src/main/java'],
    });
  });

  it('IntelliJ: out/production, sources from the module file', async () => {
    const iml = `<module><component><content url="file://$MODULE_DIR$">
      <sourceFolder url="file://$MODULE_DIR$/source" isTestSource="false"/>
      <sourceFolder url="file://$MODULE_DIR$/tests" isTestSource="true"/>
    </content></component></module>`;
    const found = await find({
      'out/production/shop/demo/A.class': '',
      'out/production/tools/demo/B.class': '',
      'shop.iml': iml,
    });
    assert.deepEqual(found, {
      'intellij out/production/shop': ['source'],
      'intellij out/production/tools': ['src'],
    });
  });

  it('names a folder that two builds claim once', async () => {
    const classpath = '<classpathentry kind="src" output="target/classes" path="src/main/java"/>';
    const found = await find({ 'pom.xml': '<project/>', '.classpath': classpath });
    assert.deepEqual(Object.keys(found), ['maven target/classes']);
  });

  it('never looks into dependencies, version control, sources and what builds wrote', async () => {
    const fs = fileSystem({
      'pom.xml': '<project/>',
      'src/main/java/demo/A.java': '',
      'node_modules/x/pom.xml': '<project/>',
      '.git/pom.xml': '<project/>',
      'target/classes/pom.xml': '<project/>',
      'docs/a.md': '',
    });
    const roots = await findClassRoots([work], fs);
    assert.equal(roots.length, 1);
    assert.deepEqual(fs.listed.sort(), ['', 'docs', 'src']);
  });
});

describe('class roots of one JVM', () => {
  const root = (name: string) =>
    ({ path: path.join(work, name), kind: 'folder', sources: [], build: 'maven' }) as const;

  it('are those on its class path', () => {
    const roots = [root('a'), root('b')];
    assert.deepEqual(relevantRoots(roots, [path.join(work, 'b') + path.sep, '/lib/x.jar']), [roots[1]]);
  });

  it('are all when none is on its class path', () => {
    const roots = [root('a'), root('b')];
    assert.deepEqual(relevantRoots(roots, ['/app.jar']), roots);
  });
});

describe('the class root at a path', () => {
  const files = {
    'pom.xml': '<project><packaging>pom</packaging></project>',
    'core/pom.xml': '<project/>',
    'plain/Main.java': '',
  };
  const at = async (folder: string): Promise<readonly string[] | undefined> => {
    const root = await classRootAt(path.join(work, folder), fileSystem(files));
    return root?.sources.map((each) => path.relative(work, each).split(path.sep).join('/'));
  };

  it('is what the build around it says', async () => {
    assert.equal((await at('core/target/classes'))?.[0], 'core/src/main/java');
  });

  it('is unknown where no build writes', async () => {
    assert.equal(await at('core/target/other'), undefined);
    assert.equal(await at('plain/out'), undefined);
  });
});
