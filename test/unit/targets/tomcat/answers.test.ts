import assert from 'node:assert/strict';
import { readDone, readSaid, unescapeHtml } from '../../../../src/targets/tomcat/answers';
import { readProcess, readServerInfo, readSessions } from '../../../../src/targets/tomcat/details';
import type { TomcatErrorReason } from '../../../../src/targets/tomcat/errors';
import { readContexts } from '../../../../src/targets/tomcat/listing';
import type { Answer } from '../../../../src/contracts/deployCall';
import { page, recorded } from './recorded';

const peer = 'http://10.0.0.11:8080/manager';

describe('answers of the Manager', () => {
  it('are done or not in every language of the server', () => {
    assert.equal(readSaid(recorded('deployed-ru')).ok, true);
    for (const name of ['none', 'none-fr', 'start-failed', 'start-failed-ru', 'unknown-command'])
      assert.equal(readSaid(recorded(name)).ok, false, name);
    for (const first of [
      'ECHEC - non',
      'ОШИБКА - нет',
      '失败 - 没有',
      '실패 - 아니',
      'FEHLER - nein',
      'FALLO - no',
    ])
      assert.equal(readSaid(page(200, `${first}\n`, 'text/plain')).ok, false, first);
    assert.equal(readSaid(page(200, 'OK - 是\n', 'text/plain;charset=utf-8')).ok, true);
  });

  it('name what they refuse without markup', () => {
    assert.throws(() => readDone(recorded('none')), {
      reason: 'refused',
      details: { peer, said: 'No context exists named [/randomquotes##261121184000]' },
    });
    assert.equal(unescapeHtml('a&#47;b &amp;&lt;x&gt;&#x2f;&quot; &nix;'), 'a/b &<x>/" &nix;');
  });

  it('tell a failed start from other refusals', () => {
    assert.throws(() => readDone(recorded('start-failed')), { reason: 'startFailed' });
    assert.throws(() => readDone(recorded('unknown-command')), { reason: 'refused' });
  });

  it('list versions, the newest of each path first, with names as they are', () => {
    for (const name of ['list', 'list-ru']) {
      const { contexts, ...names } = readContexts(recorded(name));
      assert.deepEqual(
        contexts
          .filter(({ path }) => path === '/randomquotes')
          .map(({ version, running, sessions }) => [version, running, sessions]),
        [
          ['261121184000', false, 0],
          ['261121183000-1.0.0+7-aaaa-bbbb', true, 1],
        ],
        name,
      );
      const quotes = '/randomquotes##261121183000-1.0.0+7-aaaa-bbbb';
      assert.deepEqual(names.occupied, [quotes]);
      assert.deepEqual(names.running, ['/manager', '/my <app>&##1', quotes]);
      assert.deepEqual(names.newest, names.running);
      assert.ok(names.present.includes('/other'));
    }
  });

  it('list files on Windows, colons in paths and WARs that stay packed', () => {
    const body =
      'OK - x\n/a:running:2:b:running:3:C:\\apps\\b##7.war\r\n/:stopped:0:ROOT\n/c:running:0:D:\\c##1\\web\n';
    assert.deepEqual(
      readContexts(page(200, body, 'text/plain')).contexts.map(({ path, version, sessions }) => [
        path,
        version,
        sessions,
      ]),
      [
        ['/', '', 0],
        ['/a', '7', 2],
        ['/c', '', 0],
      ],
    );
    assert.throws(() => readContexts(page(200, 'OK - x\nnonsense\n', 'text/plain')), {
      reason: 'unreadable',
    });
  });

  it('tell one process of the server from the next', () => {
    const told = (id: string, started: string): string =>
      readProcess(
        page(
          200,
          `OK - VM info\n2026-11-29 19:49:02.617\nRuntime information:\n  vmName: OpenJDK 64-Bit Server VM\n  name: ${id}@web\n  startTime: ${started}\n\nOS information:\n  name: Linux\n`,
          'text/plain',
        ),
      );
    assert.equal(told('7', '1795981741345'), '7@web 1795981741345');
    // In a container each has the same number.
    assert.notEqual(told('7', '1795981741345'), told('7', '1795981742711'));
    assert.throws(() => readProcess(page(200, 'OK - VM info\n', 'text/plain')), { reason: 'unreadable' });
  });

  it('tell about the server in any language, and when it hides its version', () => {
    assert.deepEqual(readServerInfo(recorded('server')), {
      server: 'Apache Tomcat/10.1.59',
      major: 10,
      os: 'Linux 6.1.0 amd64',
      jvm: '17.0.15+6-Debian-1deb12u1 Debian',
    });
    assert.equal(readServerInfo(recorded('server-fr')).server, 'Apache Tomcat/9.0.117');
    const hidden = readServerInfo(page(200, 'OK - Server info\nTomcat Version: [web]\n', 'text/plain'));
    assert.deepEqual([hidden.server, hidden.major], ['web', 0]);
  });

  it('count sessions once', () => {
    for (const name of ['sessions', 'sessions-ru', 'expire-fr'])
      assert.deepEqual(
        readSessions(recorded(name)),
        { total: 1, timeoutMinutes: 30, idle: [{ atLeastMinutes: 0, sessions: 1 }] },
        name,
      );
    const many =
      'OK - x\nDefault [30] minutes\nInactive for [2 - <3] minutes: [4] sessions\nInactive for [>=29] minutes: [5] sessions\nUnlimited time: [6] sessions\n';
    assert.deepEqual(readSessions(page(200, many, 'text/plain')).idle, [
      { atLeastMinutes: 2, sessions: 4 },
      { atLeastMinutes: 29, sessions: 5 },
      { atLeastMinutes: 0, sessions: 6 },
    ]);
  });
});

