import assert from 'node:assert/strict';
import { ConfigError } from '../../../src/config/errors';
import { withVariables } from '../../../src/environments/variables';

describe('variables of this machine in an application', () => {
  const env = (name: string): string | undefined => ({ STAGE: 'blue', ODD: '${version}' })[name];

  it('are filled in wherever they stand, and nothing else is', () => {
    const run = {
      env: { A: '${env:STAGE}-${version}', B: '${secret:db}', C: '$${env:STAGE}' },
      volumes: ['/${env:STAGE}'],
    };
    assert.deepEqual(withVariables({ run, port: 8080 }, { env }), {
      run: { env: { A: 'blue-${version}', B: '${secret:db}', C: '$${env:STAGE}' }, volumes: ['/blue'] },
      port: 8080,
    });
  });

  it('stand for themselves, also where a value looks like a placeholder', () => {
    assert.equal(withVariables('${env:ODD}', { env }), '$${version}');
  });

  it('are named when they are missing', () => {
    assert.throws(
      () => withVariables({ a: ['${env:GONE}'] }, { env }),
      (error) =>
        error instanceof ConfigError && error.reason === 'variableMissing' && error.details.name === 'GONE',
    );
  });
});
