import path from 'node:path';

/** The checkout. */
export const root = path.resolve(__dirname, '..', '..');

/** Everything that is downloaded for tests and `npm start`; ignored by git, safe to delete. */
export const toolsDir = path.join(root, '.vscode-test');

/** What scripts and tests leave behind for people: results, screenshots, logs. */
export const outDir = path.join(root, 'out');
