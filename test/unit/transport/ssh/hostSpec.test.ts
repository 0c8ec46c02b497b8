import assert from 'node:assert/strict';
import { TransportError } from '../../../../src/contracts/transportError';
import { formatAddress, readDestination } from '../../../../src/transport/ssh/hostSpec';

describe('SSH destinations', () => {
  const cases: [text: string, expected: object][] = [
    ['web-1', { host: 'web-1' }],
    ['deploy@web-1', { user: 'deploy', host: 'web-1' }],
    ['deploy@10.0.0.1:2222', { user: 'deploy', host: '10.0.0.1', port: 2222 }],
    ['me@corp@jump:22', { user: 'me@corp', host: 'jump', port: 22 }],
    ['ssh://deploy@web-1:2222', { user: 'deploy', host: 'web-1', port: 2222 }],
    ['ssh://web-1/', { host: 'web-1' }],
    ['::1', { host: '::1' }],
    ['fe80::1%eth0', { host: 'fe80::1%eth0' }],
    ['[::1]:2222', { host: '::1', port: 2222 }],
    ['root@[2001:db8::1]', { user: 'root', host: '2001:db8::1' }],
  ];
  for (const [text, expected] of cases)
    it(`reads ${text}`, () => assert.deepEqual(readDestination(text), expected));

  for (const text of [
    '',
    '@host',
    'host:',
    'host:0',
    'host:65536',
    'host:x',
    '-oProxyCommand=x',
    'a@-x',
    '[::1',
  ])
    it(`refuses ${text || 'nothing'}`, () =>
      assert.throws(
        () => readDestination(text),
        (error: unknown) => error instanceof TransportError && error.reason === 'configuration',
      ));

  it('is written the way it is read', () => {
    for (const text of ['web-1', 'deploy@web-1:2222', '[::1]:2222', '::1'])
      assert.equal(formatAddress(readDestination(text)), text);
    assert.equal(formatAddress({ user: 'root', host: 'a', port: 22 }), 'root@a');
  });
});
