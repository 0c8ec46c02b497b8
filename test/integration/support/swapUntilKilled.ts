import { writeSync } from 'node:fs';
import { VirtualMachine } from '../../../src/jdwp/commands';
import { Ledger } from '../../../src/hotswap/ledger/ledger';
import { Session } from '../../../src/hotswap/session';
import { configuredRoot } from '../../../src/hotswap/roots/relevant';
import { change, dependencies, readAll } from './hotswapApp';
import { MeddlingDialer } from './meddlingDialer';

/**
 * A process that swaps a class and waits to be killed: `MODE PORT LEDGER ROOT BUILT NAME`. `held`: the packet is
 * kept back; `sent`: the packet is away, and no answer is read. Prints MODE when it is there.
 */
const [mode, port, folder, root, built, name] = process.argv.slice(2);
const redefine = VirtualMachine.RedefineClasses;
const dialer = new MeddlingDialer();
dialer.onCommand = ({ set, command }, channel) => {
  if (set !== redefine.set || command !== redefine.id) return;
  if (mode === 'held') channel.hold();
  process.nextTick(() => {
    writeSync(1, `${mode}\n`);
    // Nothing of this process runs any more, and the kernel keeps its connection.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });
};

async function main(): Promise<void> {
  const endpoint = { host: '127.0.0.1', port: Number(port) };
  const target = { id: 'app', name: 'app', endpoint, dialer, classRoots: [] };
  const session = new Session(target, { ...dependencies, ledger: new Ledger(folder!) });
  await session.start(false);
  session.useRoots([configuredRoot(root!)]);
  const classes = (await readAll(built!)).filter((each) => each.name === name);
  await session.swap(change(classes));
}

void main();
