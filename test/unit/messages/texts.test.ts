import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';
import type { Problem } from '../../../src/config/problems';
import {
  configErrorTexts,
  describeFix,
  describeProblem,
  expectations,
  problemTexts,
} from '../../../src/messages/config';
import { artifactTexts } from '../../../src/messages/artifacts';
import { certificateTexts } from '../../../src/messages/certificates';
import { classFileTexts } from '../../../src/messages/classfile';
import { compileTexts } from '../../../src/messages/compile';
import { deployTexts } from '../../../src/messages/deploy';
import { containerTexts } from '../../../src/messages/containers';
import { engineTexts } from '../../../src/messages/docker';
import { environmentTexts } from '../../../src/messages/environments';
import { hotSwapTexts, waitingFor } from '../../../src/messages/hotswap';
import { exposedPort, jdwpTexts, nothingListens, suspendedAtStart } from '../../../src/messages/jdwp';
import { nextStepIds, nextStepTitle, type Draft, type Facts } from '../../../src/messages/message';
import { refusalErrors, refusedSwap } from '../../../src/messages/refusals';
import { routerTexts } from '../../../src/messages/routers';
import { tomcatTexts } from '../../../src/messages/tomcat';
import { english } from '../../../src/messages/translate';
import { transportTexts } from '../../../src/messages/transport';
import { ledgerTexts, undoTexts } from '../../../src/messages/undo';
import { zipTexts } from '../../../src/messages/util';

/** Details as the errors carry them, every one filled in. */
const details = {
  peer: 'p:1',
  file: 'known_hosts',
  line: 7,
  methods: 'publickey',
  code: 'EIO',
  problem: 'value',
  keyword: 'Port',
  answer: 'SSH-2.0',
  command: 'VirtualMachine.Version',
  constant: 'INTERNAL',
  error: 113,
  path: '/src',
  home: '/jdk',
  failure: 'It broke.',
  classRoot: '/classes',
  offset: 12,
  name: 'NAME',
  variable: 'VARIABLE',
  directory: '/here',
  placeholder: '${x}',
  address: 'a:b',
  classes: 'demo.A, demo.B',
  swap: 'b1f0',
  templates: '*.conf.template',
  output: 'AH00526',
  what: '<html>',
  count: 2,
  host: 'web-1',
  cause: 'web-3',
  subject: 'shop',
  target: 'web-2',
  router: 'front',
  version: '1.4.2',
  step: 'web-1/start',
  expected: 'equal to 200',
  found: '503',
  said: 'It said so.',
  afterMs: 2000,
  via: 'engine',
  limit: 'errorsPercent',
  places: 'web-1',
  owner: 'ann@desk',
  reason: 'deploy shop 1',
  sinceRenewalMs: 1200,
  socket: '/run/engine.sock',
  image: 'shop',
  folder: '/context',
  wanted: 'arm64',
  exitCode: 3,
  from: 8080,
  to: 8179,
  container: 'c1',
  port: 5005,
  known: 'a, b',
  environment: 'staging',
  kind: 'war',
  window: 'mon 09:00-16:00 UTC',
  now: 'sat 10:00',
  after: 'test',
  gate: 'test',
  given: 1,
  status: 502,
  location: '/login',
  namespace: 'javax',
  server: 'Apache Tomcat/10.1.59',
  order: 'www -> Issuer',
  at: '2026-11-29T10:00:00.000Z',
  names: 'www.example.com',
  artifact: 'demo:shop',
  asked: 'central',
  repository: 'central',
  url: 'https://repo.example/x',
  algorithm: 'sha1',
  rule: 'versions',
  context: '/shop-a',
  other: 'shop-a',
  branch: 'a',
  mirror: 'all',
  hosts: 'lb-1, lb-2',
  instance: 'www',
  group: 'all',
  priority: 254,
};
const facts: Facts = { t: english, where: 'WHERE', details };

