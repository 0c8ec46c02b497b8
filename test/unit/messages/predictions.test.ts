import assert from 'node:assert/strict';
import type { Note, Reason } from '../../../src/hotswap/predict/reasons';
import { describeNote, describeReason } from '../../../src/messages/predictions';
import { previewText, type PreviewedJvm } from '../../../src/messages/preview';
import { english } from '../../../src/messages/translate';

const reason = (more: Partial<Reason>): string =>
  describeReason({ code: 'methodAdded', error: 63, ...more }, english);
const note = (more: Partial<Note>): string => describeNote({ code: 'constructor', ...more }, english);

describe('the words of predictions', () => {
  it('name methods as Java does', () => {
    assert.equal(reason({ member: 'f(I[Ljava/lang/String;)V' }), 'The method f(int, String[]) was added.');
    assert.equal(reason({ member: '<init>(J)V' }), 'The constructor (long) was added.');
    assert.equal(reason({ member: '<clinit>()V' }), 'The class got a static initialiser, and had none.');
    const flags = { code: 'methodFlagsChanged', member: '<init>()V', from: 'private', to: 'public' } as const;
    assert.equal(reason(flags), 'The modifiers of the constructor () changed from "private" to "public".');
  });

  it('say where members come from that nobody wrote, and what makes a refusal go away', () => {
    assert.equal(
      reason({ member: 'lambda$f$0()V', cause: 'lambda' }),
      'The method lambda$f$0() was added. It comes from a lambda.',
    );
    assert.equal(
      reason({ code: 'verifierNeedsClass', className: 'demo/New', definable: true }),
      'To verify the class the JVM needs demo.New, which it does not know. Once that class is defined the JVM takes it.',
    );
  });

  it('count objects', () => {
    assert.equal(note({}), 'Objects that exist keep what the old constructor gave them.');
    assert.equal(note({ instances: 1 }), 'One object that exists keeps what the old constructor gave it.');
    assert.equal(note({ instances: 7 }), '7 objects that exist keep what the old constructor gave them.');
  });

  it('list the classes that hold the old value of a constant, as far as one reads', () => {
    const constant = { code: 'constantInlined', member: 'NAME', from: '"a"' } as const;
    assert.equal(note(constant), 'NAME is a constant: classes compiled with the old value keep it.');
    assert.equal(
      note({ ...constant, classes: [] }),
      'NAME is a constant: no built class holds the old value, only reflection still sees it.',
    );
    const classes = Array.from({ length: 10 }, (_, at) => `demo.C${at}`);
    assert.equal(
      note({ ...constant, classes }),
      `NAME is a constant: these hold the old value "a" until they are compiled again: ${classes.slice(0, 8).join(', ')} and 2 more.`,
    );
  });
});

describe('a preview', () => {
  const unknown: Note = { code: 'unknown', what: 'record' };
  const jvm: PreviewedJvm = {
    name: 'shop',
    place: 'localhost:5005',
    version: '17.0.15',
    classes: [
      {
        name: 'demo.Fine',
        state: 'changed',
        loaders: [
          { id: '0x1', type: 'demo.Loader', name: 'shop##1' },
          { id: '0x2', type: 'demo.Loader' },
        ],
        instances: 4,
        onStack: ['run()V', 'stay(I)V'],
        prediction: {
          verdict: 'accept',
          possibleErrors: [],
          reasons: [],
          notes: [{ code: 'constructor', file: 'Fine.java', line: 3 }, unknown],
          unknownClasses: [],
        },
      },
      {
        name: 'demo.Bad',
        state: 'changed',
        loaders: [],
        onStack: [],
        prediction: {
          verdict: 'refuse',
          error: 63,
          possibleErrors: [63],
          reasons: [{ code: 'methodAdded', error: 63, member: 'f()V', file: 'Bad.java', line: 12 }],
          notes: [],
          unknownClasses: [],
        },
      },
      { name: 'demo.Later', state: 'unloaded', loaders: [], onStack: [] },
      { name: 'demo.Same', state: 'same', loaders: [], onStack: [] },
    ],
  };

  it('tells what is refused first, every reason at its line, and what runs now', () => {
    const { text, links } = previewText([jvm], 'all classes', english);
    assert.deepEqual(text.split('\n'), [
      'Swap preview: all classes',
      'Nothing was sent.',
      '',
      'shop  localhost:5005  Java 17.0.15',
      '  1 refused, 1 accepted, 1 not loaded yet, 1 the same',
      '',
      '  demo.Bad  ✗ refused, error 63',
      '    Bad.java:12  The method f() was added.',
      '',
      '  demo.Fine  ✓ accepted',
      '    Fine.java:3  Note: Objects that exist keep what the old constructor gave them.',
      '    On a stack now: run(), stay(int)',
      '    Live instances: 4',
      '    2 class loaders: shop##1, demo.Loader 0x2',
      '',
      '  Not loaded yet, so they will be what was built:',
      '    demo.Later',
      '',
    ]);
    const lines = text.split('\n');
    assert.deepEqual(
      links.map(({ at, className, sourceLine }) => [
        lines[at.line]!.slice(at.from, at.to),
        className,
        sourceLine,
      ]),
      [
        ['demo.Bad', 'demo.Bad', undefined],
        ['Bad.java:12', 'demo.Bad', 12],
        ['demo.Fine', 'demo.Fine', undefined],
        ['Fine.java:3', 'demo.Fine', 3],
      ],
    );
  });

  it('says why a JVM could not be asked, and that there is none', () => {
    const lost = { name: 'shop', place: 'localhost:5005', error: 'The connection ended.', classes: [] };
    assert.match(
      previewText([lost], 'all', english).text,
      /^shop {2}localhost:5005\n {2}The connection ended\.$/m,
    );
    assert.match(previewText([], 'all', english).text, /No JVM is attached\./);
  });
});
