import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { ensureDependencies } from './support/npm.mjs';

// `npm test`: from a fresh checkout with nothing but Node.js and npm to the line `N passed, N failed, N skipped`.
await ensureDependencies(fileURLToPath(new URL('..', import.meta.url)));
await import('tsx/cjs');
createRequire(import.meta.url)('./test/main.ts');
