/** Length of the header of a frame: stream (0 input, 1 output, 2 errors), three zeros, size (Engine API, "Stream format"). */
const HEADER = 8;

export interface Frame {
  readonly stream: 'output' | 'errors';
  readonly content: Buffer;
}

/**
 * Takes what a container prints apart: without a terminal its two outputs come in frames, with one as they are.
 * Frames may be cut anywhere between chunks.
 */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0);
  #raw: boolean | undefined;

  /** The frames that are complete with this chunk. */
  push(chunk: Buffer): Frame[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    if (this.#raw === undefined && this.#rest.length >= HEADER) this.#raw = !isHeader(this.#rest);
    if (this.#raw === undefined) return [];
    if (this.#raw) return this.end();
    const frames: Frame[] = [];
    while (this.#rest.length >= HEADER) {
      const end = HEADER + this.#rest.readUInt32BE(4);
      if (this.#rest.length < end) break;
      frames.push({
        stream: this.#rest[0] === 2 ? 'errors' : 'output',
        content: this.#rest.subarray(HEADER, end),
      });
      this.#rest = this.#rest.subarray(end);
    }
    return frames;
  }

  /** What is left at the end: all of something too short to be a frame. */
  end(): Frame[] {
    const content = this.#rest;
    this.#rest = Buffer.alloc(0);
    return content.length === 0 ? [] : [{ stream: 'output', content }];
  }
}

function isHeader(bytes: Buffer): boolean {
  return bytes[0]! <= 2 && bytes[1] === 0 && bytes[2] === 0 && bytes[3] === 0;
}

/** The contents of all frames, one after another. */
export function joinFrames(bytes: Buffer): Buffer {
  const reader = new FrameReader();
  return Buffer.concat([...reader.push(bytes), ...reader.end()].map(({ content }) => content));
}
