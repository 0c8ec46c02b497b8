import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { ensureDependencies } from './support/npm.mjs';

// `npm start`: from a fresh checkout with nothing but Node.js and npm to an editor on the running sample.
await ensureDependencies(fileURLToPath(new URL('..', import.meta.url)));
await import('tsx/cjs');
createRequire(import.meta.url)('./start/main.ts');
