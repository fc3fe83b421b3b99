// Notification settings: what happens to the account is told to a webhook channel.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Receiver, Tandem } from './tandem.mjs';

let tandem;
let client;
let receiver;
let profile;
before(async () => {
  tandem = await Tandem.start();
  client = tandem.client();
  receiver = await Receiver.start();
  profile = (await client.notificationProfiles.create({ name: 'on call' })).data.id;
  await client.notificationChannels.create({
    notification_profile_id: profile, channel_type_id: 'webhook', channel_destination: `${receiver.url}/told` });
});
after(async () => {
  await tandem?.stop();
  await receiver?.stop();
});

async function watch(eventName) {
  const event = (await client.notificationEvents.list()).data.find((e) => e.name === eventName);
  const condition = (await client.notificationEventConditions.list()).data
    .find((c) => c.notification_event_id === event.id);
  return client.notificationSettings.create({
    notification_profile_id: profile, notification_event_condition_id: condition.id });
}

test('a completed number order is told', async () => {
  await watch('Number Order Completed');
  const [{ phone_number }] = (await client.availablePhoneNumbers.list({ filter: { country_code: 'US', limit: 1 } })).data;
  const order = await client.numberOrders.create({ phone_numbers: [{ phone_number }] });
  await tandem.advance(60_000);
  const told = await receiver.event('number_order_completed');
  assert.equal(told.url, '/told');
  assert.equal(told.json.data.payload.id, order.data.id);
  assert.equal(told.json.data.payload.status, 'success');
  assert.ok(told.headers['telnyx-signature-ed25519']);
});

test('so is a test event', async () => {
  await watch('Test Event');
  const application = await client.callControlApplications.create({
    application_name: 'app', webhook_event_url: `${receiver.url}/app` });
  const { status } = await tandem.request('POST', '/sandbox/events', { body: { application_id: application.data.id } });
  assert.equal(status, 202);
  const told = await receiver.event('test_event');
  assert.equal(told.url, '/told');
  assert.equal(told.json.data.payload.message, 'It works.');
});
