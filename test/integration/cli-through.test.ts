import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import * as path from 'node:path';
import { PassThrough } from 'node:stream';
import { main } from '../../src/cli/main';
import type { LabServer } from '../lab/ssh/lab';
import { useSshLab } from '../lab/ssh/suite';
import { HotSwapApp } from './support/hotswapApp';
import { jdksToTest } from './support/jdks';

/** What a person at a terminal sees, and types. */
class Typist {
  readonly input = new PassThrough();
  readonly output = new PassThrough();
  #shown = '';

  constructor() {
    this.output.setEncoding('utf8').on('data', (text: string) => {
      this.#shown += text;
      this.output.emit('shown');
    });
  }

  get shown(): string {
    return this.#shown;
  }

  async answer(question: RegExp, line: string): Promise<void> {
    while (!question.test(this.#shown)) await once(this.output, 'shown');
    this.input.write(`${line}\r`);
  }
}

describe('a JVM of swapdeck.yaml behind SSH, on the command line', () => {
  const suite = useSshLab();
  const [jdk] = jdksToTest();
  const home = process.env.HOME;
  let app: HotSwapApp;
  let server: LabServer;
  before(async () => (app = await HotSwapApp.start(jdk!)));
  after(() => app.stop());
  beforeEach(async () => {
    process.env.HOME = suite.lab.home;
    server = await suite.lab.server();
    const config = [
      `hosts: { gate: { ssh: "127.0.0.1:${server.port}" } }`,
      `applications: { demo: { classes: [${JSON.stringify(app.classes)}] } }`,
      'environments:',
      `  staging: { jvms: { app: { jdwp: "127.0.0.1:${app.endpoint.port}", application: demo, through: gate } } }`,
    ];
    await writeFile(path.join(app.folder, 'swapdeck.yaml'), config.join('\n'));
  });
  afterEach(() => {
    process.env.HOME = home;
  });

  const useKey = async (passphrase = ''): Promise<void> => {
    const key = await suite.lab.key('ed25519', passphrase);
    await suite.lab.authorize(key);
    await suite.lab.configure(`IdentityFile ${key.file}\n`);
  };
  const run = async (terminal?: Typist): Promise<{ code: number; stdout: string; stderr: string }> => {
    let stdout = '';
    let stderr = '';
    const code = await main(['compare', '--jvm', 'app', '--json'], {
      stdout: { write: (text: string) => (stdout += text) },
      stderr: { write: (text: string) => (stderr += text) },
      cwd: app.folder,
      env: {},
      signal: new AbortController().signal,
      ...(terminal && { terminal }),
    });
    return { code, stdout, stderr };
  };

  it('asks at the terminal about an unknown host key, once', async () => {
    await useKey();
    const typist = new Typist();
    const [asked] = await Promise.all([run(typist), typist.answer(/Trust it from now on\?/, 'yes')]);
    assert.equal(asked.code, 0, asked.stderr);
    assert.match(asked.stderr, /The SSH server gate is not known yet.*SHA256:/);
    const { jvms } = JSON.parse(asked.stdout) as { jvms: { jvm: string; counts: { same: number } }[] };
    assert.equal(jvms[0]?.jvm, 'staging/app');
    assert.equal(jvms[0].counts.same, 3);
    assert.equal((await run()).code, 0, 'known from now on');
  });

  it('does not connect when the person declines', async () => {
    await useKey();
    const typist = new Typist();
    const [asked] = await Promise.all([run(typist), typist.answer(/Trust it from now on\?/, 'no')]);
    assert.equal(asked.code, 1);
    assert.match(asked.stderr, /The host key of .* is not known/);
  });

  it('asks for the passphrase of a key without showing it', async () => {
    await useKey('open sesame');
    await suite.lab.know(`[127.0.0.1]:${server.port} ${server.hostKey.publicLine}`);
    const typist = new Typist();
    const [asked] = await Promise.all([run(typist), typist.answer(/Passphrase of .*: $/, 'open sesame')]);
    assert.equal(asked.code, 0, asked.stderr);
    assert.doesNotMatch(typist.shown + asked.stderr + asked.stdout, /sesame/);
  });

  it('says what it would have asked where there is no terminal', async () => {
    await useKey();
    const unknown = await run();
    assert.equal(unknown.code, 1);
    assert.match(
      unknown.stderr,
      /fingerprint SHA256:[^]*There is no terminal to ask at: connect once with ssh/,
    );
    await useKey('open sesame');
    await suite.lab.know(`[127.0.0.1]:${server.port} ${server.hostKey.publicLine}`);
    const locked = await run();
    assert.equal(locked.code, 1);
    assert.match(locked.stderr, /There is no terminal to ask at: Passphrase of/);
  });
});
