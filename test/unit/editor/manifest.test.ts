import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commands, settings, views, type CommandRow } from '../../../src/editor/contributions';
import { manifest } from '../../../src/editor/manifest';
import { walkthrough } from '../../../src/editor/walkthrough';
import { welcome } from '../../../src/editor/welcome';

const root = join(__dirname, '../../..');
const json = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(root, name), 'utf8')) as Record<string, unknown>;

describe('the manifest', () => {
  const { nls, ...parts } = manifest();
  const actual = json('package.json');

  for (const part of ['activationEvents', 'capabilities', 'contributes'] as const)
    it(`says in "${part}" what the tables say (npm run manifest)`, () => {
      assert.deepEqual(actual[part], parts[part]);
    });

  it('has every text in package.nls.json', () => {
    assert.deepEqual(json('package.nls.json'), nls);
    const used = new Set([...JSON.stringify(actual).matchAll(/"%([^%"]+)%"/g)].map((match) => match[1]!));
    assert.deepEqual([...used].sort(), Object.keys(nls).sort());
  });

  it('names only pictures and icons that exist', () => {
    const files = [
      ...walkthrough.steps.map((step) => step.picture),
      ...[...JSON.stringify(actual).matchAll(/"(media\/[^"]+)"/g)].map((match) => match[1]!),
    ];
    assert.deepEqual(
      files.filter((file) => !existsSync(join(root, file))),
      [],
    );
  });

  it('links only commands of its own or of the editor', () => {
    const texts = Object.values(nls).join('\n');
    const own = [...texts.matchAll(/command:(swapdeck\.[\w.]+)/g)].map((match) => match[1]!);
    assert.ok(own.length > 0);
    assert.deepEqual(
      own.filter((id) => !(id in commands)),
      [],
    );
  });

  it('shows at most three icons on a row, whatever its state', () => {
    const rows = {
      jvm: {
        states: ['detached', 'connecting', 'attached', 'suspended', 'waiting', 'unsupported'],
        marks: ['', '.cancellable', '.configured', '.cancellable.configured'],
      },
      application: {
        states: ['idle', 'busy', 'deploying', 'interrupted', 'failed', 'unsupported'],
        marks: ['', '.kept', '.kept.standby', '.kept.standby.locked'],
      },
      deployment: {
        states: ['running', 'undoing', 'elsewhere', 'interrupted', 'committed', 'over'],
        marks: ['', '.receipt'],
      },
    };
    for (const [kind, { states, marks }] of Object.entries(rows))
      for (const value of states.flatMap((state) => marks.map((mark) => `${kind}.${state}${mark}`))) {
        const icons = Object.entries<CommandRow>(commands).filter(([, row]) =>
          row.places?.some(
            ({ menu, when, group }) =>
              menu === 'view/item/context' && group.startsWith('inline') && matches(when, value),
          ),
        );
        assert.ok(icons.length <= 3, `${value}: ${icons.map(([id]) => id).join()}`);
      }
  });

  it('gives every command with an icon place a codicon', () => {
    for (const [id, row] of Object.entries<CommandRow>(commands))
      if (row.places?.some(({ group }) => group.startsWith('inline') || group.startsWith('navigation')))
        assert.match(row.icon ?? '', /^\$\([a-z-]+\)$/, id);
  });

  it('has a welcome for each view and settings with a description that ends as a sentence', () => {
    for (const view of Object.keys(views)) assert.ok(welcome.some((row) => row.view === view));
    for (const row of Object.values(settings)) assert.match(row.description, /\.$/);
  });
});

/** Evaluates the `viewItem` part of a `when` clause as the editor would. */
function matches(when: string, viewItem: string): boolean {
  const pattern = /viewItem =~ \/(.*)\//.exec(when)?.[1];
  return pattern !== undefined && new RegExp(pattern).test(viewItem);
}
