import * as assert from 'node:assert/strict';
import * as path from 'node:path';
import { parseGradleOutput } from '../../../src/compile/gradle/classPath';
import { locateSource, packageOf } from '../../../src/compile/layout';
import { quoteForWindows } from '../../../src/compile/tool';

const at = (...parts: string[]): string => path.resolve('/', ...parts);

describe('the package of a source', () => {
  it('is what it declares, whatever comes first', () => {
    assert.equal(packageOf('package demo.app;\nclass A {}'), 'demo.app');
    assert.equal(
      packageOf('/* package no; */ // package neither;\n@Deprecated\npackage demo . x ;'),
      'demo.x',
    );
    assert.equal(packageOf('package größe;'), 'größe');
    assert.equal(packageOf('import a.b; class A { String s = "package x;"; }'), '');
  });
});

describe('the module of a source', () => {
  const groups = [
    {
      path: at('w', 'core', 'target', 'classes'),
      sources: [at('w', 'core', 'src', 'main', 'java'), at('w', 'core', 'generated')],
    },
    { path: at('w', 'app', 'target', 'classes'), sources: [at('w', 'app', 'src', 'main', 'java')] },
    {
      path: at('w', 'app', 'src', 'main', 'java', 'nested', 'out'),
      sources: [at('w', 'app', 'src', 'main', 'java', 'nested', 'src')],
    },
    { path: at('w', 'lib.jar'), kind: 'jar', sources: [at('w', 'lib')] },
  ] as const;

  it('is the one with the nearest source folder', () => {
    const core = locateSource(at('w', 'core', 'generated', 'demo', 'A.java'), 'package demo;', groups);
    assert.deepEqual(core, {
      classRoot: groups[0].path,
      sourceRoot: at('w', 'core', 'generated'),
      sourceRoots: groups[0].sources,
    });
    const nested = locateSource(at('w', 'app', 'src', 'main', 'java', 'nested', 'src', 'A.java'), '', groups);
    assert.equal(nested?.classRoot, groups[2].path);
  });

  it('is none for other files, and for sources whose classes are in a jar', () => {
    assert.equal(locateSource(at('w', 'other', 'A.java'), '', groups), undefined);
    assert.equal(locateSource(at('w', 'core2', 'src', 'main', 'java', 'A.java'), '', groups), undefined);
    assert.equal(locateSource(at('w', 'lib', 'A.java'), '', groups), undefined);
  });

  it('is told by the package where a class root names no sources', () => {
    const unnamed = [
      { path: at('x', 'classes'), sources: [] },
      { path: at('w', 'classes'), sources: [] },
    ];
    assert.deepEqual(locateSource(at('w', 'java', 'demo', 'app', 'A.java'), 'package demo.app;', unnamed), {
      classRoot: at('w', 'classes'),
      sourceRoot: at('w', 'java'),
      sourceRoots: [at('w', 'java')],
    });
    assert.equal(locateSource(at('w', 'java', 'other', 'A.java'), 'package demo.app;', unnamed), undefined);
    assert.equal(locateSource(at('w', 'java', 'A.java'), 'class A {}', unnamed)?.sourceRoot, at('w', 'java'));
  });
});

describe('output of Gradle', () => {
  it('is read for one project of several', () => {
    const line = (...fields: string[]): string => ['swapdeckClassPath', ...fields].join('\t');
    const output = [
      '> Configure project',
      line('/w', 'done', ''),
      line('/w/app', 'class', '/m2/a b.jar'),
      line('/w/app', 'class', '/w/core/build/classes/java/main'),
      line('/w/app', 'processors', ''),
      line('/w/app', 'processor', '/m2/p.jar'),
      line('/w/app', 'done', ''),
    ].join('\r\n');
    assert.deepEqual(parseGradleOutput(output, '/w/app'), {
      entries: ['/m2/a b.jar', '/w/core/build/classes/java/main'],
      processors: ['/m2/p.jar'],
    });
    assert.deepEqual(parseGradleOutput(output, '/w'), { entries: [] });
    assert.throws(() => parseGradleOutput(output, '/w/other'), { reason: 'buildTool' });
  });
});

it('arguments are quoted for the Windows shell where they need it', () => {
  assert.deepEqual(['-o', '-Da=C:\\x.txt', 'C:\\Program Files\\mvn.cmd', 'a&b'].map(quoteForWindows), [
    '-o',
    '-Da=C:\\x.txt',
    '"C:\\Program Files\\mvn.cmd"',
    '"a&b"',
  ]);
});
