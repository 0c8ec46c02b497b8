import * as assert from 'node:assert/strict';
import { CompileError } from '../../../src/compile/errors';
import { ALL_DEBUG_INFO, type CompileRequest } from '../../../src/compile/model';
import {
  decodeGreeting,
  decodeReply,
  encodeCancel,
  encodeCompile,
  FrameSplitter,
} from '../../../src/compile/protocol';
import { BinaryWriter } from '../../../src/util/bytes';

const request: CompileRequest = {
  project: {
    jdkHome: '/jdk',
    compiler: { kind: 'javac' },
    classRoot: '/c',
    classPath: ['/l.jar'],
    sourceRoots: [],
    settings: {
      debug: ALL_DEBUG_INFO,
      parameters: false,
      encoding: 'UTF-8',
      processing: { kind: 'path', entries: ['/p'] },
      extra: [],
    },
  },
  sources: [{ path: '/A.java', text: 'ä' }, { path: '/B.java' }],
};

const string = (value: string): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(Buffer.byteLength(value));
  return Buffer.concat([length, Buffer.from(value)]);
};

function reply(): Buffer {
  const out = new BinaryWriter().u32(7).u8(0).u32(1500).u32(1);
  out.raw(string('demo.A')).raw(string('/A.java')).raw(string('bytes'));
  out.u32(1).raw(string('MANDATORY_WARNING')).raw(string('')).raw(string('code')).raw(string('text'));
  for (let n = 0; n < 4; n++) out.u32(0);
  return Buffer.from(out.raw(string('')).toBuffer());
}

const isProtocolError = (error: unknown): boolean =>
  error instanceof CompileError && error.reason === 'protocol';

describe('frames of the compiler process', () => {
  it('writes a compilation byte for byte', () => {
    const expected = Buffer.concat([
      Buffer.from([0, 0, 0, 9, 1]),
      string(''),
      Buffer.from([0, 0, 0, 1]),
      string('-g'),
      string('UTF-8'),
      string('/c'),
      Buffer.from([0, 0, 0, 1]),
      string('/l.jar'),
      Buffer.from([0, 0, 0, 0]),
      string('path'),
      Buffer.from([0, 0, 0, 1]),
      string('/p'),
      Buffer.from([0, 0, 0, 2]),
      string('/A.java'),
      Buffer.from([1]),
      string('ä'),
      string('/B.java'),
      Buffer.from([0]),
    ]);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(expected.length);
    assert.deepEqual(encodeCompile(9, request, 17), Buffer.concat([length, expected]));
    assert.deepEqual(encodeCancel(10, 9), Buffer.from([0, 0, 0, 9, 0, 0, 0, 10, 2, 0, 0, 0, 9]));
  });

  it('reads a reply', () => {
    assert.deepEqual(decodeReply(reply()), {
      id: 7,
      status: 'ok',
      micros: 1500,
      classes: [{ name: 'demo.A', bytes: Buffer.from('bytes'), source: '/A.java' }],
      diagnostics: [{ kind: 'warning', code: 'code', message: 'text' }],
      failure: '',
    });
    assert.equal(decodeGreeting(Buffer.concat([Buffer.alloc(4), string('17.0.1')])), '17.0.1');
  });

  it('finds frames however the stream is cut', () => {
    const body = reply();
    const head = Buffer.alloc(4);
    head.writeUInt32BE(body.length);
    const stream = Buffer.concat([head, body, head, body, head, body]);
    for (const size of [1, 3, 7, body.length + 4, body.length + 5, stream.length]) {
      const splitter = new FrameSplitter();
      const bodies: Buffer[] = [];
      for (let at = 0; at < stream.length; at += size)
        bodies.push(...splitter.push(stream.subarray(at, at + size)));
      assert.equal(bodies.length, 3, `cut at ${size}`);
      for (const each of bodies) assert.ok(each.equals(body));
    }
  });

  it('takes a large frame in small pieces without copying it each time', () => {
    const splitter = new FrameSplitter();
    const head = Buffer.alloc(4);
    head.writeUInt32BE(64 << 20);
    const piece = Buffer.alloc(64 << 10);
    const since = performance.now();
    splitter.push(head);
    let frames = 0;
    for (let n = 0; n < 1024; n++) frames += splitter.push(piece).length;
    assert.equal(frames, 1);
    assert.ok(performance.now() - since < 2000);
  });

  it('meets every cut and every changed byte with a typed error or a reply, and no allocation to match', () => {
    const body = reply();
    for (let length = 0; length < body.length; length++)
      assert.throws(() => decodeReply(body.subarray(0, length)), isProtocolError);
    for (let at = 0; at < body.length; at++) {
      for (const value of [0xff, 0x7f, 0x80]) {
        const changed = Buffer.from(body);
        changed[at] = value;
        try {
          decodeReply(changed);
        } catch (error) {
          assert.ok(isProtocolError(error), String(error));
        }
      }
    }
    assert.throws(() => new FrameSplitter().push(Buffer.from([0x7f, 0xff, 0xff, 0xff])), isProtocolError);
    assert.throws(() => decodeGreeting(Buffer.from([0, 0, 0, 1, 0])), isProtocolError);
  });
});
