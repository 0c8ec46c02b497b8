import assert from 'node:assert/strict';
import {
  apacheVariables,
  fillInForCall,
  hostBefore,
  valuesIn,
  variablesIn,
} from '../../../src/routers/templates';

describe('templates of Apache sites', () => {
  const unescaped = (text: string): string => text.replaceAll('$${', '${');

  it('are filled in with the named variables only', () => {
    const text = '$A ${A} $AB ${AB} $A_ $A.b $$A ${A $1 ${B:-x} $ ${} %{A}';
    assert.equal(
      unescaped(fillInForCall(text, { A: '7' })),
      '7 7 $AB ${AB} $A_ 7.b $7 ${A $1 ${B:-x} $ ${} %{A}',
    );
  });

  it('keep what looks like a placeholder of a call, and let values hold some', () => {
    assert.equal(
      fillInForCall('Log ${APACHE_LOG_DIR} port ${PORT}', { PORT: '${web-1.port}' }),
      'Log $${APACHE_LOG_DIR} port ${web-1.port}',
    );
  });

  it('are filled in once: a value is not looked through again', () => {
    assert.equal(fillInForCall('$A$B', { A: '$B', B: '2' }), '$B2');
  });

  it('know the variables that are left to Apache, by line', () => {
    const text = [
      'Define SITE example.org',
      '# ${COMMENTED}',
      '  ServerName ${SITE}',
      '  ErrorLog ${APACHE_LOG_DIR}/x ${PORT}',
      'RewriteRule ^(.*)$ /$1 # $HOME',
    ].join('\n');
    assert.deepEqual(apacheVariables(text, ['PORT']), [{ name: 'APACHE_LOG_DIR', line: 4 }]);
    assert.deepEqual(apacheVariables('${SITE}\nDefine SITE x', []), [], 'defined further down');
    assert.deepEqual([...variablesIn('$A ${B} $1')], ['A', 'B']);
  });

  describe('and the values of a file made of one', () => {
    const template =
      '<VirtualHost *:80>\n  ProxyPass "/" "http://127.0.0.1:${PORT}/" timeout=$TIME\n</VirtualHost>';

    it('are read from the lines that use them', () => {
      const made = unescaped(fillInForCall(template, { PORT: '8081', TIME: '5' }));
      assert.deepEqual(valuesIn(template, made, ['PORT', 'TIME']), { PORT: '8081', TIME: '5' });
    });

    it('are read although the template has changed since in other lines', () => {
      const made = '  # by hand\nProxyPass "/" "http://127.0.0.1:8081/" timeout=5\n';
      assert.deepEqual(valuesIn(`# new\n${template}`, made, ['PORT']), {});
      assert.deepEqual(valuesIn(`# new\n${template}`, made, ['PORT', 'TIME']), { PORT: '8081', TIME: '5' });
    });

    it('are unknown when lines disagree', () => {
      const two = 'ProxyPass http://x:${PORT}/\nProxyPassReverse http://x:${PORT}/';
      const made = 'ProxyPass http://x:1/\nProxyPassReverse http://x:2/';
      assert.deepEqual(valuesIn(two, made, ['PORT']), {});
      assert.deepEqual(valuesIn('a ${PORT} b ${PORT}', 'a 1 b 2', ['PORT']), {});
      assert.deepEqual(valuesIn('a ${PORT} b ${PORT}', 'a 1 b 1', ['PORT']), { PORT: '1' });
    });

    it('take characters of the template as they are', () => {
      assert.deepEqual(valuesIn('^/(a|b)+[c] $1 ${P}.', '^/(a|b)+[c] $1 9.', ['P']), { P: '9' });
    });
  });

  it('tell the host before the variable of a port', () => {
    assert.equal(hostBefore('http://10.0.0.7:${PORT}/', 'PORT'), '10.0.0.7');
    assert.equal(hostBefore('ajp://[::1]:$PORT', 'PORT'), '[::1]');
    assert.equal(hostBefore('http://x:${PORTS}/', 'PORT'), undefined);
  });
});
