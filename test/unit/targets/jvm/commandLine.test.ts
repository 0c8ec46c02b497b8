import assert from 'node:assert/strict';
import {
  parseJavaCommand,
  splitOptionText,
  splitPlainCommandLine,
  splitWindowsCommandLine,
} from '../../../../src/targets/jvm/commandLine';

describe('Java command lines', () => {
  it('finds the main class behind options with and without a value', () => {
    const argv = [
      '/usr/bin/java',
      '-ea',
      '-cp',
      'a.jar:b.jar',
      '--add-opens',
      'a/b=C',
      '-Dx=y',
      'demo.Main',
      '-jar',
    ];
    assert.deepEqual(parseJavaCommand(argv), { options: ['-ea', '-Dx=y'], main: 'demo.Main' });
  });

  it('finds a jar and a module', () => {
    assert.equal(parseJavaCommand(['java', '-jar', 'app.jar', 'run'])?.main, 'app.jar');
    assert.equal(parseJavaCommand(['java', '-p', 'mods', '-m', 'app/demo.Main'])?.main, 'app/demo.Main');
    assert.equal(parseJavaCommand(['java', '--module=app/demo.Main'])?.main, 'app/demo.Main');
  });

  it("never takes the program's own arguments for options of the JVM", () => {
    assert.deepEqual(parseJavaCommand(['java', 'demo.Main', '-agentlib:jdwp=server=y'])?.options, []);
  });

  it('knows a Java launcher by its name on every platform', () => {
    assert.ok(parseJavaCommand(['C:\\Program Files\\Java\\bin\\javaw.exe', 'demo.Main']));
    assert.equal(parseJavaCommand(['/usr/bin/javac', 'Main.java']), undefined);
    assert.equal(parseJavaCommand([]), undefined);
  });

  it('splits as the Windows C runtime does', () => {
    assert.deepEqual(splitWindowsCommandLine('"C:\\Program Files\\java.exe" -cp "a b;c\\\\" Main ""'), [
      'C:\\Program Files\\java.exe',
      '-cp',
      'a b;c\\',
      'Main',
      '',
    ]);
    assert.deepEqual(splitWindowsCommandLine('a\\\\b "say \\"hi\\""'), ['a\\\\b', 'say "hi"']);
  });

  it('splits a line without quoting, an executable with blanks included', () => {
    const line = '/Applications/My IDE.app/jbr/bin/java -Xmx1g -agentlib:jdwp=server=y demo.Main x';
    assert.deepEqual(splitPlainCommandLine(line), [
      '/Applications/My IDE.app/jbr/bin/java',
      '-Xmx1g',
      '-agentlib:jdwp=server=y',
      'demo.Main',
      'x',
    ]);
  });

  it('splits option text with either quote', () => {
    assert.deepEqual(splitOptionText(' -Da="b c"\n\'-De=f g\' -h '), ['-Da=b c', '-De=f g', '-h']);
  });
});
