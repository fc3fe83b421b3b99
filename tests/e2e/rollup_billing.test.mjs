// Managed accounts whose bills their manager pays.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { buyNumber } from './messaging.mjs';
import { Tandem } from './tandem.mjs';
import { until } from './until.mjs';

let tandem;
let client;
let branch;
before(async () => {
  tandem = await Tandem.start();
  client = tandem.client();
  const { data } = await client.managedAccounts.create({ business_name: 'Branch', rollup_billing: true });
  assert.deepEqual([data.rollup_billing, data.balance.balance], [true, '0.00']);
  branch = tandem.client(data.api_key);
});
after(() => tandem?.stop());

const balanceOf = async (of) => Number((await of.balance.retrieve()).data.balance);
const deposit = (amount) => tandem.request('POST', '/sandbox/deposits', { body: { amount } });
const dateOf = (time) => new Date(time).toISOString().slice(0, 10);
const code = (wanted) => (error) => error.error.errors[0].code === wanted;

/** What the account was charged today, without what it was given. */
async function charged(of) {
  const now = Date.parse((await tandem.request('GET', '/sandbox/clock')).body.data.now);
  const { total } = (await of.chargesSummary.retrieve({ start_date: dateOf(now), end_date: dateOf(now + 24 * 3_600_000) })).data;
  return Number((Number(total.grand_total) - Number(total.credits)).toFixed(4));
}

test('the manager pays for what is bought, and sees it among its charges', async () => {
  const before = await balanceOf(client);
  const [number] = (await branch.availablePhoneNumbers.list({ filter: { country_code: 'US', national_destination_code: '312', limit: 1 } })).data;
  const price = Number(number.cost_information.upfront_cost) + Number(number.cost_information.monthly_cost);
  await branch.numberOrders.create({ phone_numbers: [{ phone_number: number.phone_number }] });
  assert.equal(await balanceOf(client), before - price);
  assert.equal(await balanceOf(branch), 0);
  await tandem.restart();
  assert.equal(await charged(client), price);
  assert.equal(await charged(branch), 0);
});

test('what is used is set aside and paid by the manager too', async () => {
  const profile = (await branch.messagingProfiles.create({ name: 'branch', whitelisted_destinations: ['US'] })).data.id;
  const from = await buyNumber(tandem, branch, profile);
  const before = await balanceOf(client);
  const { data: { id } } = await branch.messages.send({ from, to: '+13125550177', text: 'From the branch' });
  const sent = (await until(() => branch.messages.retrieve(id), ({ data }) => data.to[0].status === 'delivered')).data;
  assert.ok(Number(sent.cost.amount) > 0);
  await until(() => balanceOf(client), (now) => Math.abs(before - Number(sent.cost.amount) - now) < 0.01);
  assert.equal(await balanceOf(branch), 0);
  assert.equal((await client.balance.retrieve()).data.pending, '0.00');
});

test('nothing is bought that the manager cannot pay', async () => {
  await deposit(String(-(await balanceOf(client))));
  const order = { phone_numbers: [{ phone_number: '+13122340501' }] };
  await assert.rejects(branch.numberOrders.create(order), code('20100'));
  assert.deepEqual((await branch.numberOrders.list({ filter: { 'phone_numbers.phone_number': '+13122340501' } })).data.filter((one) => one.phone_numbers_count === 0), []);
  assert.deepEqual((await branch.phoneNumbers.list({ filter: { phone_number: '+13122340501' } })).data, []);
  await deposit('10');
  await branch.numberOrders.create(order);
});
