import assert from 'node:assert/strict';
import { TransportError } from '../../../src/contracts/transportError';
import { HotSwapError } from '../../../src/hotswap/errors';
import { JdwpError, VmError } from '../../../src/jdwp/error';
import { describe as describeError, describeJvmError } from '../../../src/messages/describe';
import type { ClassOutcome } from '../../../src/hotswap/model';
import { classOutcome } from '../../../src/messages/hotswap';
import { english, type Translate } from '../../../src/messages/translate';
import { AbortedError } from '../../../src/util/errors';

describe('describing an error', () => {
  it('says what happened where, why, and what to do next', () => {
    const message = describeError(new TransportError('refused', 'ECONNREFUSED', { peer: 'web-1:22' }));
    assert.equal(message.title, 'Nothing listens at web-1:22.');
    assert.match(message.detail ?? '', /refuses the connection/);
    assert.deepEqual(
      message.next.map(({ id }) => id),
      ['retry', 'checkAddress'],
    );
  });

  it('tells the ways a JVM can not be attached to apart', () => {
    const titles = [
      new TransportError('refused', 'x'),
      new JdwpError('notJdwp', 'x', { answer: 'HTTP/1.1 400 Bad Request' }),
      new JdwpError('busy', 'x'),
      new HotSwapError('held', 'x'),
      new HotSwapError('unknownOutcome', 'x'),
    ].map((error) => describeJvmError(error, { where: 'hello-local' }).title);
    assert.deepEqual(titles, [
      'No JVM listens at hello-local.',
      'hello-local is not a debug port.',
      'hello-local is taken by another debugger.',
      'Another debugger holds the JVM at hello-local.',
      'The connection to hello-local was cut in the middle of a swap.',
    ]);
  });

  it('says that a web server answers where it does', () => {
    const http = describeError(new JdwpError('notJdwp', 'x', { answer: 'HTTP/1.1 400 Bad Request' }));
    assert.match(http.detail ?? '', /A web server answers there \("HTTP\/1\.1 400 Bad Request"\)/);
    const ssh = describeError(new JdwpError('notJdwp', 'x', { answer: 'SSH-2.0-OpenSSH_9.2' }));
    assert.doesNotMatch(ssh.detail ?? '', /web server/);
  });

  it('says where the old key of a changed host is written', () => {
    const error = new TransportError('hostKeyChanged', 'x', {
      host: 'web-1',
      file: '~/.ssh/known_hosts',
      line: 12,
    });
    assert.match(describeError(error).detail ?? '', /~\/\.ssh\/known_hosts, line 12\.$/);
  });

  it('never shows a stack trace or the text meant for logs', () => {
    const inner = new Error('inner secret log text');
    for (const error of [
      new JdwpError('lost', 'log text', {}, inner),
      new VmError('ThreadReference.Name', 10),
    ]) {
      const text = JSON.stringify(describeError(error));
      assert.doesNotMatch(text, /log text|at .*\.ts|Error:/);
    }
    const unknown = describeError(new TypeError('x is not a function'));
    assert.equal(unknown.detail, 'x is not a function');
    assert.doesNotMatch(JSON.stringify(unknown), /\.ts:/);
    assert.equal(describeError('thrown text').detail, 'thrown text');
  });

  it('of a cancelled piece of work is short and asks for nothing', () => {
    assert.deepEqual(describeError(new AbortedError('attach')), { title: 'Cancelled.', next: [] });
  });

  it('goes through the translation it is given, next steps included', () => {
    const seen: string[] = [];
    const t: Translate = (message, ...args) => {
      seen.push(message);
      return `<${english(message, ...args)}>`;
    };
    const message = describeError(new TransportError('refused', 'x'), { t, where: 'w:1' });
    assert.equal(message.title, '<Nothing listens at w:1.>');
    assert.equal(message.next[0]?.title, '<Try Again>');
    assert.ok(seen.includes('Nothing listens at {0}.'), 'the message is looked up before it is filled in');
  });
});

describe('the default translation', () => {
  it('fills in arguments by number, and leaves what has none', () => {
    assert.equal(english('{1} {0} {0} {2}', 'a', 5), '5 a a {2}');
    assert.equal(english('{0}', '{1}', 'x'), '{1}');
  });
});

describe('what became of a class', () => {
  const of = (result: Omit<Parameters<typeof classOutcome>[0], 'name'>): string =>
    classOutcome({ name: 'demo.A', ...result }, english);

  it('is told in a few words, a refusal with its reason', () => {
    assert.equal(of({ state: 'changed', outcome: 'swapped' }), 'swapped');
    const loader = (outcome: ClassOutcome) =>
      ({ id: '0x1', type: 'Loader', state: 'changed', outcome }) as const;
    const loaders = [loader('swapped'), loader('swapped')];
    assert.equal(of({ state: 'changed', outcome: 'swapped', loaders }), 'swapped under 2 class loaders');
    const one = [loader('swapped'), loader('skipped')];
    assert.equal(
      of({ state: 'changed', outcome: 'swapped', loaders: one }),
      'swapped under 1 of 2 class loaders',
    );
    assert.match(of({ state: 'unloaded', outcome: 'defined' }), /defined/);
    const exception = 'java.lang.NoClassDefFoundError';
    assert.match(of({ state: 'unloaded', outcome: 'refused', exception }), /builds on is not there/);
    assert.match(of({ state: 'changed', outcome: 'takenBack' }), /another JVM/);
    assert.equal(of({ state: 'unloaded', outcome: 'pending' }), 'waits until the JVM loads it');
    assert.equal(of({ state: 'changed', outcome: 'refused', error: 63 }), 'a method was added');
    assert.equal(of({ state: 'same', outcome: 'skipped' }), 'nothing to do');
    assert.match(of({ state: 'changed', outcome: 'skipped' }), /another class of the same save was refused/);
    assert.match(of({ state: 'changed', outcome: 'unknown' }), /cut before the answer/);
  });
});