describe('what answers in place of the Manager', () => {
  const cases: readonly (readonly [string, Answer, TomcatErrorReason, string?])[] = [
    ['a wrong password', recorded('unauthorized'), 'unauthorized'],
    ['a missing role', recorded('forbidden'), 'forbidden'],
    [
      'a server without it',
      page(404, '<html><title>HTTP Status 404 – Not Found</title></html>'),
      'noManager',
    ],
    ['a proxy with a limit', page(413, '<h1>413 Request Entity Too Large</h1>'), 'tooLarge'],
    [
      'a proxy without a server',
      page(502, '<title>502 Bad Gateway</title><hr>nginx'),
      'proxy',
      '502 Bad Gateway',
    ],
    ['a proxy that wants to be paid', page(407, 'no'), 'proxy', 'no'],
    ['a redirect to a login', page(302, '', '', { location: 'https://sso.example.com/' }), 'loginPage'],
    ['a login form', page(200, '<!doctype html><form><input type="password" name=p></form>'), 'loginPage'],
    ['another page', page(200, '<html><title>It works!</title></html>'), 'notManager', 'It works!'],
    [
      'a page that claims to be text',
      page(200, '<html>Hi &amp; bye</html>', 'text/plain'),
      'notManager',
      'Hi & bye',
    ],
    ['other text', page(200, '{"status":"UP"}', 'application/json'), 'notManager', '{"status":"UP"}'],
    ['nothing', page(200, '', 'text/plain'), 'notManager', ''],
    ['an error of the server', page(500, '<title>HTTP Status 500</title>'), 'notManager', 'HTTP Status 500'],
  ];
  for (const [name, answer, reason, said] of cases)
    it(`is told from it: ${name}`, () => {
      assert.throws(
        () => readDone(answer),
        (error: { reason: string; details: Record<string, unknown> }) => {
          assert.deepEqual([error.reason, error.details.peer], [reason, peer]);
          assert.equal(error.details.said, said);
          return true;
        },
      );
    });
});
