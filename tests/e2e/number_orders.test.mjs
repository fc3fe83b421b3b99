// Numbers that are bought otherwise than one by one, through the official SDK: blocks, bundles, advanced orders.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Tandem } from './tandem.mjs';
import { until, untilStatus } from './until.mjs';

let tandem;
let client;
let stranger;
before(async () => {
  tandem = await Tandem.start();
  client = tandem.client();
  stranger = tandem.client((await client.managedAccounts.create({ business_name: 'Stranger' })).data.api_key);
});
after(() => tandem?.stop());

const codeOf = (code, pointer) => (error) =>
  error.error.errors[0].code === code && (!pointer || error.error.errors[0].source.pointer === pointer);
const purse = async () => Number((await client.balance.retrieve()).data.balance);
const numberOf = async (phone_number) => (await client.phoneNumbers.list({ filter: { phone_number } })).data[0];

describe('blocks', () => {
  const find = async (filter) => (await client.availablePhoneNumberBlocks.list({ filter })).data;

  test('ten numbers in a row are found, ordered, and given back together', async () => {
    const [block, next] = await find({ country_code: 'US', national_destination_code: '512' });
    assert.match(block.starting_number, /^\+1512\d{6}0$/);
    assert.deepEqual([block.range, block.cost_information.monthly_cost], [10, '10.00']);
    const before = await purse();
    const { starting_number } = block;
    const { data: order } = await client.numberBlockOrders.create({ starting_number, range: 10, customer_reference: 'ROW' });
    assert.deepEqual([order.status, order.phone_numbers_count, order.starting_number], ['pending', 10, starting_number]);
    assert.equal(await purse(), before - 20);
    assert.equal((await find({ country_code: 'US', national_destination_code: '512' }))[0].starting_number, next.starting_number);
    await assert.rejects(client.numberBlockOrders.create({ starting_number, range: 10 }), codeOf('85001', '/starting_number'));
    await tandem.advance(61_000);
    await untilStatus(() => client.numberBlockOrders.retrieve(order.id), 'success');
    const number = await numberOf(starting_number.slice(0, -1) + '7');
    assert.deepEqual([number.status, number.customer_reference], ['active', 'ROW']);
    const subs = (await client.subNumberOrders.list({ filter: { order_request_id: order.id } })).data;
    assert.deepEqual(subs.map((sub) => [sub.is_block_sub_number_order, sub.status]), [[true, 'success']]);
    assert.deepEqual((await client.numberBlockOrders.list({ filter: { 'phone_numbers.starting_number': starting_number } })).data.map((o) => o.id), [order.id]);
    await assert.rejects(stranger.numberBlockOrders.retrieve(order.id), codeOf('10005'));

    await assert.rejects(stranger.phoneNumberBlocks.jobs.deletePhoneNumberBlock({ phone_number_block_id: order.id }), codeOf('10017'));
    const { data: job } = await client.phoneNumberBlocks.jobs.deletePhoneNumberBlock({ phone_number_block_id: order.id });
    assert.equal(job.type, 'delete_phone_number_block');
    await tandem.advance(2_000);
    const done = await untilStatus(() => client.phoneNumberBlocks.jobs.retrieve(job.id), 'completed');
    assert.equal(done.successful_operations.length, 10);
    assert.deepEqual((await client.phoneNumberBlocks.jobs.list({ filter: { status: 'completed' } })).data.map((j) => j.id), [job.id]);
    assert.equal(await numberOf(starting_number), undefined);
    assert.equal((await find({ country_code: 'US', national_destination_code: '512' }))[0].starting_number, starting_number);
  });

  test('what is no block is refused', async () => {
    const order = (starting_number, range) => client.numberBlockOrders.create({ starting_number, range });
    await assert.rejects(order('5125550', 10), codeOf('10016', '/starting_number'));
    await assert.rejects(order('+15122010003', 10), codeOf('10015', '/starting_number'));
    await assert.rejects(order('+15122010000', 12), codeOf('10015', '/range'));
    await assert.rejects(order('+19992010000', 10), codeOf('85000', '/starting_number'));
    await assert.rejects(client.numberBlockOrders.create({ starting_number: '+15122010000', range: 10, connection_id: '1' }), codeOf('85004'));
    assert.deepEqual(await find({ country_code: 'US', phone_number_type: 'shared_cost' }), []);
  });
});

