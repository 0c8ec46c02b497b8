import assert from 'node:assert/strict';
import {
  newUpstream,
  readBuild,
  readDump,
  readUpstream,
  writeUpstream,
} from '../../../src/routers/nginxConfiguration';
import { recordedCommand } from './recorded';

describe('the file with the upstream of nginx', () => {
  const file = '/etc/nginx/conf.d/adara-upstream.conf';
  const text = [
    '# by hand; server 1.2.3.4:9;',
    'map $http_upgrade $connection_upgrade { default upgrade; }',
    'upstream adara {',
    '    least_conn;  # not server a;',
    '    server 127.0.0.1:8081 max_fails=0 weight=3;',
    '    server [::1]:8082 backup;',
    '    server 127.0.0.1:8083 down; server unix:/run/x.sock;',
    '    keepalive 32;',
    '}',
    '',
  ].join('\n');
  const to = (port: string, weight: number) => ({ address: { host: '127.0.0.1', port }, weight });

  it('tells where users go', () => {
    assert.deepEqual(readUpstream(file, text), [
      { address: { host: '127.0.0.1', port: '8081' }, weight: 3 },
      { address: { host: '::1', port: '8082' }, weight: 1 },
      { address: { host: '127.0.0.1', port: '8083' }, weight: 0 },
    ]);
  });

  it('gets other servers, with the parameters of the first; the rest stays', () => {
    assert.equal(
      writeUpstream(file, text, [to('${web-1.port}', 100)]),
      [
        '# by hand; server 1.2.3.4:9;',
        'map $http_upgrade $connection_upgrade { default upgrade; }',
        'upstream adara {',
        '    server 127.0.0.1:${web-1.port} max_fails=0;',
        '    least_conn;  # not server a;',
        '    keepalive 32;',
        '}',
        '',
      ].join('\n'),
    );
  });

  it('is written again from what was written, with a port known only later', () => {
    const once = writeUpstream(file, newUpstream(file), [to('8081', 95), to('${web-1.port}', 5)]);
    assert.deepEqual(readUpstream(file, once), [to('8081', 19), to('${web-1.port}', 1)]);
    const twice = writeUpstream(file, once, [to('8081', 95), to('${web-1.port}', 5)]);
    assert.equal(twice, once);
    assert.match(
      writeUpstream(file, once, [to('8082', 1)]),
      /upstream adara \{\n {4}server 127\.0\.0\.1:8082;\n\}/,
    );
  });

  it('keeps a server that gets nobody only when there is no other', () => {
    const none = writeUpstream(file, newUpstream(file), [to('8081', 0)]);
    assert.match(none, /server 127\.0\.0\.1:8081 down;/);
    assert.deepEqual(readUpstream(file, none), [to('8081', 0)]);
    assert.doesNotMatch(writeUpstream(file, none, [to('8081', 0), to('8082', 1)]), /8081/);
  });

  it('must have one upstream', () => {
    for (const wrong of ['', '# upstream a {}', 'upstream a {} upstream b {}', 'upstream a {'])
      assert.throws(() => readUpstream(file, wrong), { reason: 'noUpstream' }, wrong);
  });

  it('has a name for the upstream where there is no file yet', () => {
    assert.match(newUpstream('/x/adara-upstream.conf'), /upstream adara \{/);
    assert.match(newUpstream('/x/shop.conf'), /upstream shop \{/);
  });
});

describe("nginx's account of itself", () => {
  it('names the files it reads and its process file', () => {
    assert.deepEqual(readDump(recordedCommand('nginx-dump.json').stdout), {
      files: ['/lab/nginx-4/nginx.conf', '/lab/nginx-4/conf.d/adara-upstream.conf'],
      pidFile: '/lab/nginx-4/nginx.pid',
    });
    assert.deepEqual(readDump('# configuration file /a:\n# pid /no;\nhttp {}\n'), { files: ['/a'] });
  });

  it('names what it was built with', () => {
    assert.deepEqual(readBuild(recordedCommand('nginx-build.json').stderr), {
      prefix: '/usr/share/nginx',
      pidFile: '/run/nginx.pid',
    });
    assert.equal(readBuild('').pidFile, '/usr/local/nginx/logs/nginx.pid');
  });
});
