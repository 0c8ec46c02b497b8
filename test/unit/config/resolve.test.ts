import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { ConfigError } from '../../../src/config/errors';
import { environmentProviders, jvmEndpoint, resolveText } from '../../../src/config/resolve';

const providers = environmentProviders(
  { HOME: '/home/me', EMPTY: '', PORT: '5005', SWAPDECK_SECRET_ADARA_DB: '${env:HOME} p4ss' },
  { environment: 'staging', version: '1.2.1' },
);

async function failure(promise: Promise<unknown>): Promise<ConfigError> {
  const error = await promise.then(
    () => assert.fail('it must fail'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof ConfigError);
  return error;
}

describe('filling in placeholders', () => {
  it('takes each from its source and leaves the rest as it is', async () => {
    assert.equal(
      await resolveText('${env:HOME}/${environment}-${version}${env:EMPTY} $5 $${version}', providers),
      '/home/me/staging-1.2.1 $5 ${version}',
    );
    assert.equal(await resolveText('', providers), '');
  });

  it('takes a secret from its variable in a pipeline, and fills in nothing inside of it', async () => {
    assert.equal(await resolveText('${secret:adara-db}', providers), '${env:HOME} p4ss');
  });

  it('says what is missing and never what a secret is', async () => {
    const variable = await failure(resolveText('${secret:adara-db}${env:GONE}', providers));
    assert.deepEqual([variable.reason, variable.details.name], ['variableMissing', 'GONE']);
    assert.ok(!inspect(variable, { depth: 9, showHidden: true }).includes('p4ss'));
    const secret = await failure(resolveText('${secret:other.key}', providers));
    assert.deepEqual(
      [secret.reason, secret.details.variable],
      ['secretMissing', 'SWAPDECK_SECRET_OTHER_KEY'],
    );
    assert.equal((await failure(resolveText('${sha}', providers))).reason, 'valueMissing');
    assert.equal((await failure(resolveText('${shaa}', providers))).reason, 'badPlaceholder');
    assert.equal((await failure(resolveText('${', providers))).reason, 'badPlaceholder');
  });

  it('stops asking for secrets when it is cancelled', async () => {
    const abort = new AbortController();
    const asked: string[] = [];
    const asking = {
      env: () => undefined,
      secret: (name: string) => {
        asked.push(name);
        abort.abort();
        return Promise.resolve('x');
      },
    };
    await assert.rejects(resolveText('${secret:a}${secret:b}', asking, abort.signal), { reason: 'aborted' });
    assert.deepEqual(asked, ['a']);
  });

  it('gives the endpoint of a JVM', async () => {
    assert.deepEqual(await jvmEndpoint({ jdwp: 'localhost:${env:PORT}' }, providers), {
      host: 'localhost',
      port: 5005,
    });
    const error = await failure(jvmEndpoint({ jdwp: 'localhost:${env:HOME}' }, providers));
    assert.deepEqual([error.reason, error.details.address], ['badAddress', 'localhost:${env:HOME}']);
  });
});
