// Numbers whose messages come here while their calls stay with another carrier.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { inboxOf, refused } from './messaging.mjs';
import { Tandem } from './tandem.mjs';
import { until } from './until.mjs';

let tandem;
let client;
let stranger;
let profile;
let orders;
before(async () => {
  tandem = await Tandem.start();
  client = tandem.client();
  stranger = tandem.client((await client.managedAccounts.create({ business_name: 'Stranger' })).data.api_key);
  profile = (await client.messagingProfiles.create({ name: 'office', whitelisted_destinations: ['US'] })).data.id;
  orders = client.messagingHostedNumberOrders;
});
after(() => tandem?.stop());

const minute = () => tandem.advance(61_000);
const becomes = (id, status) => until(async () => (await orders.retrieve(id)).data, (seen) => seen.status === status, status);
const states = (order) => order.phone_numbers.map((number) => number.status);
const pdf = (name) => new File([Buffer.from('%PDF-1.4 letter')], name, { type: 'application/pdf' });
const upload = (id, files) => orders.actions.uploadFile(id, files);
const codeIn = async (number) => (await until(() => inboxOf(tandem, number), (all) => all.length > 0, 'the text'))[0].text.match(/\d{6}/)[0];

test('what can be hosted is told before there is an order', async () => {
  const { phone_numbers } = await orders.checkEligibility({ phone_numbers: ['+13122340001', '+13122340001', '+442079460018', '+10000000000', '+13122340093'] });
  assert.deepEqual(phone_numbers.map((one) => one.eligible_status),
    ['ELIGIBLE', 'NUMBER_CAN_NOT_BE_REPEATED', 'NUMBER_IS_NOT_A_US_NUMBER', 'NUMBER_IS_NOT_A_VALID_ROUTING_NUMBER', 'NUMBER_CAN_NOT_BE_WIRELESS']);
  assert.deepEqual(phone_numbers.map((one) => one.eligible), [true, false, false, false, false]);
  await refused(orders.checkEligibility({ phone_numbers: ['nonsense'] }), '10016');
});

test('letter and bill make numbers the account\'s, which then text and are given back', async () => {
  const number = '+13122340011';
  const made = (await orders.create({ messaging_profile_id: profile, phone_numbers: [number, '+13122340090'] })).data;
  assert.equal(made.status, 'pending');
  assert.equal(made.messaging_profile_id, profile);
  const { phone_numbers: [taken] } = await stranger.messagingHostedNumberOrders.checkEligibility({ phone_numbers: [number] });
  assert.equal(taken.eligible_status, 'NUMBER_CAN_NOT_HOSTED_WITH_A_TELNYX_SUBSCRIBER');
  await refused(stranger.messagingHostedNumberOrders.retrieve(made.id), '10005');
  assert.equal((await upload(made.id, { loa: new File(['text'], 'loa.txt', { type: 'text/plain' }) })).data.status, 'loa_file_invalid');
  assert.equal((await upload(made.id, { loa: pdf('loa.pdf') })).data.status, 'pending');
  assert.equal((await upload(made.id, { bill: pdf('bill.pdf') })).data.status, 'loa_file_successful');
  await refused(upload(made.id, { bill: pdf('bill.pdf') }), '10015');
  await tandem.restart();
  await minute();
  assert.deepEqual(states(await becomes(made.id, 'provisioning')), ['provisioning', 'provisioning']);
  await minute();
  const done = await becomes(made.id, 'successful');
  assert.deepEqual(states(done), ['successful', 'failed_carrier_rejected']);
  const [mine] = (await client.phoneNumbers.list({ filter: { phone_number: number } })).data;
  assert.equal(mine.status, 'active');
  await client.messages.send({ from: number, to: '+13125550181', text: 'From the office' });
  const [text] = await until(() => inboxOf(tandem, '+13125550181'), (all) => all.length === 1);
  assert.equal(text.from, number);

  const [hosted] = done.phone_numbers;
  await refused(stranger.messagingHostedNumbers.delete(hosted.id), '10005');
  assert.deepEqual(states((await client.messagingHostedNumbers.delete(hosted.id)).data), ['deleted', 'failed_carrier_rejected']);
  await refused(client.messagingHostedNumbers.delete(hosted.id), '10005');
  assert.deepEqual((await client.phoneNumbers.list({ filter: { phone_number: number } })).data, []);
  assert.equal((await orders.checkEligibility({ phone_numbers: [number] })).phone_numbers[0].eligible, true);
});

test('codes prove it too, by text, call and flash call', async () => {
  const numbers = ['+13122340021', '+13122340022', '+13122340023'];
  const { id } = (await orders.create({ messaging_profile_id: profile, phone_numbers: numbers })).data;
  const ask = (phone_numbers, verification_method) => orders.createVerificationCodes(id, { phone_numbers, verification_method });
  const name = (...pairs) => orders.validateCodes(id, { verification_codes: pairs.map(([phone_number, code]) => ({ phone_number, code })) });
  const { data: [sent, refusedOne] } = await ask([numbers[0], '+13122340029'], 'sms');
  assert.equal(sent.type, 'sms');
  assert.ok(sent.verification_code_id);
  assert.ok(refusedOne.error);
  const code = await codeIn(numbers[0]);
  assert.deepEqual((await name([numbers[0], '000'], [numbers[1], code])).data, { order_id: id, phone_numbers: [
    { phone_number: numbers[0], status: 'rejected' }, { phone_number: numbers[1], status: 'rejected' }] });
  assert.equal((await name([numbers[0], code])).data.phone_numbers[0].status, 'verified');
  assert.equal((await name([numbers[0], code])).data.phone_numbers[0].status, 'already_verified');

  const phoned = async (number) => (await tandem.request('GET', `/sandbox/calls?number=${encodeURIComponent(number)}`)).body.data;
  for (const number of numbers.slice(1)) {
    await ask([number], 'flashcall');
    const [call] = await until(() => phoned(number), (all) => all.length > 0, 'the call');
    assert.equal((await name([number, call.from.slice(-5)])).data.phone_numbers[0].status, 'verified', JSON.stringify(call));
  }
  await minute();
  await becomes(id, 'provisioning');
  await minute();
  assert.deepEqual(states(await becomes(id, 'successful')), ['successful', 'successful', 'successful']);
  assert.equal((await orders.delete(id)).data.status, 'deleted');
  await refused(orders.retrieve(id), '10005');
  assert.deepEqual((await client.phoneNumbers.list({ filter: { phone_number: numbers[0] } })).data, []);
});

test('an order without proof ends, and some cannot begin', async () => {
  const { id } = (await orders.create({ phone_numbers: ['+13122340031'] })).data;
  await tandem.advance(8 * 24 * 3_600_000);
  assert.deepEqual(states(await becomes(id, 'failed')), ['failed_timeout']);
  const failed = (await orders.create({ phone_numbers: ['+442079460018'] })).data;
  assert.deepEqual([failed.status, ...states(failed)], ['failed', 'failed_number_not_found']);
  await refused(orders.create({ phone_numbers: [] }), '10004');
  await refused(orders.create({ phone_numbers: ['12'] }), '10016');
  await refused(orders.create({ phone_numbers: ['+13122340031', '+13122340031'] }), '10015');
  await refused(orders.create({ phone_numbers: ['+13122340031'], messaging_profile_id: '4000a000-0000-4000-8000-000000000000' }), '10017');
});
