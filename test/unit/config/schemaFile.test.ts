import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { jsonSchema } from '../../../src/config/parse';
import type { SchemaNode } from '../../../src/config/schemaTree';
import { expectations } from '../../../src/messages/config';

const root = path.join(__dirname, '../../..');

/** Every node of a schema with its path. */
function nodes(node: SchemaNode, at: string): [string, SchemaNode][] {
  const { properties = {}, additionalProperties, items, anyOf = [], oneOf = [], propertyNames } = node;
  return [
    [at, node] as [string, SchemaNode],
    ...Object.entries(properties).flatMap(([key, child]) => nodes(child, `${at}.${key}`)),
    ...(typeof additionalProperties === 'object' ? nodes(additionalProperties, `${at}.*`) : []),
    ...(items ? nodes(items, `${at}[]`) : []),
    ...(propertyNames ? nodes(propertyNames, `${at}.?`) : []),
    ...[...anyOf, ...oneOf].flatMap((option) => nodes(option, at)),
  ];
}

describe('the JSON schema of swapdeck.yaml', () => {
  it('stands in schemas/ as the code has it (renew it with `swapdeck schema`)', async () => {
    const file = readFileSync(path.join(root, 'schemas', 'swapdeck.schema.json'), 'utf8');
    assert.deepEqual(JSON.parse(file), JSON.parse(JSON.stringify(await jsonSchema())));
  });

  it('describes every key and has words for every kind of value', async () => {
    for (const [at, node] of nodes(await jsonSchema(), '')) {
      for (const [key, property] of Object.entries(node.properties ?? {})) {
        const described = property.description ?? property.anyOf?.every(({ description }) => description);
        assert.ok(described, `${at}.${key} has a description`);
      }
      if (node['x-expects']) assert.ok(node['x-expects'] in expectations, `${at}: ${node['x-expects']}`);
    }
  });

  it('refuses unknown keys in every mapping with fixed keys', async () => {
    for (const [at, node] of nodes(await jsonSchema(), ''))
      if (node.properties) assert.equal(node.additionalProperties, false, at);
  });
});

describe('the heavy libraries', () => {
  it('are loaded with the first configuration, not before', async () => {
    const script = `
      const loaded = () => Object.keys(require.cache).filter((f) => /node_modules.(zod|yaml)./.test(f)).length;
      const { parseConfig } = require('./src/config/parse');
      require('./src/config/language'); require('./src/config/resolve'); require('./src/config/find');
      require('./src/messages/describe');
      const before = loaded();
      parseConfig('').then(() => console.log(JSON.stringify({ before, after: loaded() > 0 })));`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', '-e', script], {
      cwd: root,
    });
    assert.deepEqual(JSON.parse(stdout), { before: 0, after: true });
  });
});
