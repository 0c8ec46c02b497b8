import { browserHostUnsupported, ensureBrowserHost } from './host/install';

/** `npm run setup`: everything that tests and `npm start` need, once. */
async function main(): Promise<void> {
  const unsupported = browserHostUnsupported();
  if (unsupported) console.log(`Nothing to install: ${unsupported}.`);
  else console.log(JSON.stringify(await ensureBrowserHost(), null, 2));
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
