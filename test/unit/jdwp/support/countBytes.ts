type AnyFunction = (this: unknown, ...args: never[]) => unknown;

/** Replaces a method until the returned function is called. */
function replace(target: object, name: string, wrap: (original: AnyFunction) => AnyFunction): () => void {
  const own = Object.getOwnPropertyDescriptor(target, name);
  const original = Reflect.get(target, name) as AnyFunction;
  Object.defineProperty(target, name, { value: wrap(original), configurable: true, writable: true });
  return () => {
    if (own) Object.defineProperty(target, name, own);
    else Reflect.deleteProperty(target, name);
  };
}

export interface ByteCount {
  /** Bytes of all Buffers allocated, and of the largest of them. */
  allocated: number;
  largest: number;
  /** Bytes copied from one Buffer to another. */
  copied: number;
}

/** Counts the bytes that Buffers allocate and copy until `stop` is called. */
export function countBytes(): ByteCount & { stop(): void } {
  const count = { allocated: 0, largest: 0, copied: 0 };
  const allocating = (original: AnyFunction): AnyFunction =>
    function (this: unknown, ...args) {
      const size = Number(args[0]);
      count.allocated += size;
      count.largest = Math.max(count.largest, size);
      return original.apply(this, args);
    };
  const prototype = Buffer.prototype as object;
  const restore = [
    replace(Buffer, 'alloc', allocating),
    replace(Buffer, 'allocUnsafe', allocating),
    replace(Buffer, 'allocUnsafeSlow', allocating),
    replace(
      prototype,
      'copy',
      (original) =>
        function (this: unknown, ...args) {
          const copied = original.apply(this, args);
          count.copied += Number(copied);
          return copied;
        },
    ),
    replace(
      prototype,
      'set',
      (original) =>
        function (this: unknown, ...args) {
          count.copied += (args[0] as unknown as ArrayLike<number>).length;
          return original.apply(this, args);
        },
    ),
  ];
  return Object.assign(count, { stop: () => restore.forEach((undo) => undo()) });
}
