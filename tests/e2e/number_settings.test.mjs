// Numbers an account has, through the official SDK: emergency calling, bulk jobs, comments, questions.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Tandem } from './tandem.mjs';
import { until } from './until.mjs';

let tandem;
let client;
let stranger;
before(async () => {
  tandem = await Tandem.start();
  client = tandem.client();
  stranger = tandem.client((await client.managedAccounts.create({ business_name: 'Stranger' })).data.api_key);
});
after(() => tandem?.stop());

const codeOf = (code) => (error) => error.error.errors[0].code === code;
const purse = async () => Number((await client.balance.retrieve()).data.balance);

/** Buys `count` numbers and waits until they are active. */
async function own(count) {
  const filter = { country_code: 'US', national_destination_code: '312', features: ['emergency', 'sms'], quickship: true, limit: count };
  const { data: found } = await client.availablePhoneNumbers.list({ filter });
  const phone_numbers = found.map(({ phone_number }) => ({ phone_number }));
  const { data: order } = await client.numberOrders.create({ phone_numbers });
  await until(async () => (await client.numberOrders.retrieve(order.id)).data.status, (status) => status === 'success', 'the order');
  return Promise.all(phone_numbers.map(async ({ phone_number }) => (await client.phoneNumbers.list({ filter: { phone_number } })).data[0]));
}

const address = async () => (await client.addresses.create({
  first_name: 'Ann', last_name: 'Bell', business_name: 'Bell', street_address: '600 Congress Avenue', locality: 'Austin',
  administrative_area: 'TX', postal_code: '78701', country_code: 'US' })).data.id;

test('emergency calling of a number is registered, paid by the month, and switched off', async () => {
  const [number] = await own(1);
  const emergency_address_id = await address();
  const before = await purse();
  await assert.rejects(client.phoneNumbers.actions.enableEmergency(number.id, { emergency_address_id: '12', emergency_enabled: true }), codeOf('10017'));
  const { data } = await client.phoneNumbers.actions.enableEmergency(number.id, { emergency_address_id, emergency_enabled: true });
  assert.equal(data.emergency.emergency_status, 'provisioning');
  assert.equal(await purse(), before - 1.5);
  await tandem.advance(6_000);
  await until(async () => (await client.phoneNumbers.retrieve(number.id)).data, (n) => n.emergency_status === 'active' && n.emergency_address_id === emergency_address_id);
  await assert.rejects(client.addresses.delete(emergency_address_id), codeOf('10021'));
  await client.phoneNumbers.actions.enableEmergency(number.id, { emergency_address_id, emergency_enabled: false });
  await tandem.advance(6_000);
  await until(async () => (await client.phoneNumbers.retrieve(number.id)).data, (n) => n.emergency_status === 'disabled' && !n.emergency_enabled);
  assert.equal(await purse(), before - 1.5);
});

describe('messaging profiles of many numbers', () => {
  const finished = async (id) => {
    await tandem.advance(2_000);
    return until(async () => (await client.messagingNumbersBulkUpdates.retrieve(id)).data, (update) => update.pending.length === 0, 'the update');
  };

  test('are changed at once; numbers of others fail alone', async () => {
    const numbers = (await own(2)).map(({ phone_number }) => phone_number);
    const { data: profile } = await client.messagingProfiles.create({ name: 'bulk', whitelisted_destinations: ['US'] });
    const asked = { messaging_profile_id: profile.id, numbers: [...numbers, '+13125559999', numbers[0]] };
    const { data: update } = await client.messagingNumbersBulkUpdates.create(asked);
    assert.deepEqual(update.pending, [...numbers, '+13125559999']);
    const done = await finished(update.order_id);
    assert.deepEqual([done.success, done.failed], [numbers, ['+13125559999']]);
    const { data: listed } = await client.messagingProfiles.listPhoneNumbers(profile.id);
    assert.deepEqual(listed.map(({ phone_number }) => phone_number).sort(), [...numbers].sort());
    await assert.rejects(stranger.messagingNumbersBulkUpdates.retrieve(update.order_id), codeOf('10005'));

    const { data: { order_id } } = await client.messagingNumbersBulkUpdates.create({ messaging_profile_id: '', numbers });
    assert.deepEqual((await finished(order_id)).success, numbers);
    assert.deepEqual((await client.messagingProfiles.listPhoneNumbers(profile.id)).data, []);
  });

  test('are refused for what can only be a mistake', async () => {
    const { data: profile } = await client.messagingProfiles.create({ name: 'bulk', whitelisted_destinations: ['US'] });
    const rows = [['10017', { messaging_profile_id: '0190c2a0-0000-7000-8000-000000000000', numbers: ['+13125550123'] }],
      ['10015', { messaging_profile_id: profile.id, numbers: [] }],
      ['10016', { messaging_profile_id: profile.id, numbers: ['12'] }]];
    for (const [code, body] of rows) await assert.rejects(client.messagingNumbersBulkUpdates.create(body), codeOf(code));
    await assert.rejects(stranger.messagingNumbersBulkUpdates.create({ messaging_profile_id: profile.id, numbers: ['+13125550123'] }), codeOf('10017'));
  });
});

