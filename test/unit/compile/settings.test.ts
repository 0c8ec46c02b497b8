import * as assert from 'node:assert/strict';
import { promises as fs } from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { parseLevel } from '../../../src/compile/buildSettings';
import { compilerOf } from '../../../src/compile/compilerSigns';
import { eclipseLibraries, eclipseSettings } from '../../../src/compile/eclipse';
import { intellijLibraries, intellijSettings } from '../../../src/compile/intellij';
import { gradleSettings } from '../../../src/compile/gradle/settings';
import { chooseSettings } from '../../../src/compile/settings';
import type { ClassTraits } from '../../../src/compile/traits';

const traits = (parts: Partial<ClassTraits> = {}): ClassTraits => ({
  name: 'demo.A',
  majorVersion: 61,
  sourceFile: 'A.java',
  lines: true,
  variables: true,
  parameters: false,
  members: [],
  ...parts,
});

describe('settings of a compilation', () => {
  it('come from the classes first', () => {
    const build = { level: { version: 21, api: 'release' }, parameters: true, encoding: 'latin1' } as const;
    const found = chooseSettings([traits({ variables: false })], build);
    assert.deepEqual(found.level, { version: 17, api: 'release' });
    assert.equal(found.parameters, false);
    assert.deepEqual(found.debug, { lines: true, variables: false, source: true });
    assert.equal(found.encoding, 'latin1');
  });

  it('are shown by any class that can show them', () => {
    const silent: ClassTraits = { name: 'demo.I', majorVersion: 61, sourceFile: 'I.java', members: [] };
    const found = chooseSettings([silent, traits({ parameters: true })], {});
    assert.equal(found.parameters, true);
    assert.equal(found.debug.variables, true);
    assert.equal(chooseSettings([silent], { parameters: true }).parameters, true);
  });

  it('keep the API that the build takes; else that of the release', () => {
    assert.deepEqual(chooseSettings([traits()], {}).level, { version: 17, api: 'release' });
    const level = { version: 11, api: 'jdk' } as const;
    assert.deepEqual(chooseSettings([traits()], { level }).level, { version: 17, api: 'jdk' });
    assert.deepEqual(chooseSettings([], { level }).level, level);
    assert.equal(chooseSettings([], {}).level, undefined);
  });

  it('tell no debug information from classes without any', () => {
    const bare: ClassTraits = {
      name: 'demo.A',
      majorVersion: 61,
      lines: false,
      variables: false,
      members: [],
    };
    assert.deepEqual(chooseSettings([bare], {}).debug, { lines: false, variables: false, source: false });
  });
});

describe('signs of a compiler', () => {
  const signs = (...members: string[]): string | undefined => compilerOf([traits(), traits({ members })]);
  it('are the names it makes up', () => {
    assert.equal(signs('run', 'lambda$run$0'), 'javac');
    assert.equal(signs('lambda$new$12'), 'javac');
    assert.equal(signs('$SwitchMap$demo$Kind'), 'javac');
    assert.equal(signs('lambda$0'), 'ecj');
    assert.equal(signs('$SWITCH_TABLE$demo$Kind'), 'ecj');
    assert.equal(signs('run', 'value'), undefined);
  });
});

describe('settings from a Gradle script', () => {
  it('are read in Groovy', () => {
    const found = gradleSettings([
      `
      // options.encoding = 'latin1'
      java { toolchain { languageVersion = JavaLanguageVersion.of(21) } }
      sourceCompatibility = JavaVersion.VERSION_17
      tasks.withType(JavaCompile) {
        options.encoding = 'UTF-8'
        options.compilerArgs += ['-parameters', "-Xlint:all"]
      }`,
    ]);
    assert.equal(found.encoding, 'UTF-8');
    assert.equal(found.toolchain, 21);
    assert.deepEqual(found.level, { version: 17, api: 'jdk' });
    assert.equal(found.parameters, true);
    assert.deepEqual(found.extra, ['-parameters', '-Xlint:all']);
  });

  it('are read in Kotlin', () => {
    const found = gradleSettings([
      `tasks.withType<JavaCompile> {
         options.encoding = "ISO-8859-1"
         options.release.set(11)
         options.compilerArgs.addAll(listOf("-parameters", "-Aa=b"))
         options.compilerArgs.add("-Xlint")
       }`,
    ]);
    assert.equal(found.encoding, 'ISO-8859-1');
    assert.deepEqual(found.level, { version: 11, api: 'release' });
    assert.deepEqual(found.extra, ['-parameters', '-Aa=b', '-Xlint']);
  });

  it('come from the nearest script that has them', () => {
    const found = gradleSettings([
      "compileJava { options.compilerArgs << '-parameters' }",
      "targetCompatibility = '1.8'",
    ]);
    assert.equal(found.parameters, true);
    assert.deepEqual(found.level, { version: 8, api: 'jdk' });
    const nothing = gradleSettings(['plugins { id "java" }']);
    assert.equal(nothing.level, undefined);
    assert.equal(nothing.encoding, undefined);
  });
});

