/** Writes what the tables of src/editor contribute into package.json and package.nls.json. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { manifest } from '../src/editor/manifest';

const root = join(import.meta.dirname, '..');
const file = join(root, 'package.json');
const { nls, ...parts } = manifest();
const current = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
writeFileSync(file, JSON.stringify({ ...current, ...parts }, null, 2) + '\n');
writeFileSync(join(root, 'package.nls.json'), JSON.stringify(nls, null, 2) + '\n');