const unions: Readonly<Record<string, Readonly<Record<string, (facts: Facts) => Draft>>>> = {
  transport: transportTexts,
  jdwp: jdwpTexts,
  hotswap: hotSwapTexts,
  compile: compileTexts,
  certificates: certificateTexts,
  classfile: classFileTexts,
  config: configErrorTexts,
  routers: routerTexts,
  deploy: deployTexts,
  docker: engineTexts,
  tomcat: tomcatTexts,
  artifacts: artifactTexts,
  containers: containerTexts,
  environments: environmentTexts,
  undo: undoTexts,
  ledger: ledgerTexts,
  zip: zipTexts,
};

/** A sentence a person can read: not empty, ended, no hole, nothing of the code shining through. */
function assertReadable(text: string, of: string): void {
  assert.ok(text.length >= 4, `${of}: ${text}`);
  assert.match(text, /[.?!)]$/, `${of} ends a sentence: ${text}`);
  assert.doesNotMatch(text, /\{\d\}|undefined|null|\[object|NaN| {2}|\n/, `${of}: ${text}`);
}

function assertDraft(draft: Draft, of: string): void {
  assertReadable(draft.title, of);
  if (draft.detail !== undefined && draft.detail !== 'known_hosts' && !draft.detail.includes('-agentlib'))
    assertReadable(draft.detail, `${of} detail`);
  assert.equal(new Set(draft.next).size, draft.next.length, of);
}

describe('texts for errors', () => {
  for (const [union, texts] of Object.entries(unions)) {
    it(`of ${union} are there for every reason, differ, and say what to do next`, () => {
      const titles = new Map<string, string>();
      for (const [reason, text] of Object.entries(texts)) {
        const draft = text(facts);
        assertDraft(draft, `${union}.${reason}`);
        assert.ok(draft.next.length > 0, `${union}.${reason} has a next step`);
        assert.equal(
          titles.get(draft.title),
          undefined,
          `${reason} says the same as ${titles.get(draft.title)}`,
        );
        titles.set(draft.title, reason);
        assert.ok(text({ ...facts, details: {} }).title, `${union}.${reason} without details`);
      }
    });
  }

  it('know every error class of the source', () => {
    const root = path.join(__dirname, '../../../src');
    const describing = readFileSync(path.join(root, 'messages', 'describe.ts'), 'utf8');
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.ts'),
    );
    const classes = files.flatMap((file) =>
      [...readFileSync(path.join(root, file), 'utf8').matchAll(/class (\w+) extends SwapdeckError/g)].map(
        ([, name]) => name!,
      ),
    );
    assert.ok(classes.includes('JdwpError'));
    // Bytes run out inside of the rooms, which tell it in their own terms.
    const internal = ['TruncatedError'];
    const missing = classes.filter(
      (name) => !internal.includes(name) && !describing.includes(`instanceof ${name}`),
    );
    assert.deepEqual(missing, []);
  });

  it('of refused redefinitions name the class, the reason and what to do, each error in its own words', () => {
    assert.deepEqual(
      refusalErrors.filter((error) => error >= 60 && error <= 72),
      [60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71, 72],
    );
    const titles = [...refusalErrors, 12345].map((error) => {
      const draft = refusedSwap(error, ['demo.A'], english);
      assertDraft(draft, `refusal ${error}`);
      assert.match(draft.title, /^demo\.A can't be swapped: /);
      assert.ok(draft.detail && draft.next.length > 0);
      return draft.title;
    });
    assert.equal(new Set(titles).size, titles.length);
  });

  it('of a refused packet say that none of its classes was swapped', () => {
    const { title } = refusedSwap(63, ['demo.A', 'demo.B', 'demo.C'], english);
    assert.equal(title, "One of 3 classes can't be swapped, so none was (demo.A, ...): a method was added.");
  });

  it('about a JVM are readable', () => {
    for (const draft of [nothingListens, exposedPort, suspendedAtStart].map((text) =>
      text('localhost:5005', english),
    ))
      assertDraft(draft, draft.title);
    assert.notEqual(waitingFor('jvm', english), waitingFor('queue', english));
  });

  it('of next steps are short and differ', () => {
    const titles = nextStepIds.map((id) => nextStepTitle(id, english));
    assert.equal(new Set(titles).size, titles.length);
    for (const title of titles) assert.ok(title.length > 0 && title.length <= 40, title);
  });
});

