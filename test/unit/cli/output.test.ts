import assert from 'node:assert/strict';
import { Output, table } from '../../../src/cli/output';

class Sink {
  text = '';
  write(text: string): void {
    this.text += text;
  }
}

function outputs(options: { json?: boolean; verbose?: boolean } = {}) {
  const stdout = new Sink();
  const stderr = new Sink();
  const output = new Output({ stdout, stderr, json: false, verbose: false, ...options });
  return { output, stdout, stderr };
}

describe('the output of a command', () => {
  it('is text on standard output, with notes beside it', () => {
    const { output, stdout, stderr } = outputs();
    output.line('answer');
    output.note('progress');
    output.result({ a: 1 });
    output.finish();
    assert.equal(stdout.text, 'answer\n');
    assert.equal(stderr.text, 'progress\n');
  });

  it('is with --json one value as the last line, in one line, and text elsewhere', () => {
    const { output, stdout, stderr } = outputs({ json: true });
    output.line('answer');
    output.result({ first: true });
    output.result({ text: 'a\nb' });
    output.finish();
    assert.equal(stdout.text, '{"text":"a\\nb"}\n');
    assert.equal(stderr.text, 'answer\n');
  });

  it('says what went wrong, why, and each next step', () => {
    const { output, stdout, stderr } = outputs();
    output.failure({ title: 'No.', detail: 'Because.', next: [{ id: 'retry', title: 'Try Again' }] });
    assert.equal(stderr.text, 'swapdeck: No.\n  Because.\n  -> Try Again\n');
    assert.equal(stdout.text, '');
  });

  it('logs warnings always and the rest only when asked', () => {
    const quiet = outputs();
    const verbose = outputs({ verbose: true });
    for (const { output } of [quiet, verbose]) {
      output.log.debug('d');
      output.log.warn('w');
    }
    assert.equal(quiet.stderr.text, 'warning: w\n');
    assert.equal(verbose.stderr.text, 'debug: d\nwarning: w\n');
  });

  it('lines up tables', () => {
    assert.deepEqual(table([['A', 'LONG', 'X'], ['bbb', 'c', ''], ['d']]), ['A    LONG  X', 'bbb  c', 'd']);
  });
});
