import assert from 'node:assert/strict';
import { parseTcpTable } from '../../../../src/targets/jvm/linux';
import { parseLsof, parsePs } from '../../../../src/targets/jvm/mac';
import { parseCim, parseNetstat } from '../../../../src/targets/jvm/windows';

describe('what platforms tell of processes and sockets', () => {
  it('Linux: tcp and tcp6 tables', () => {
    const header =
      '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';
    const rest = '00000000:00000000 00:00000000 00000000     0        0 4711 1 0 100 0 0 10 0';
    const row = (local: string, state: string): string => `   0: ${local} 00000000:0000 ${state} ${rest}`;
    const text = [
      header,
      row('0100007F:138D', '0A'),
      row('00000000:0050', '01'),
      row('00000000000000000000000000000000:1F90', '0A'),
      row('00000000000000000000000001000000:1F90', '0A'),
      row('0000000000000000FFFF00000100007F:1F90', '0A'),
      row('0100007F:138D', '06'),
      '',
    ].join('\n');
    assert.deepEqual(parseTcpTable(text), [
      { host: '127.0.0.1', port: 5005, state: 'listening', inode: '4711' },
      { host: '0.0.0.0', port: 80, state: 'established', inode: '4711' },
      { host: '::', port: 8080, state: 'listening', inode: '4711' },
      { host: '::1', port: 8080, state: 'listening', inode: '4711' },
      { host: '127.0.0.1', port: 8080, state: 'listening', inode: '4711' },
    ]);
  });

  it('macOS: ps with a start time, Java processes only', () => {
    const text = [
      '    1 Mon Sep  1 09:00:00 2025     /sbin/launchd',
      '  812 Mon Sep  8 10:11:12 2025     /usr/bin/java -Xmx1g demo.Main',
    ].join('\n');
    const [java, ...others] = parsePs(text);
    assert.deepEqual(others, []);
    assert.deepEqual([java?.pid, java?.argv], [812, ['/usr/bin/java', '-Xmx1g', 'demo.Main']]);
    assert.equal(java?.startedAt, Date.parse('Mon Sep  8 10:11:12 2025'));
  });

  it('macOS: lsof fields', () => {
    const text =
      'p812\nf5\nn127.0.0.1:5005\nTST=LISTEN\nTQR=0\nf6\nn*:8080\nTST=LISTEN\nf7\nn[::1]:8080->[::1]:5\nTST=ESTABLISHED\n';
    assert.deepEqual(parseLsof(text), [
      { pid: 812, host: '127.0.0.1', port: 5005, state: 'listening' },
      { pid: 812, host: '::', port: 8080, state: 'listening' },
      { pid: 812, host: '::1', port: 8080, state: 'established' },
    ]);
  });

  it('Windows: CIM rows, hidden command lines left out', () => {
    const rows = [
      {
        pid: 7,
        line: '"C:\\jdk 17\\bin\\java.exe" -cp a Main',
        exe: 'C:\\jdk 17\\bin\\java.exe',
        started: 1700000000000,
      },
      { pid: 8, line: null, started: 1 },
    ];
    assert.deepEqual(parseCim(JSON.stringify(rows)), [
      {
        pid: 7,
        argv: ['C:\\jdk 17\\bin\\java.exe', '-cp', 'a', 'Main'],
        environmentOptions: [],
        startedAt: 1700000000000,
      },
    ]);
    assert.deepEqual(parseCim(''), []);
  });

  it('Windows: netstat rows in any language', () => {
    const text = [
      '  Proto  Lokale Adresse  Remoteadresse  Status  PID',
      '  TCP    127.0.0.1:5005   0.0.0.0:0      ABHÖREN    7',
      '  TCP    [::]:8080        [::]:0         ABHÖREN    7',
      '  TCP    127.0.0.1:5005   127.0.0.1:6000 HERGESTELLT 7',
      '  UDP    0.0.0.0:123      *:*                       9',
    ].join('\r\n');
    assert.deepEqual(parseNetstat(text), [
      { pid: 7, host: '127.0.0.1', port: 5005, state: 'listening' },
      { pid: 7, host: '::', port: 8080, state: 'listening' },
      { pid: 7, host: '127.0.0.1', port: 5005, state: 'established' },
    ]);
  });
});
