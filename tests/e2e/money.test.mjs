// Money through the official SDK: balance, deposits, automatic recharges, notices, invoices, charges.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Receiver, Tandem } from './tandem.mjs';
import { until } from './until.mjs';

const day = 24 * 3600_000;
let tandem;
let client;
before(async () => {
  tandem = await Tandem.start();
  client = tandem.client();
});
after(() => tandem?.stop());

const balance = async () => Number((await client.balance.retrieve()).data.balance);
const deposit = (amount, account_id) =>
  tandem.request('POST', '/sandbox/deposits', { body: { amount, account_id } });
const reaches = (sum) => until(balance, (seen) => seen === sum, `a balance of ${sum}`);
const dateOf = (time) => new Date(time).toISOString().slice(0, 10);
const now = async () => Date.parse((await tandem.request('GET', '/sandbox/clock')).body.data.now);

describe('balance', () => {
  test('a sandbox account begins with money to play', async () => {
    const { data } = await client.balance.retrieve();
    assert.deepEqual(data, { record_type: 'balance', currency: 'USD', balance: '1000.00', credit_limit: '0.00', available_credit: '1000.00', pending: '0.00' });
  });

  test('a managed account has money of its own', async () => {
    const { data } = await client.managedAccounts.create({ business_name: 'Own purse' });
    assert.equal(data.balance.balance, '1000.00');
    assert.equal((await deposit('5.25', data.id)).body.data.balance, '1005.25');
    assert.equal((await tandem.client(data.api_key).balance.retrieve()).data.balance, '1005.25');
    assert.equal((await client.managedAccounts.retrieve(data.id)).data.balance.balance, '1005.25');
    assert.equal(await balance(), 1000);
  });

  test('money is paid in and taken away, never more than there is', async () => {
    assert.equal((await deposit('0.50')).body.data.balance, '1000.50');
    assert.equal((await deposit('-0.50')).body.data.balance, '1000.00');
    const refused = await deposit('-1000.01');
    assert.equal(refused.status, 402);
    assert.equal(refused.body.errors[0].code, '20100');
    assert.equal((await deposit('much')).status, 422);
    assert.equal((await deposit('1', 'nobody')).status, 404);
    assert.equal(await balance(), 1000);
  });
});

describe('automatic recharge', () => {
  test('is off until somebody sets it, and takes positive amounts only', async () => {
    const { data } = await client.payment.autoRechargePrefs.list();
    assert.equal(data.enabled, false);
    await assert.rejects(client.payment.autoRechargePrefs.update({ recharge_amount: '-1.00' }),
      (error) => error.error.errors[0].source.pointer === '/recharge_amount');
  });

  test('fills the balance up whenever it falls below the threshold', async () => {
    const { data } = await client.payment.autoRechargePrefs.update({ enabled: true, threshold_amount: '900.00', recharge_amount: '150.00', preference: 'ach' });
    assert.equal(data.record_type, 'auto_recharge_pref');
    await deposit('-99.99');
    assert.equal(await balance(), 900.01);
    await deposit('-0.02');
    await reaches(1049.99);
    await client.payment.autoRechargePrefs.update({ enabled: false });
    await deposit('-500');
    await client.payment.autoRechargePrefs.update({ enabled: true, threshold_amount: '600.00', recharge_amount: '450.01' });
    await reaches(1000);
    await client.payment.autoRechargePrefs.update({ enabled: false });
  });
});

test('notices of a low balance are sent once for each fall', async () => {
  const receiver = await Receiver.start();
  const { data: profile } = await client.notificationProfiles.create({ name: 'money' });
  const { data: channel } = await client.notificationChannels.create({ notification_profile_id: profile.id, channel_type_id: 'webhook', channel_destination: receiver.url });
  const conditions = (await client.notificationEventConditions.list()).data;
  const condition = conditions.find((c) => c.name === 'below threshold');
  await client.notificationSettings.create({ notification_channel_id: channel.id, notification_event_condition_id: condition.id, parameters: [{ name: 'threshold', value: '100' }] });
  await deposit('-950');
  const told = (sum) => receiver.wait((r) => r.json?.data?.payload?.balance === sum);
  await told('50.00');
  await deposit('-10');
  await deposit('500');
  // Nobody is told of a balance that is fine again; it is looked at 200 ms after a change.
  await new Promise((resolve) => setTimeout(resolve, 800));
  await deposit('-440.01');
  await told('99.99');
  assert.equal(receiver.requests.length, 2);
  await deposit('900.01');
  await receiver.stop();
});