describe('texts for problems of a configuration', () => {
  const range = { start: { line: 1, column: 1, offset: 0 }, end: { line: 1, column: 2, offset: 1 } };
  /** Of each reason one problem, or several where the text depends on its facts. */
  const samples: { readonly [R in Problem['reason']]: Extract<Problem, { reason: R }>['details'][] } = {
    syntax: [
      { code: 'TAB_AS_INDENT', message: 'x' },
      { code: 'UNEXPECTED_TOKEN', message: 'Unexpected scalar.' },
    ],
    tooLarge: [{ what: 'file' }, { what: 'nesting' }, { what: 'aliases' }],
    unknownAlias: [{ name: 'a' }],
    aliasCycle: [{ name: 'a' }],
    keyNotText: [{}],
    duplicateKey: [{ key: 'a', firstLine: 3 }],
    unknownKey: [{ key: 'helth' }, { key: 'helth', suggestion: 'health' }],
    missingKey: [{ key: 'ssh' }, { key: 'ssh | local' }],
    badName: [{ name: '-', expected: 'name' }],
    wrongType: [{ expected: 'list', found: 'text' }],
    wrongFormat: [
      { expected: 'duration', value: '5' },
      { expected: 'timeZone', value: 'Utc', suggestion: 'UTC' },
    ],
    wrongValue: [
      { value: 'x', allowed: ['a', 'b'] },
      { value: 'x', allowed: ['a', 'b'], suggestion: 'a' },
    ],
    outOfRange: [{ value: 0, least: 1, most: 9 }],
    tooFew: [{ least: 1 }, { least: 2 }],
    lossyNumber: [{ written: '1.10', read: '1.1' }],
    conflictingKeys: [{ key: 'a', other: 'b' }],
    needsKey: [
      { key: 'a', needs: 'b' },
      { key: 'a', needs: 'b | c' },
    ],
    needsValue: [{ key: 'a', other: 'b', value: 'c' }],
    unknownReference: [
      { name: 'a', tables: ['hosts'] },
      { name: 'a', tables: ['hosts', 'tomcats', 'clusters'], suggestion: 'b' },
    ],
    wrongTarget: [{ application: 'a', kind: 'image', name: 'c', table: 'clusters' }],
    notReleasable: [{ application: 'a' }],
    cycle: [{ key: 'jump', chain: ['a', 'b', 'a'] }],
    stepsOrder: [{}],
    unknownPlaceholder: [{ placeholder: '${x}' }, { placeholder: '${x}', suggestion: '${y}' }],
    unclosedPlaceholder: [{}],
    placeholderNotAllowed: [
      { placeholder: '${x}', allowed: [] },
      { placeholder: '${x}', allowed: ['env', 'secret', 'release', 'port'] },
    ],
    plainSecret: [{ key: 'password' }],
  };

  it('are there for every reason, and differ', () => {
    assert.deepEqual(Object.keys(samples).sort(), Object.keys(problemTexts).sort());
    const texts = Object.entries(samples).flatMap(([reason, each]) =>
      each.map((facts) => {
        const text = describeProblem({
          reason,
          severity: 'error',
          range,
          path: [],
          details: facts,
        } as Problem);
        assertReadable(text, reason);
        return text;
      }),
    );
    assert.equal(new Set(texts).size, texts.length);
  });

  it('name what was expected in different words for each kind of value', () => {
    const words = Object.values(expectations).map((text) => text(english));
    assert.equal(new Set(words).size, words.length);
  });

  it('read as one would say it', () => {
    const text = (problem: Pick<Problem, 'reason' | 'details'>): string =>
      describeProblem({ ...problem, severity: 'error', range, path: [] } as Problem);
    assert.equal(
      text({ reason: 'unknownReference', details: samples.unknownReference[1]! }),
      '"a" is not defined under "hosts", "tomcats" or "clusters". Did you mean "b"?',
    );
    assert.equal(
      text({ reason: 'wrongType', details: samples.wrongType[0]! }),
      'Here stands a text. Write a list, such as [a, b].',
    );
    assert.equal(describeFix({ kind: 'quote', replacement: '"1.10"', range }), 'Write "1.10"');
  });
});