describe('bundles', () => {
  const own = async (count, bundle_id) => {
    const filter = { country_code: 'US', national_destination_code: '312', quickship: true, limit: count };
    const { data: found } = await client.availablePhoneNumbers.list({ filter });
    const { data: order } = await client.numberOrders.create({ phone_numbers: found.map(({ phone_number }) => ({ phone_number, ...(bundle_id && { bundle_id }) })) });
    await untilStatus(() => client.numberOrders.retrieve(order.id), 'success');
    return Promise.all(found.map(({ phone_number }) => numberOf(phone_number)));
  };

  test('are bought, filled with numbers, and given back', async () => {
    const { data: [basic] } = await client.bundlePricing.billingBundles.list({ filter: { country_iso: ['US'] } });
    assert.ok(basic.mrc_price > 0 && basic.specs.length > 0);
    assert.ok((await client.bundlePricing.billingBundles.retrieve(basic.id)).data.bundle_limits.length > 0);
    const before = await purse();
    const idempotency_key = '12ade33a-21c0-473b-b055-b3c836e1c292';
    const buy = () => client.bundlePricing.userBundles.create({ idempotency_key, items: [{ billing_bundle_id: basic.id, quantity: 2 }] });
    const bundles = (await buy()).data;
    assert.deepEqual((await buy()).data.map((b) => b.id).sort(), bundles.map((b) => b.id).sort());
    assert.equal(await purse(), before - 2 * basic.mrc_price);
    const [first, second] = bundles;
    assert.deepEqual((await client.bundlePricing.userBundles.listUnused()).data[0].user_bundle_ids.length, 2);

    const [inFirst] = await own(1, first.id);
    assert.equal(await purse(), before - 2 * basic.mrc_price);
    assert.deepEqual((await client.bundlePricing.userBundles.listResources(first.id)).data.map((r) => r.resource), [inFirst.phone_number]);
    assert.deepEqual((await client.bundlePricing.userBundles.list({ filter: { resource: [inFirst.phone_number] } })).data.map((b) => b.id), [first.id]);
    const [other] = await own(1);
    const change = (id, bundle_id) => client.phoneNumbers.actions.changeBundleStatus(id, { bundle_id });
    await assert.rejects(change(other.id, first.id), codeOf('10027'));
    await assert.rejects(change(other.id, '0c0ffee0-0000-4000-8000-000000000000'), codeOf('10017', '/bundle_id'));
    assert.equal((await change(other.id, second.id)).data.phone_number, other.phone_number);
    assert.deepEqual((await client.bundlePricing.userBundles.listUnused()).data, []);
    await change(other.id, '');
    assert.deepEqual((await client.bundlePricing.userBundles.retrieve(second.id)).data.resources, []);

    assert.equal((await client.bundlePricing.userBundles.deactivate(first.id)).data.active, false);
    await assert.rejects(client.bundlePricing.userBundles.deactivate(first.id), codeOf('10027'));
    await assert.rejects(stranger.bundlePricing.userBundles.retrieve(second.id), codeOf('10005'));
    assert.deepEqual((await stranger.bundlePricing.userBundles.list()).data, []);
  });
});

describe('advanced orders', () => {
  test('become number orders of what was wanted', async () => {
    const order = await client.advancedOrders.create({ country_code: 'US', area_code: '206', quantity: 3, features: ['sms'], phone_number_type: 'local', customer_reference: 'LATER' });
    assert.deepEqual([order.status, order.orders], [['pending'], []]);
    const changed = (await tandem.request('PATCH', `/advanced_orders/${order.id}`, { body: { quantity: 2, customer_reference: 'SOON' } })).body;
    assert.equal(changed.quantity, 2);
    await tandem.advance(61_000);
    const filled = await until(() => client.advancedOrders.retrieve(order.id), (o) => o.orders.length === 1, 'the order');
    assert.deepEqual(filled.status, ['ordered']);
    const { data } = await client.numberOrders.retrieve(filled.orders[0]);
    assert.deepEqual([data.phone_numbers_count, data.customer_reference], [2, 'SOON']);
    assert.ok(data.phone_numbers.every((n) => n.phone_number.startsWith('+1206')));
    assert.deepEqual((await client.advancedOrders.list()).map((o) => o.id), [order.id]);
    await assert.rejects(stranger.advancedOrders.retrieve(order.id), codeOf('10005'));
    await assert.rejects(client.advancedOrders.create({ requirement_group_id: '0c0ffee0-0000-4000-8000-000000000000' }), codeOf('10017'));
  });
});

test('requirement groups of orders fit their numbers', async () => {
  const { data: [found] } = await client.availablePhoneNumbers.list({ filter: { country_code: 'DE', phone_number_type: 'local', limit: 1 } });
  const { data: order } = await client.numberOrders.create({ phone_numbers: [{ phone_number: found.phone_number }] });
  const { data: group } = await client.requirementGroups.create({ country_code: 'DE', phone_number_type: 'local', action: 'ordering' }).then((g) => ({ data: g.data ?? g }));
  const { data: wrong } = await client.requirementGroups.create({ country_code: 'FR', phone_number_type: 'local', action: 'ordering' }).then((g) => ({ data: g.data ?? g }));
  const [sub] = order.sub_number_orders_ids;
  assert.equal((await client.subNumberOrders.updateRequirementGroup(sub, { requirement_group_id: group.id })).data.id, sub);
  const line = order.phone_numbers[0].id;
  assert.equal((await client.numberOrderPhoneNumbers.updateRequirementGroup(line, { requirement_group_id: group.id })).data.phone_number, found.phone_number);
  await assert.rejects(client.subNumberOrders.updateRequirementGroup(sub, { requirement_group_id: wrong.id }), codeOf('10015', '/requirement_group_id'));
  await assert.rejects(stranger.subNumberOrders.updateRequirementGroup(sub, { requirement_group_id: group.id }), codeOf('10005'));
});