test('charges are reported by service; what was given stands apart', async () => {
  const today = await now();
  const period = { start_date: dateOf(today), end_date: dateOf(today + day) };
  const { data } = await client.chargesSummary.retrieve(period);
  assert.deepEqual([data.total.new_mrc, data.total.other, data.total.credits], ['0.00', '0.00', '-1000.00']);
  assert.ok(data.summary.adjustments.some((a) => a.description === 'Starting credit'));
  assert.deepEqual((await client.chargesBreakdown.retrieve(period)).data.results, []);
  const badly = { start_date: dateOf(today), end_date: dateOf(today + 40 * day) };
  await assert.rejects(client.chargesSummary.retrieve(badly), (error) => error.status === 400 && error.error.errors[0].source.parameter === 'end_date');
});

test('an invoice is made for each month, with its file', async () => {
  assert.deepEqual((await client.invoices.list()).data, []);
  await tandem.advance(65 * day);
  await until(async () => (await client.invoices.list()).data, (list) => list.length >= 2, 'two invoices');
  const [first, second] = (await client.invoices.list({ sort: 'period_start' })).data;
  assert.equal(first.period_start.slice(8), '01');
  assert.ok(first.period_end < second.period_start);
  assert.equal(first.paid, true);
  const { data } = await client.invoices.retrieve(first.invoice_id, { action: 'link' });
  const file = await fetch(data.download_url);
  assert.equal(file.headers.get('content-type'), 'application/pdf');
  const text = await file.text();
  assert.ok(text.startsWith('%PDF-1.4') && text.includes(first.invoice_id) && text.includes('-1000.00'));
  assert.equal((await client.invoices.retrieve(second.invoice_id)).data.download_url, undefined);
  const { data: stranger } = await client.managedAccounts.create({ business_name: 'Stranger' });
  await assert.rejects(tandem.client(stranger.api_key).invoices.retrieve(first.invoice_id), (error) => error.status === 404);
});

test('the command line sets a credit limit that can then be used', async () => {
  const { execFileSync } = await import('node:child_process');
  const credit = (...args) => execFileSync(process.env.TANDEM_BINARY, ['credit', ...args, '--data-dir', tandem.dataDir], { encoding: 'utf8' });
  assert.match(credit('limit', '250.00'), /credit limit 250\.00 USD/);
  assert.match(credit('deposit', '0.01'), /balance 1000\.01 USD/);
  const { data } = await client.balance.retrieve();
  assert.deepEqual([data.credit_limit, data.available_credit], ['250.00', '1250.01']);
  assert.equal((await deposit('-1100.01')).body.data.balance, '-100.00');
  assert.throws(() => credit('limit', '99'));
  assert.equal((await deposit('1100')).status, 200);
});

