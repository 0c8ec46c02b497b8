import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { manifest } from '../src/editor/manifest';
import { root } from './support/paths';

// npm run manifest: writes what the tables of src/editor contribute into package.json and package.nls.json.
const file = path.join(root, 'package.json');
const { nls, ...parts } = manifest();
const current = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
writeFileSync(file, `${JSON.stringify({ ...current, ...parts }, null, 2)}\n`);
writeFileSync(path.join(root, 'package.nls.json'), `${JSON.stringify(nls, null, 2)}\n`);
