import { Lab } from './lab';

/** A process that brings up a lab and never takes it down: a test kills it. */
async function main(): Promise<void> {
  const lab = await Lab.up({ machines: { 'host-d': { engine: true } } });
  const marker = `/swapdeck-lab-${process.pid}-`;
  console.log(JSON.stringify({ marker, keeper: lab.network.pid, folder: lab.folder }));
  setInterval(() => undefined, 60_000);
}

void main();