describe('numbers cost money', () => {
  const account = async (money) => {
    const { data } = await client.managedAccounts.create({ business_name: 'Buyer' });
    if (money !== 1000) await deposit(String(money - 1000), data.id);
    return { id: data.id, api: tandem.client(data.api_key) };
  };
  const pick = async (api, count, filter = { country_code: 'US', national_destination_code: '312' }) =>
    (await api.availablePhoneNumbers.list({ filter: { ...filter, limit: count } })).data;
  const purse = async ({ api }) => Number((await api.balance.retrieve()).data.balance);
  const order = ({ api }, numbers, more = {}) =>
    api.numberOrders.create({ phone_numbers: numbers.map(({ phone_number }) => ({ phone_number })), ...more });
  const price = (numbers, part) => numbers.reduce((sum, n) => sum + Number(n.cost_information[part]), 0);

  test('an order pays the price and the first month, each further month is collected', async () => {
    const buyer = await account(100);
    const numbers = [...await pick(buyer.api, 2), ...await pick(buyer.api, 1, { country_code: 'GB', phone_number_type: 'mobile' })];
    const { data: group } = await buyer.api.billingGroups.create({ name: 'numbers' });
    await order(buyer, numbers, { billing_group_id: group.id });
    const monthly = price(numbers, 'monthly_cost');
    const first = 100 - price(numbers, 'upfront_cost') - monthly;
    assert.equal(await purse(buyer), first);

    const today = await now();
    const period = { start_date: dateOf(today), end_date: dateOf(today + day) };
    const { data: breakdown } = await buyer.api.chargesBreakdown.retrieve(period);
    assert.deepEqual(breakdown.results.map((r) => r.tn).sort(), numbers.map((n) => n.phone_number).sort());
    assert.deepEqual(breakdown.results[0].services.map((s) => s.cost_type).sort(), ['MRC', 'OTC']);
    const { data: summary } = await buyer.api.chargesSummary.retrieve(period);
    assert.equal(Number(summary.total.new_mrc), monthly);
    const csv = await tandem.request('GET', `/charges_breakdown?start_date=${period.start_date}&format=csv`);
    assert.match(csv.text, /^tn,charge_type/);

    await until(async () => (await buyer.api.phoneNumbers.list({ filter: { status: 'active' } })).data, (list) => list.length >= 2);
    await tandem.advance(32 * day);
    await until(() => purse(buyer), (sum) => sum === first - monthly, 'the second month');
    const [kept] = (await buyer.api.phoneNumbers.list()).data;
    await assert.rejects(buyer.api.billingGroups.delete(group.id), (error) => error.error.errors[0].code === '10021');
    await buyer.api.phoneNumbers.delete(kept.id);
    const rest = monthly - Number(numbers.find((n) => n.phone_number === kept.phone_number).cost_information.monthly_cost);
    await tandem.advance(31 * day);
    await until(() => purse(buyer), (sum) => sum === first - monthly - rest, 'the third month of the rest');
  });

  test('without the money nothing of an order happens', async () => {
    const buyer = await account(5);
    const numbers = await pick(buyer.api, 3);
    await assert.rejects(order(buyer, numbers), (error) => error.status === 402 && error.error.errors[0].code === '20100');
    assert.equal(await purse(buyer), 5);
    assert.deepEqual((await buyer.api.phoneNumbers.list()).data, []);
    assert.deepEqual((await buyer.api.numberOrders.list()).data, []);
    assert.ok((await pick(buyer.api, 3)).some((n) => n.phone_number === numbers[0].phone_number));
    await order(buyer, numbers.slice(0, 2));
    assert.equal(await purse(buyer), 1);
  });

  test('a month that cannot be paid is collected when there is money again', async () => {
    const buyer = await account(2);
    await order(buyer, await pick(buyer.api, 1));
    assert.equal(await purse(buyer), 0);
    await tandem.advance(33 * day);
    await until(async () => (await buyer.api.phoneNumbers.list()).data, (list) => list[0]?.status === 'active');
    assert.equal(await purse(buyer), 0);
    await deposit('10', buyer.id);
    await tandem.advance(2 * day);
    await until(() => purse(buyer), (sum) => sum === 9, 'the month that was owed');
  });

  test('what is ordered and not delivered is refunded', async () => {
    const buyer = await account(50);
    const { data } = await order(buyer, await pick(buyer.api, 1, { country_code: 'GB', locality: 'London' }));
    assert.equal(await purse(buyer), 48);
    await buyer.api.subNumberOrders.cancel(data.sub_number_orders_ids[0]);
    assert.equal(await purse(buyer), 50);
  });

  test('an order of 1,000 numbers, charged to the cent', async () => {
    const buyer = await account(2500);
    const numbers = await pick(buyer.api, 1000, { country_code: 'US' });
    await order(buyer, numbers);
    assert.equal(await purse(buyer), 500);
  });
});