describe('jobs', () => {
  const finished = async (id) => {
    await tandem.advance(2_000);
    return until(async () => (await client.phoneNumbers.jobs.retrieve(id)).data, (job) => job.status !== 'pending', 'the job');
  };

  test('change the settings of many numbers', async () => {
    const numbers = await own(3);
    const { data: connection } = await client.ipConnections.create({ connection_name: 'bulk' });
    const { data: job } = await client.phoneNumbers.jobs.updateBatch({
      phone_numbers: [numbers[0].id, numbers[1].phone_number], connection_id: connection.id, tags: ['bulk'],
      voice: { call_forwarding: { call_forwarding_enabled: true, forwards_to: '+13125550199', forwarding_type: 'always' } } });
    assert.equal(job.status, 'pending');
    const done = await finished(job.id);
    assert.deepEqual([done.status, done.successful_operations.length, done.failed_operations.length], ['completed', 2, 0]);
    const changed = (await client.phoneNumbers.retrieve(numbers[1].id)).data;
    assert.deepEqual([changed.connection_name, changed.tags, changed.call_forwarding_enabled], ['bulk', ['bulk'], true]);
    assert.equal((await client.phoneNumbers.voice.retrieve(numbers[0].id)).data.call_forwarding.forwards_to, '+13125550199');
    assert.equal((await client.phoneNumbers.retrieve(numbers[2].id)).data.connection_id ?? '', '');
    assert.equal((await client.phoneNumbers.jobs.list({ filter: { type: 'update_phone_numbers' } })).data[0].id, job.id);
    await assert.rejects(stranger.phoneNumbers.jobs.retrieve(job.id), codeOf('10005'));
    await assert.rejects(stranger.phoneNumbers.jobs.updateBatch({ phone_numbers: [numbers[0].id], tags: ['mine'] }), codeOf('10017'));
    await assert.rejects(client.phoneNumbers.jobs.updateBatch({ phone_numbers: [numbers[0].id], connection_id: '12' }), codeOf('10017'));
  });

  test('switch emergency calling on, and give numbers back', async () => {
    const numbers = await own(2);
    const phone_numbers = numbers.map((n) => n.id);
    const emergency = await client.phoneNumbers.jobs.updateEmergencySettingsBatch({ phone_numbers, emergency_enabled: true, emergency_address_id: await address() });
    assert.equal((await finished(emergency.data.id)).successful_operations.length, 2);
    const removal = await client.phoneNumbers.jobs.deleteBatch({ phone_numbers });
    await client.phoneNumbers.delete(phone_numbers[1]);
    const done = await finished(removal.data.id);
    assert.deepEqual([done.successful_operations.length, done.failed_operations[0].errors[0].code], [1, '10005']);
    await assert.rejects(client.phoneNumbers.retrieve(phone_numbers[0]), codeOf('10005'));
  });
});

test('whose a number is and what it can do', async () => {
  const [number] = await own(1);
  const asked = [number.phone_number, '+13122010000'];
  const { data } = await client.phoneNumbers.actions.verifyOwnership({ phone_numbers: asked });
  assert.deepEqual(data.found, [{ id: number.id, number_val_e164: number.phone_number }]);
  assert.deepEqual(data.not_found, ['+13122010000']);
  assert.deepEqual((await stranger.phoneNumbers.actions.verifyOwnership({ phone_numbers: asked })).data.found, []);
  const { data: features } = await client.numbersFeatures.create({ phone_numbers: asked });
  assert.ok(features[0].features.includes('emergency'));
  await assert.rejects(client.numbersFeatures.create({ phone_numbers: ['312'] }), codeOf('10016'));
});

test('comments on a sub order', async () => {
  await own(1);
  const [sub] = (await client.subNumberOrders.list()).data;
  const about = { comment_record_type: 'sub_number_order', comment_record_id: sub.id };
  const { data: comment } = await client.comments.create({ body: 'When will it be there?', ...about });
  assert.equal(comment.commenter_type, 'user');
  const { data: read } = await client.comments.markAsRead(comment.id);
  assert.ok(read.read_at);
  assert.deepEqual((await client.comments.list({ filter: about })).data.map((c) => c.id), [comment.id]);
  await assert.rejects(stranger.comments.create({ body: 'Mine?', ...about }), codeOf('10017'));
  await assert.rejects(stranger.comments.retrieve(comment.id), codeOf('10005'));
});

test('registrations and SIM cards cost what the price list says', async () => {
  const before = await purse();
  const { data } = await client.actions.purchase.create({ amount: 2 });
  assert.equal(await purse(), before - 4);
  await client.simCards.delete(data[0].id);
  await tandem.advance(31 * 24 * 3600_000);
  await until(async () => (await client.chargesSummary.retrieve(await lastDays())).data.summary.lines.find((l) => l.alias === 'sim_card_monthly'),
    (line) => line?.existing_this_month.mrc === '2.00', 'the next month of the card that is left');
});

/** The month that ends tomorrow. */
async function lastDays() {
  const now = Date.parse((await tandem.request('GET', '/sandbox/clock')).body.data.now);
  const date = (days) => new Date(now + days * 24 * 3600_000).toISOString().slice(0, 10);
  return { start_date: date(-25), end_date: date(1) };
}
