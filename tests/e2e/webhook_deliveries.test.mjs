// Deliveries are found by what was sent, where to, and how it ended.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Receiver, Tandem } from './tandem.mjs';
import { until } from './until.mjs';

let tandem;
let client;
let receiver;
before(async () => {
  tandem = await Tandem.start();
  client = tandem.client();
  receiver = await Receiver.start();
});
after(async () => {
  await tandem?.stop();
  await receiver?.stop();
});

test('filters look into deliveries', async () => {
  const { data: application } = await client.callControlApplications.create({
    application_name: 'router', webhook_event_url: `${receiver.url}/hooks` });
  for (const [type, word] of [['call.initiated', 'apple'], ['call.hangup', 'pear']]) {
    const answer = await tandem.request('POST', '/sandbox/events', {
      body: { application_id: application.id, event_type: type, payload: { word } } });
    assert.equal(answer.status, 202, answer.text);
  }
  await until(() => client.webhookDeliveries.list(), (page) => page.data.length === 2, 'two deliveries');
  const types = async (filter) => (await client.webhookDeliveries.list({ filter })).data.map((one) => one.webhook.event_type).sort();
  assert.deepEqual(await types({ event_type: 'call.initiated' }), ['call.initiated']);
  assert.deepEqual(await types({ event_type: 'call.initiated,call.hangup' }), ['call.hangup', 'call.initiated']);
  assert.deepEqual(await types({ webhook: { contains: 'pear' } }), ['call.hangup']);
  assert.deepEqual(await types({ attempts: { contains: `${receiver.url}/hooks` } }), ['call.hangup', 'call.initiated']);
  assert.deepEqual(await types({ attempts: { contains: 'nowhere.example' } }), []);
  assert.deepEqual(await types({ status: { eq: 'delivered' } }), ['call.hangup', 'call.initiated']);
  assert.deepEqual(await types({ status: { eq: 'failed' } }), []);
  assert.deepEqual(await types({ started_at: { gte: '2100-01-01T00:00:00Z' } }), []);
  const stranger = tandem.client((await client.managedAccounts.create({ business_name: 'Somebody else' })).data.api_key);
  assert.equal((await stranger.webhookDeliveries.list()).data.length, 0);
});

test('old deliveries go by themselves', async () => {
  assert.equal((await client.webhookDeliveries.list()).data.length, 2);
  await tandem.advance(29 * 24 * 3600_000);
  assert.equal((await client.webhookDeliveries.list()).data.length, 2);
  await tandem.advance(2 * 24 * 3600_000);
  await until(() => client.webhookDeliveries.list(), (page) => page.data.length === 0, 'an empty list');
});
