import * as layouts from '../../../../src/jdwp/layout';
import * as values from '../../../../src/jdwp/values';
import type { PacketWriter } from '../../../../src/jdwp/writer';
import type { Random } from './random';

const ids = new Set<unknown>(
  Object.entries(layouts).flatMap(([name, layout]) => (name.endsWith('Id') ? [layout] : [])),
);
const tags = 'BCSIFDJZV[Lstglc';

/** Writes a random value that has the layout, as a VM would. */
export function writeArbitrary(layout: layouts.Layout<unknown>, to: PacketWriter, random: Random): void {
  if ('fields' in layout) {
    for (const field of Object.values((layout as layouts.Struct).fields)) writeArbitrary(field, to, random);
  } else if ('element' in layout) {
    const count = random.int(4);
    to.int(count);
    for (let at = 0; at < count; at++) writeArbitrary((layout as layouts.List).element, to, random);
  } else if ('variants' in layout) {
    const [tag, fields] = random.pick(Object.values((layout as layouts.Variant).variants));
    to.byte(tag);
    for (const field of Object.values(fields)) writeArbitrary(field, to, random);
  } else if (ids.has(layout)) layout.write(to, BigInt(random.int(100)));
  else if (layout === layouts.int) to.int(random.int(1000));
  else if (layout === layouts.long) to.long(BigInt(random.int(1000)));
  else if (layout === layouts.string) to.string(random.pick(['', 'a', 'Ljava/lang/String;', 'straße']));
  else if (layout === layouts.buffer) layout.write(to, random.bytes(random.int(40)));
  else if (layout === values.value) writeValue(to, random, random.int(tags.length));
  else if (layout === values.taggedObject) writeValue(to, random, 9 + random.int(7));
  else if (layout === values.arrayRegion)
    values.arrayRegion.write(to, { tag: 'B', values: random.bytes(random.int(40)) });
  else to.byte(1); // byte, boolean, and constants, all of which know 1
}

function writeValue(to: PacketWriter, random: Random, tag: number): void {
  const size = [1, 2, 2, 4, 4, 8, 8, 1, 0][tag] ?? to.sizes.object;
  to.byte(tags.charCodeAt(tag));
  to.bytes(random.bytes(size));
}
