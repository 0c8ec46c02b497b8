import { Relay } from '../../test/lab/relay';

// A process of its own with one relay for each port it is given, each with that delay one way in milliseconds:
// `linkProcess DELAY PORT...`. Tells `{"ports":[...]}`; does what `{"id":N,"act":"cut"|"restore","link":I}` says and
// tells `{"done":N}`.

interface Order {
  readonly id: number;
  readonly act: 'cut' | 'restore';
  readonly link: number;
}

async function main(delayMs: number, targets: readonly number[]): Promise<void> {
  const relays = await Promise.all(targets.map((port) => Relay.to(port)));
  for (const relay of relays) relay.delayMs = delayMs;
  process.on('message', ({ id, act, link }: Order) => {
    const relay = relays[link]!;
    void (act === 'cut' ? relay.cut() : relay.restore()).then(() => process.send!({ done: id }));
  });
  process.on('disconnect', () => process.exit());
  process.send!({ ports: relays.map(({ port }) => port) });
}

const [delayMs, ...targets] = process.argv.slice(2).map(Number);
void main(delayMs!, targets);
