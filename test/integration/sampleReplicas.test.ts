import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { startReplicas, type Replicas } from '../../scripts/sample/replicas';
import { compileSources } from '../../scripts/sample/workspace';
import { replicaStory } from '../../scripts/start/replicaStory';
import { findSshPrograms } from '../lab/ssh/install';
import { skip } from '../support/skip';
import { lastLine, runCli } from './support/cli';

interface GroupJson {
  readonly jvms: readonly {
    readonly swapped: number;
    readonly classes: readonly { readonly name: string; readonly outcome: string }[];
    readonly error?: { readonly reason: string };
  }[];
  readonly group?: { readonly decision: string };
}

describe('the sample as three replicas behind one SSH host', () => {
  const home = process.env.HOME;
  let replicas: Replicas;
  let original: string;
  let close = (): Promise<void> => Promise.resolve();

  before(async function () {
    this.timeout(300_000);
    const programs = await findSshPrograms();
    if (typeof programs === 'string') skip(this, programs);
    replicas = await startReplicas(3);
    close = () => replicas.close();
    // Commands find their SSH configuration by it.
    process.env.HOME = replicas.home;
    original = await readFile(replicas.workspace.greeting, 'utf8');
    // A class that was never asked for is not loaded yet; what the class root holds is kept by the first command.
    assert.deepEqual(await answers(), Array(3).fill('Hello, world!'));
    assert.equal((await cli('swap')).code, 0);
  });
  after(async () => {
    if (home === undefined) delete process.env.HOME;
    else process.env.HOME = home;
    await close();
  });

  const build = async (edit: (source: string) => string, added?: string): Promise<void> => {
    const { dir, classes, greeting } = replicas.workspace;
    await writeFile(greeting, edit(original));
    if (added !== undefined) await writeFile(path.join(path.dirname(greeting), 'Emphasis.java'), added);
    await compileSources(replicas.jdk, path.join(dir, 'src', 'main', 'java'), classes);
  };
  const cli = async (command: string, ...argv: string[]): Promise<{ code: number | null; json: unknown }> => {
    const jvms = replicas.names.flatMap((name) => ['--jvm', name]);
    const ran = await runCli(replicas.workspace.dir, command, ...jvms, '--json', ...argv);
    assert.notEqual(ran.stdout, '', ran.stderr);
    return { code: ran.code, json: lastLine(ran.stdout) };
  };
  const answers = (): Promise<string[]> => Promise.all(replicas.services.map((service) => service.get()));

  it('tells what to try', () => {
    const story = replicaStory(replicas);
    for (const { url } of replicas.services) assert.ok(story.includes(url));
    assert.match(story, /swap --jvm hello-1 --jvm hello-2 --jvm hello-3/);
  });

  it('explains an edit that will be refused, and sends nothing', async () => {
    await build((source) => source.replace(/\}\s*$/, '  void added() {}\n}\n'));
    assert.equal((await cli('predict')).code, 3);
    const { code, json } = await cli('swap');
    assert.equal(code, 3);
    assert.equal((json as GroupJson).group?.decision, 'none');
    assert.deepEqual(await answers(), Array(3).fill('Hello, world!'));
  });

  it('lands an edit on all three, a new class with it', async () => {
    const emphasis =
      'package hello.greeting; class Emphasis { static String of(String text) { return text + "!!"; } }';
    await build((source) => source.replace('"Hello, world!"', 'Emphasis.of("Hello, replicas")'), emphasis);
    const { code, json } = await cli('swap');
    assert.equal(code, 0, JSON.stringify(json));
    const { jvms, group } = json as GroupJson;
    assert.equal(group?.decision, 'all');
    for (const { classes } of jvms)
      assert.ok(classes.some((each) => each.name.endsWith('.Emphasis') && each.outcome === 'defined'));
    assert.deepEqual(await answers(), Array(3).fill('Hello, replicas!!'));
  });

  it('takes it back, and compares equal with the sources of before', async () => {
    for (const name of replicas.names) {
      const ran = await runCli(replicas.workspace.dir, 'undo', '--jvm', name, '--json');
      assert.equal(ran.code, 0, ran.stdout + ran.stderr);
    }
    assert.deepEqual(await answers(), Array(3).fill('Hello, world!'));
    await build((source) => source);
    assert.equal((await cli('compare', '--only', 'hello.greeting.Greeting')).code, 0);
  });

  it('lands on none when one is gone', async () => {
    await replicas.services[2]!.close();
    await build((source) => source.replace('Hello, world!', 'Hello, two!'));
    const { code, json } = await cli('swap');
    assert.equal(code, 1);
    assert.deepEqual(
      (json as GroupJson).jvms.map(({ swapped, error }) => [swapped, error?.reason]),
      [
        [0, 'groupIncomplete'],
        [0, 'groupIncomplete'],
        [0, 'refused'],
      ],
    );
    const [first, second] = replicas.services;
    assert.deepEqual([await first!.get(), await second!.get()], ['Hello, world!', 'Hello, world!']);
  });
});