describe('settings from Eclipse', () => {
  it('are its preferences', () => {
    const found = eclipseSettings(
      [
        'eclipse.preferences.version=1',
        'org.eclipse.jdt.core.compiler.codegen.methodParameters=generate',
        'org.eclipse.jdt.core.compiler.codegen.targetPlatform=17',
        'org.eclipse.jdt.core.compiler.debug.localVariable=generate',
        'org.eclipse.jdt.core.compiler.debug.lineNumber=do not generate',
        'org.eclipse.jdt.core.compiler.release=enabled',
      ].join('\n'),
      'encoding/<project>=UTF-8',
    );
    assert.deepEqual(found, {
      level: { version: 17, api: 'release' },
      debug: { lines: false, variables: true, source: true },
      parameters: true,
      encoding: 'UTF-8',
      compiler: 'ecj',
    });
  });

  it('and its libraries', async () => {
    const xml =
      '<classpath><classpathentry kind="src" path="src"/><classpathentry kind="lib" path="lib/a.jar"/><classpathentry kind="con" path="JRE"/></classpath>';
    assert.deepEqual(await eclipseLibraries(xml, '/w'), ['/w/lib/a.jar']);
    assert.deepEqual(await eclipseLibraries('not xml <', '/w'), []);
  });
});

describe('settings from IntelliJ', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await fs.mkdtemp(path.join(os.tmpdir(), 'swapdeck-idea-'));
    await fs.mkdir(path.join(folder, '.idea', 'libraries'), { recursive: true });
    await fs.mkdir(path.join(folder, 'app'));
  });
  afterEach(() => fs.rm(folder, { recursive: true }));
  const put = (name: string, text: string): Promise<void> =>
    fs.writeFile(path.join(folder, '.idea', name), text);

  it('are found in the project above a module', async () => {
    await put(
      'encodings.xml',
      '<project><component name="Encoding"><file url="file://$PROJECT_DIR$/x" charset="latin1"/><file url="PROJECT" charset="UTF-8"/></component></project>',
    );
    await put(
      'compiler.xml',
      '<project><component name="JavacSettings"><option name="ADDITIONAL_OPTIONS_STRING" value="-parameters -Aa=b"/></component></project>',
    );
    const found = await intellijSettings(path.join(folder, 'app'));
    assert.equal(found.encoding, 'UTF-8');
    assert.equal(found.parameters, true);
    assert.deepEqual(found.extra, ['-parameters', '-Aa=b']);
  });

  it('and its libraries', async () => {
    const roots = [
      'jar://$PROJECT_DIR$/lib/a.jar!/',
      'file://$PROJECT_DIR$/classes',
      'jar://$SOME_VARIABLE$/b.jar!/',
    ];
    await put(
      'libraries/a.xml',
      `<component><library name="a"><CLASSES>${roots.map((url) => `<root url="${url}"/>`).join('')}</CLASSES><SOURCES><root url="jar://$PROJECT_DIR$/s.jar!/"/></SOURCES></library></component>`,
    );
    assert.deepEqual(await intellijLibraries(path.join(folder, 'app')), [
      path.join(folder, 'lib', 'a.jar'),
      path.join(folder, 'classes'),
    ]);
  });
});

it('Java levels are read in every spelling', () => {
  assert.deepEqual(
    ['8', '1.8', '17', 'VERSION_1_8', 'JavaVersion.VERSION_21', '', 'current', undefined].map(parseLevel),
    [8, 8, 17, 8, 21, undefined, undefined, undefined],
  );
});
