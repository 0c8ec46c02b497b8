import assert from 'node:assert/strict';
import { TransportError } from '../../src/contracts/transportError';
import { Person } from '../lab/ssh/person';
import { ScriptedServer, type Doorkeeper } from '../lab/ssh/scriptedServer';
import { useSshLab } from '../lab/ssh/suite';

describe('SSH servers that ask a person', () => {
  const suite = useSshLab();
  let person: Person;
  let server: ScriptedServer | undefined;
  beforeEach(() => (person = new Person()));
  afterEach(async () => {
    await server?.close();
    server = undefined;
  });

  const enter = async (doorkeeper: Doorkeeper, config = ''): Promise<void> => {
    const hostKey = await suite.lab.key('ed25519');
    await server?.close();
    server = await ScriptedServer.start(hostKey, doorkeeper);
    await suite.lab.know(`[127.0.0.1]:${server.port} ${hostKey.publicLine}`);
    await suite.lab.configure(config);
    const spec = { ssh: { user: 'deploy', host: '127.0.0.1', port: server.port } };
    const { stdout } = await suite.hosts({ target: spec }, person).exec('target').run(['echo', 'in']);
    assert.equal(stdout.toString(), 'echo in');
  };
  const refused = (error: unknown): boolean => error instanceof TransportError && error.reason === 'auth';

  /** Takes a password only, and only the right one. */
  const byPassword: Doorkeeper = (context) =>
    context.method === 'password' && context.password === 'right'
      ? context.accept()
      : context.reject(['password']);

  /** Asks questions and accepts when all answers are right. */
  const byDialogue =
    (questions: { prompt: string; echo: boolean }[], right: string[]): Doorkeeper =>
    (context) => {
      if (context.method !== 'keyboard-interactive') {
        context.reject(['keyboard-interactive']);
        return;
      }
      context.prompt(questions, 'Welcome', 'Please answer', (answers) =>
        answers.join() === right.join() ? context.accept() : context.reject(['keyboard-interactive']),
      );
    };

  it('asks for a password until it is right, under a name to keep it by', async () => {
    person.answers = ({ attempt }) => (attempt === 2 ? 'right' : 'wrong');
    await enter(byPassword);
    const account = `deploy@127.0.0.1:${server!.port}`;
    const question = { kind: 'password', key: `ssh-password:${account}`, account, echo: false };
    assert.deepEqual(person.secrets, [
      { ...question, attempt: 1 },
      { ...question, attempt: 2 },
    ]);
  });

  it('stops after three wrong passwords, with none of them in the error or the log', async () => {
    person.answers = ({ attempt }) => `wrong-${attempt}`;
    await assert.rejects(enter(byPassword), (error: unknown) => {
      const { message, stack, details, cause } = error as TransportError;
      const said = [message, stack, JSON.stringify(details), String(cause), ...suite.logged].join('\n');
      assert.doesNotMatch(said, /wrong-\d/);
      return refused(error);
    });
    assert.equal(person.secrets.length, 3);
  });

  it('asks once when the person declines', async () => {
    await assert.rejects(
      enter(byPassword),
      (error: unknown) => refused(error) && (error as TransportError).details.declined === true,
    );
    assert.equal(person.secrets.length, 1);
    assert.ok(!server!.tried.includes('password'));
  });

  it('asks nobody with BatchMode', async () => {
    await assert.rejects(enter(byPassword, 'BatchMode yes'), refused);
    assert.equal(person.secrets.length, 0);
  });

  it('passes on the questions of a dialogue, as answers that must not be kept', async () => {
    const questions = [
      { prompt: 'Code: ', echo: true },
      { prompt: 'PIN: ', echo: false },
    ];
    person.answers = ({ text }) => (text?.includes('Code') ? '123' : '456');
    await enter(byDialogue(questions, ['123', '456']));
    assert.deepEqual(
      person.secrets.map(({ kind, text, echo }) => [kind, text, echo]),
      [
        ['answer', 'Please answer\nCode: ', true],
        ['answer', 'Please answer\nPIN: ', false],
      ],
    );
  });

  it('knows a dialogue that asks for the password', async () => {
    person.answers = ({ attempt }) => (attempt === 2 ? 'right' : 'wrong');
    await enter(byDialogue([{ prompt: '(deploy@web-1) Password: ', echo: false }], ['right']));
    assert.deepEqual(
      person.secrets.map(({ kind, attempt }) => [kind, attempt]),
      [
        ['password', 1],
        ['password', 2],
      ],
    );
  });

  it('ends a dialogue the person declines', async () => {
    const questions = [
      { prompt: 'Code: ', echo: true },
      { prompt: 'PIN: ', echo: false },
    ];
    await assert.rejects(enter(byDialogue(questions, ['1', '2'])), refused);
    assert.equal(person.secrets.length, 1);
  });

  it('does not repeat a dialogue that is refused before it asks', async () => {
    await assert.rejects(
      enter((context) => context.reject(['keyboard-interactive'])),
      refused,
    );
    assert.deepEqual(server!.tried, ['none', 'keyboard-interactive']);
  });

  for (const second of ['keyboard-interactive', 'password'] as const)
    it(`goes on to a ${second} after a key was not enough`, async () => {
      const key = await suite.lab.key('ed25519');
      let proven = false;
      const doorkeeper: Doorkeeper = (context) => {
        if (!proven) {
          if (context.method !== 'publickey') {
            context.reject(['publickey']);
            return;
          }
          if (!context.signature) {
            context.accept();
            return;
          }
          proven = true;
          context.reject([second], true);
          return;
        }
        if (second === 'password') {
          byPassword(context);
          return;
        }
        byDialogue([{ prompt: 'Code: ', echo: true }], ['right'])(context);
      };
      person.answers = () => 'right';
      await enter(doorkeeper, `IdentityFile ${key.file}`);
      assert.equal(person.secrets.length, 1);
    });

  it('keeps the order of PreferredAuthentications', async () => {
    const doorkeeper: Doorkeeper = (context) => {
      if (context.method === 'keyboard-interactive')
        byDialogue([{ prompt: '?', echo: true }], ['right'])(context);
      else context.reject(['password', 'keyboard-interactive']);
    };
    person.answers = ({ kind }) => (kind === 'answer' ? 'right' : 'wrong');
    await enter(
      doorkeeper,
      'PreferredAuthentications password,keyboard-interactive\nNumberOfPasswordPrompts 1',
    );
    assert.deepEqual(server!.tried, ['none', 'password', 'keyboard-interactive']);
  });

  it('tries again with the answer when the server hangs up while the person thinks', async () => {
    const key = await suite.lab.key('ed25519', 'right');
    await suite.lab.authorize(key);
    const real = await suite.lab.server({ settings: ['LoginGraceTime 3'] });
    await suite.lab.configure(`IdentityFile ${key.file}`);
    const connections = (): number => real.log.filter((line) => line.startsWith('Connection from')).length;
    person.trusts = async () => {
      await suite.logs(/hung up during a question/);
      return true;
    };
    person.answers = () => 'right';
    const hosts = suite.hosts({ target: { ssh: { host: '127.0.0.1', port: real.port } } }, person);
    assert.equal((await hosts.exec('target').run(['true'])).code, 0);
    assert.deepEqual([person.hostKeys.length, person.secrets.length, connections()], [1, 1, 2]);
  });

  it('gives up with a typed error when the server hangs up each time, or the asking fails', async () => {
    person.answers = () => {
      throw new Error('no window to ask in');
    };
    await assert.rejects(enter(byPassword), { name: 'TransportError', reason: 'failed' });
    let asked = 0;
    person.answers = async ({ attempt }) => {
      asked++;
      await server!.hangUp();
      return `answer ${attempt}`;
    };
    await assert.rejects(enter(byDialogue([{ prompt: 'Code: ', echo: true }], ['never'])), {
      name: 'TransportError',
      reason: 'reset',
    });
    assert.equal(asked, 3);
  });

  it('takes the question back when nobody waits for the answer any more', async () => {
    const real = await suite.lab.server();
    const given = new AbortController();
    let withdrawn: AbortSignal | undefined;
    person.trusts = (_question, signal) => {
      withdrawn = signal;
      given.abort();
      return new Promise(() => undefined);
    };
    const hosts = suite.hosts({ target: { ssh: { host: '127.0.0.1', port: real.port } } }, person);
    await assert.rejects(hosts.exec('target').run(['true'], {}, given.signal), { reason: 'aborted' });
    assert.equal(withdrawn?.aborted, true);
  });

  it('does not count the time a person takes against the server', async () => {
    const real = await suite.lab.server();
    person.trusts = () => new Promise((resolve) => setTimeout(() => resolve(true), 2200));
    const key = await suite.lab.key('ed25519');
    await suite.lab.authorize(key);
    await suite.lab.configure(`IdentityFile ${key.file}`);
    const specs = { target: { ssh: { host: '127.0.0.1', port: real.port } } };
    const hosts = suite.hosts(specs, person, { connectTimeoutMs: 2000 });
    assert.equal((await hosts.exec('target').run(['true'])).code, 0);
  });
});
