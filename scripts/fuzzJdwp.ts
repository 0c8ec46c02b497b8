import { fuzz } from '../test/unit/jdwp/support/fuzz';

// npm run fuzz:jdwp -- [packets] [seed]: malformed packets against the JDWP connection, 1,000,000 unless said otherwise.
async function main(): Promise<void> {
  const packets = Number(process.argv[2] ?? 1_000_000);
  const seed = Number(process.argv[3] ?? Date.now() % 2 ** 32);
  console.log(`seed ${seed}, ${packets} packets`);
  const started = performance.now();
  const report = await fuzz(seed, packets, (soFar) => console.log(`${soFar.packets} packets`));
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(JSON.stringify({ seed, seconds: Number(seconds), ...report }));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
