import assert from 'node:assert/strict';
import { readCertificates } from '../../../../src/targets/tomcat/certificates';
import { emptyInMinutes, readSessions } from '../../../../src/targets/tomcat/details';
import { readVmInfo } from '../../../../src/targets/tomcat/vmInfo';
import { page, recorded } from './recorded';

const plain = (text: string): ReturnType<typeof page> => page(200, text, 'text/plain');

describe('what the Manager tells of a server', () => {
  it('is read in any language', () => {
    for (const [name, port] of [
      ['vm', 5011],
      ['vm-fr', 5009],
      ['vm-ja', 5010],
    ] as const) {
      const { startedAt, heap, threads, load, ...rest } = readVmInfo(recorded(name));
      assert.deepEqual(
        { ...rest, home: rest.home?.replace(/\d.*/, '') },
        {
          name: 'OpenJDK 64-Bit Server VM',
          version: '17.0.15+6-Debian-1deb12u1',
          vendor: 'Debian',
          os: 'Linux 6.1.0 amd64',
          processors: 2,
          debug: { host: '127.0.0.1', port },
          home: '/opt/apache-tomcat-',
        },
      );
      assert.equal(new Date(startedAt!).getUTCFullYear(), 2026);
      assert.deepEqual([heap?.max, threads?.live, threads?.peak], [259522560, 46, 46]);
      assert.ok(heap!.used > 20_000_000 && load! > 0);
    }
  });

  it('holds no password of its arguments and properties', () => {
    const answer = recorded('vm');
    assert.match(answer.body as string, /keyStorePassword=ssl-password/);
    assert.ok(!JSON.stringify(readVmInfo(answer)).includes('ssl-password'));
  });

  it('has no debug port where none can be known', () => {
    const started = (argument: string): ReturnType<typeof readVmInfo> =>
      readVmInfo(
        plain(
          `OK - VM info\nThreads:\n  total: 4\n  totalStarted: 9\n\nStartup arguments:\n  ${argument}\n\n`,
        ),
      );
    const jdwp = '-agentlib:jdwp=transport=dt_socket,server=y,suspend=n';
    assert.deepEqual(started(`${jdwp},address=*:8000`).debug, { host: '*', port: 8000 });
    assert.deepEqual(started(`${jdwp},address=8000`).debug, { host: null, port: 8000 });
    for (const argument of ['-Xmx1g', jdwp, `${jdwp},address=0`, `${jdwp},onjcmd=y,address=8000`])
      assert.equal(started(argument).debug, null, argument);
  });

  it('may say very little', () => {
    const { debug, heap, threads, startedAt, os } = readVmInfo(plain('OK - VM info\n'));
    assert.deepEqual([debug, heap, threads, startedAt, os], [null, null, null, null, '']);
  });
});

describe('certificates of a server', () => {
  it('end when the first of the chain ends', () => {
    for (const name of ['certificates', 'certificates-fr']) {
      const [found, ...others] = readCertificates(recorded(name));
      assert.deepEqual(others, [], 'connectors without TLS have none');
      assert.match(found!.connector, /^https-jsse-nio-/);
      assert.deepEqual(
        { ...found, connector: '' },
        {
          connector: '',
          host: '_default_',
          subject: 'CN=shop.example.com, O=Shop',
          issuer: 'CN=Lab Authority',
          // That of the authority.
          until: Date.UTC(2026, 11, 11, 19, 39, 50),
        },
      );
    }
  });

  it('are told for each host name', () => {
    const chain = (name: string, until: string): string =>
      `[\n[\n  Subject: ${name}\n  Validity: [From: Sun Nov 29 19:39:50 CET 2026,\n               To: ${until}]\n  Issuer: CN=A\n]\n]\n`;
    const text =
      `OK - chain\nConnector["https-8443"]-_default_-RSA\n${chain('CN=a', 'Mon Nov 30 10:00:00 PST 2026')}` +
      `Connector["https-8443"]-shop-1.example.com-EC\n${chain('CN=b', 'Tue Dec 1 10:00:00 CET 2026')}` +
      'Connector["http-8080"]\nSSL is not enabled for this connector\n';
    assert.deepEqual(
      readCertificates(plain(text)).map(({ host, subject, until }) => [host, subject, until]),
      [
        ['_default_', 'CN=a', Date.UTC(2026, 10, 30, 18)],
        ['shop-1.example.com', 'CN=b', Date.UTC(2026, 11, 1, 10)],
      ],
    );
  });
});

describe('when a version is empty', () => {
  it('follows from its youngest session', () => {
    assert.equal(emptyInMinutes(readSessions(recorded('sessions'))), 30);
    const info = { total: 3, timeoutMinutes: 30, idle: [{ atLeastMinutes: 12, sessions: 3 }] };
    assert.equal(emptyInMinutes(info), 18);
    assert.equal(emptyInMinutes({ ...info, idle: [{ atLeastMinutes: 0, sessions: 0 }, ...info.idle] }), 18);
  });

  it('is now without sessions, and never where they do not end', () => {
    assert.equal(emptyInMinutes({ total: 0, timeoutMinutes: 30, idle: [] }), 0);
    assert.equal(
      emptyInMinutes({ total: 1, timeoutMinutes: null, idle: [{ atLeastMinutes: 0, sessions: 1 }] }),
      null,
    );
  });
});
