// Storage: what is brought over from other providers. And secrets that TeXML instructions name.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Tandem } from './tandem.mjs';
import { until } from './until.mjs';

let tandem;
let client;
before(async () => {
  tandem = await Tandem.start();
  client = tandem.client();
});
after(() => tandem?.stop());

const code = (wanted) => (error) => error.error.errors[0].code === wanted;

test('a migration can be stopped, holds its source while it runs, and fails without a target', async () => {
  const source = (await client.storage.migrationSources.create({ bucket_name: 'old', provider: 'aws', source_region: 'us-east-1',
    provider_auth: { access_key: 'AK', secret_access_key: 'SK' } })).data.id;
  const begin = async () => (await client.storage.migrations.create({ source_id: source, target_bucket_name: 'new', target_region: 'us-central-1' })).data;
  await assert.rejects(client.storage.migrations.create({ source_id: crypto.randomUUID(), target_bucket_name: 'new', target_region: 'us-central-1' }), code('10017'));
  const first = await begin();
  assert.equal(first.status, 'pending');
  await assert.rejects(client.storage.migrationSources.delete(source), code('10021'));
  assert.equal((await client.storage.migrations.actions.stop(first.id)).data.status, 'stopped');
  await assert.rejects(client.storage.migrations.actions.stop(first.id), code('10027'));
  const second = await begin();
  await tandem.advance(5_000);
  await until(async () => (await client.storage.migrations.retrieve(second.id)).data.status, (status) => status === 'checking');
  await tandem.advance(5_000);
  await until(async () => (await client.storage.migrations.retrieve(second.id)).data.status, (status) => status === 'error');
  assert.equal((await client.storage.migrations.list()).data.length, 2);
  await client.storage.migrationSources.delete(source);
});

test('the value of a secret never comes back, and names are taken once', async () => {
  const { data } = await client.texml.secrets({ name: 'door', value: 'open sesame' });
  assert.deepEqual(data, { name: 'door', value: 'REDACTED' });
  await assert.rejects(client.texml.secrets({ name: 'door', value: 'other' }), code('10012'));
});
