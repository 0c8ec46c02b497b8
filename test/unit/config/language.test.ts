import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { completionsAt, hoverAt, type Completion } from '../../../src/config/language';

const full = readFileSync(path.join(__dirname, '../../fixtures/config/full.yaml'), 'utf8');

/** Completions at the `|` of a text. */
function at(marked: string): Promise<Completion[]> {
  const offset = marked.indexOf('|');
  return completionsAt(marked.slice(0, offset) + marked.slice(offset + 1), offset);
}
const labels = async (marked: string): Promise<string[]> => (await at(marked)).map(({ label }) => label);

/** The text after taking a completion. */
async function taken(marked: string, label: string): Promise<string> {
  const offset = marked.indexOf('|');
  const text = marked.slice(0, offset) + marked.slice(offset + 1);
  const completion = (await at(marked)).find((one) => one.label === label);
  assert.ok(completion, `${label} is offered`);
  const { start, end } = completion.range;
  return text.slice(0, start.offset) + completion.insertText + text.slice(end.offset);
}

describe('completion of swapdeck.yaml', () => {
  it('offers the sections, and the keys of an entry that are not there yet', async () => {
    assert.deepEqual(await labels('|'), [
      'applications',
      'hosts',
      'tomcats',
      'clusters',
      'routers',
      'certificates',
      'environments',
    ]);
    const keys = await labels('applications:\n  a:\n    image: x\n    h|\n    smoke: []\n');
    assert.ok(keys.includes('health') && keys.includes('run'));
    assert.ok(!keys.includes('image') && !keys.includes('smoke'));
  });

  it('tells description, what to write and whether a key is required', async () => {
    const [first] = await at('applications: { a: { health: { p| } } }');
    assert.ok(first);
    assert.deepEqual(
      [first.label, first.kind, first.required, first.expects, first.insertText],
      ['path', 'key', true, 'urlPath', 'path: '],
    );
    assert.match(first.description ?? '', /HTTP 200/);
  });

  it('offers channels, with examples of their rules', async () => {
    assert.deepEqual(await labels('environments: { a: { channel: { | } } }'), ['prerelease', 'versions']);
    assert.deepEqual(await labels('environments: { a: { channel: { versions: | } } }'), [
      '>=1.0.0 <2',
      '^1.4.0',
    ]);
  });

  it('replaces the whole word, and adds no second colon', async () => {
    assert.equal(
      await taken('applications:\n  a:\n    he|lth\n', 'health'),
      'applications:\n  a:\n    health:\n',
    );
    assert.equal(
      await taken('applications:\n  a:\n    he|lth: {}\n', 'health'),
      'applications:\n  a:\n    health: {}\n',
    );
    assert.equal(
      await taken('environments: { a: {}, b: { after: | } }', 'a'),
      'environments: { a: {}, b: { after: a } }',
    );
  });

  it('offers the kinds of router with what each is, then only the keys of the chosen kind', async () => {
    const kinds = await at('routers:\n  r:\n    kind: |\n');
    assert.deepEqual(
      kinds.map(({ label }) => label),
      [
        'apache-template',
        'apache-balancer',
        'haproxy',
        'nginx',
        'mod-jk',
        'floating-ip',
        'virtual-service',
        'http-route',
      ],
    );
    assert.ok(kinds.every(({ description }) => description));
    assert.deepEqual(await labels('routers:\n  r:\n    kind: haproxy\n    |\n'), [
      'host',
      'socket',
      'backend',
      'state',
    ]);
    assert.deepEqual(await labels('routers: { r: { kind: floating-ip, provider: digitalocean, | } }'), [
      'ip',
      'token',
    ]);
  });

  it('offers words, and names from the sections they refer to', async () => {
    const strategies = await labels(full.replace('strategy: canary', 'strategy: |'));
    assert.deepEqual(strategies, ['recreate', 'rolling', 'blue-green', 'canary', 'parallel', 'branch']);
    assert.deepEqual(await labels(full.replace('through: lb-1', 'through: |')), [
      'web-1',
      'web-2',
      'lb-1',
      'here',
    ]);
    assert.ok((await labels(full.replace('router: mesh', 'router: "|"'))).includes('gateway'));
    assert.deepEqual(await labels(`${full}  new:\n    applications:\n      |`), [
      'hello',
      'adara',
      'billing',
      'randomquotes',
      'shop',
    ]);
    assert.ok((await labels('environments: { e: { window: { zone: | } } }')).includes('Europe/Berlin'));
  });

  it('offers items below a list, with their dash where it is missing', async () => {
    const text = `${full}  new:\n    applications:\n      shop:\n        targets:\n          `;
    assert.ok((await taken(`${text}|`, 'live')).endsWith('\n          - live'));
    assert.ok((await taken(`${text}- |`, 'live')).endsWith('\n          - live'));
    assert.deepEqual(await labels('environments:\n  e:\n    gates:\n      - |'), ['approval', 'smoke']);
  });

  it('offers the placeholders that have a value there', async () => {
    const text = (typed: string) => `applications: { a: { image: i, run: { env: { V: "${typed}" } } } }`;
    const forms = await labels(text('${|'));
    assert.deepEqual(forms, [
      '${env:NAME}',
      '${environment}',
      '${version}',
      '${branch}',
      '${sha}',
      '${secret:NAME}',
    ]);
    assert.equal(await taken(text('x-${ver|}'), '${version}'), text('x-${version}'));
  });

  it('offers nothing in a comment and inside of free text', async () => {
    assert.deepEqual(await labels('hosts: {} # app|'), []);
    assert.deepEqual(await labels('applications: { a: { image: | } }'), []);
    assert.deepEqual(await labels('hosts:\n  |\n'), []);
  });

  it('works at every offset of every beginning of a file, and of broken ones', async () => {
    const text = 'hosts: { a: { ssh: "x" } }\nenvironments:\n  dev:\n    after: *x\n    gates:\n      - {\n';
    for (let end = 0; end <= text.length; end++) {
      await completionsAt(text.slice(0, end), end);
      await completionsAt(text, end);
      await hoverAt(text, end);
    }
    for (const offset of [-1, 1000, NaN]) await completionsAt(text, offset);
  });
});

describe('hover in swapdeck.yaml', () => {
  const hoverOn = (text: string, marked: string) => hoverAt(text, text.indexOf(marked) + 1);

  it('describes a key, its default, and what to write', async () => {
    const hover = await hoverOn(full, 'drain: 30s');
    assert.ok(hover);
    assert.deepEqual(
      [hover.name, hover.place, hover.expects, hover.default],
      ['drain', 'key', 'duration', '30s'],
    );
    assert.match(hover.description ?? '', /finish its requests/);
    assert.equal(full.slice(hover.range.start.offset, hover.range.end.offset), 'drain');
  });

  it('describes a chosen word and lists the others', async () => {
    const hover = await hoverOn(full, 'mod-jk');
    assert.equal(hover?.description, 'Apache with mod_jk, through its status worker.');
    assert.ok((await hoverOn(full, 'canary'))?.allowed?.includes('rolling'));
  });

  it('leads from a name to where it is defined', async () => {
    const hover = await hoverAt(full, full.indexOf('router: mesh') + 'router: m'.length);
    assert.deepEqual(hover?.refers, ['routers']);
    assert.equal(hover.definition?.start.offset, full.indexOf('mesh:'));
  });

  it('says nothing where nothing is known', async () => {
    assert.equal(await hoverOn('zebra: 1', 'ebra'), undefined);
    assert.equal(await hoverOn('# hosts', 'hosts'), undefined);
    assert.equal(await hoverAt('', 0), undefined);
  });
});
