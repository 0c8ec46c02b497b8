import * as assert from 'node:assert/strict';
import { ALL_DEBUG_INFO, type CompileSettings } from '../../../src/compile/model';
import { compilerOptions, debugOption, usableExtraOptions } from '../../../src/compile/options';

const settings = (parts: Partial<CompileSettings> = {}): CompileSettings => ({
  debug: ALL_DEBUG_INFO,
  parameters: false,
  encoding: 'UTF-8',
  processing: { kind: 'classPath' },
  extra: [],
  ...parts,
});

describe('compiler options', () => {
  it('ask for the debug information that the classes have', () => {
    const option = (lines: boolean, variables: boolean, source: boolean): string | undefined =>
      debugOption({ lines, variables, source });
    assert.equal(option(true, true, true), '-g');
    assert.equal(option(true, false, true), undefined);
    assert.equal(option(false, false, false), '-g:none');
    assert.equal(option(true, false, false), '-g:lines');
    assert.equal(option(false, true, true), '-g:vars,source');
  });

  it('say the release where the compiler can keep to it', () => {
    const level = { version: 17, api: 'release' } as const;
    assert.deepEqual(compilerOptions(settings({ level, parameters: true }), 25), [
      '-g',
      '-parameters',
      '--release',
      '17',
    ]);
    assert.deepEqual(compilerOptions(settings({ level }), 17), ['-g']);
    const preview = settings({ level, extra: ['--enable-preview'] });
    assert.deepEqual(compilerOptions(preview, 17), ['-g', '--release', '17', '--enable-preview']);
    const eight = { version: 8, api: 'release' } as const;
    assert.deepEqual(compilerOptions(settings({ level: eight }), 11), ['-g', '-source', '8', '-target', '8']);
    assert.deepEqual(compilerOptions(settings({ level: eight }), 8), ['-g']);
    assert.deepEqual(compilerOptions(settings({ level: { version: 8, api: 'jdk' } }), 17), [
      '-g',
      '-source',
      '8',
      '-target',
      '8',
    ]);
  });

  it('leave out what would stop the compilation, move its output or contradict the settings', () => {
    const extra = [
      ...['-Werror', '-Xlint:all', '-d', 'out', '-g:none', '-parameters', '-proc:none', '--release', '8'],
      ...[
        '--enable-preview',
        '-Akey=value',
        '-encoding',
        'latin1',
        '--add-exports',
        'a/b=ALL-UNNAMED',
        '-J-Xmx1g',
      ],
    ];
    assert.deepEqual(usableExtraOptions(extra), [
      '-Xlint:all',
      '--enable-preview',
      '-Akey=value',
      '--add-exports',
      'a/b=ALL-UNNAMED',
    ]);
  });
});
