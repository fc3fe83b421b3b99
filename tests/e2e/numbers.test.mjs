// Numbers through the official SDK: what can be had.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Tandem } from './tandem.mjs';

let tandem;
let client;
before(async () => {
  tandem = await Tandem.start();
  client = tandem.client();
});
after(() => tandem?.stop());

const search = async (filter) => (await client.availablePhoneNumbers.list({ filter })).data;

describe('search', () => {
  const rows = [
    ['by area code', { country_code: 'US', national_destination_code: '312' }, (n) => n.phone_number.startsWith('+1312')],
    ['by the digits behind it', { country_code: 'US', national_destination_code: '312', phone_number: { starts_with: '777' } }, (n) => n.phone_number.startsWith('+1312777')],
    ['by its end', { country_code: 'US', phone_number: { ends_with: '4242' } }, (n) => n.phone_number.endsWith('4242')],
    ['by what it contains', { country_code: 'US', phone_number: { contains: '80085' } }, (n) => n.phone_number.includes('80085')],
    ['by place', { country_code: 'GB', locality: 'London' }, (n) => n.phone_number.startsWith('+4420')],
    ['by type', { country_code: 'US', phone_number_type: 'toll_free' }, (n) => /^\+18(00|33|44|55|66|77|88)/.test(n.phone_number)],
    ['by features', { country_code: 'US', features: ['sms', 'mms'] }, (n) => ['sms', 'mms'].every((f) => n.features.some((x) => x.name === f))],
  ];
  for (const [name, filter, fits] of rows) {
    test(name, async () => {
      const found = await search({ ...filter, limit: 25 });
      assert.equal(found.length, 25);
      for (const number of found) assert.ok(fits(number), number.phone_number);
      assert.ok(Number(found[0].cost_information.monthly_cost) > 0);
    });
  }

  test('nothing is found where there is nothing', async () => {
    assert.deepEqual(await search({ country_code: 'US', national_destination_code: '999' }), []);
    assert.deepEqual(await search({ country_code: 'US', phone_number_type: 'shared_cost' }), []);
  });

  test('a pattern that is none is refused', async () => {
    await assert.rejects(search({ country_code: 'US', phone_number: { starts_with: 'abc' } }),
      (error) => error.error.errors[0].source.parameter === 'filter[phone_number]');
  });
});

describe('coverage', () => {
  test('lists the countries of the inventory', async () => {
    const { data } = await client.countryCoverage.retrieve();
    assert.deepEqual(data.map((c) => c.code).sort(), ['AU', 'BR', 'CA', 'DE', 'ES', 'FR', 'GB', 'IE', 'MX', 'NL', 'US']);
    assert.ok((await client.countryCoverage.retrieveCountry('US')).data.local.quickship);
    await assert.rejects(client.countryCoverage.retrieveCountry('ZZ'), (error) => error.status === 404);
  });
});

describe('orders', () => {
  const other = async () => {
    const { data } = await client.managedAccounts.create({ business_name: 'Another buyer' });
    return tandem.client(data.api_key);
  };
  const pick = async (count, filter = { country_code: 'US', national_destination_code: '312' }) =>
    (await search({ ...filter, limit: count })).map(({ phone_number }) => ({ phone_number }));
  const numberOf = async (phone_number) =>
    (await client.phoneNumbers.list({ filter: { phone_number } })).data[0];
  const settled = async (id, status = 'success') => {
    for (let tries = 0; tries < 200; ++tries) {
      const { data } = await client.numberOrders.retrieve(id);
      if (data.status === status) return data;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return assert.fail(`order ${id} did not become ${status}`);
  };
  const buy = async (phone_numbers, more = {}) => {
    const { data } = await client.numberOrders.create({ phone_numbers, ...more });
    await tandem.advance(61_000);
    return settled(data.id);
  };
  const codeOf = (code, pointer) => (error) => {
    assert.equal(error.error.errors[0].code, code);
    if (pointer) assert.equal(error.error.errors[0].source.pointer, pointer);
    return true;
  };

  test('three numbers of two countries, in one order', async () => {
    const phone_numbers = [...await pick(2), ...await pick(1, { country_code: 'GB', locality: 'London' })];
    const { data: order } = await client.numberOrders.create({ phone_numbers, customer_reference: 'REF 7' });
    assert.equal(order.status, 'pending');
    assert.equal(order.phone_numbers_count, 3);
    assert.equal(order.sub_number_orders_ids.length, 2);
    assert.equal((await numberOf(phone_numbers[2].phone_number)).status, 'purchase-pending');
    await tandem.advance(61_000);
    const done = await settled(order.id);
    assert.ok(done.phone_numbers.every((line) => line.status === 'success'));
    for (const { phone_number } of phone_numbers) {
      const number = await numberOf(phone_number);
      assert.equal(number.status, 'active');
      assert.match(number.id, /^\d{19}$/);
      assert.equal(number.customer_reference, 'REF 7');
    }
    const subs = (await client.subNumberOrders.list({ filter: { order_request_id: order.id } })).data;
    assert.deepEqual(subs.map((sub) => [sub.country_code, sub.phone_numbers_count, sub.status]).sort(),
      [['GB', 1, 'success'], ['US', 2, 'success']]);
    const lines = (await client.numberOrderPhoneNumbers.list({ filter: { country_code: 'GB' } })).data;
    assert.equal(lines[0].phone_number, phone_numbers[2].phone_number);
    assert.equal((await client.numberOrderPhoneNumbers.retrieve(lines[0].id)).data.status, 'success');
    const found = (await client.numberOrders.list({ filter: { phone_numbers_count: '3', status: 'success' } })).data;
    assert.deepEqual(found.map((o) => o.id), [order.id]);
    assert.ok(!(await pick(50)).some((n) => n.phone_number === phone_numbers[0].phone_number));
  });

  test('what an order may not say', async () => {
    const [good] = await pick(1);
    const order = (body) => client.numberOrders.create(body);
    await assert.rejects(order({ phone_numbers: [good, { phone_number: '3125550000' }] }), codeOf('10016', '/phone_numbers/1/phone_number'));
    await assert.rejects(order({ phone_numbers: [{ phone_number: '+19995550000' }] }), codeOf('85000', '/phone_numbers/0/phone_number'));
    await assert.rejects(order({ phone_numbers: [good, good] }), codeOf('10012', '/phone_numbers/1/phone_number'));
    await assert.rejects(order({ phone_numbers: [] }), codeOf('10004', '/phone_numbers'));
    await assert.rejects(order({ phone_numbers: [good], connection_id: '12345' }), codeOf('85004', '/connection_id'));
    await assert.rejects(order({ phone_numbers: [good], messaging_profile_id: '0c0ffee0-0000-4000-8000-000000000000' }), codeOf('85005', '/messaging_profile_id'));
    await assert.rejects(order({ phone_numbers: [good], billing_group_id: '0c0ffee0-0000-4000-8000-000000000000' }), codeOf('10017', '/billing_group_id'));
    assert.equal((await search({ country_code: 'US', national_destination_code: '312', limit: 1 }))[0].phone_number, good.phone_number);
  });

  test('of two accounts that race for a number one gets it', async () => {
    const [wanted] = await pick(1);
    const buyers = [client, await other()];
    const answers = await Promise.allSettled(buyers.map((buyer) => buyer.numberOrders.create({ phone_numbers: [wanted] })));
    assert.deepEqual(answers.map((a) => a.status).sort(), ['fulfilled', 'rejected']);
    assert.equal(answers.find((a) => a.status === 'rejected').reason.error.errors[0].code, '85001');
    const loser = buyers[answers.findIndex((a) => a.status === 'rejected')];
    assert.deepEqual((await loser.phoneNumbers.list({ filter: { phone_number: wanted.phone_number } })).data, []);
  });

  test('assign, tag and set up', async () => {
    const [{ phone_number }] = await pick(1);
    await buy([{ phone_number }]);
    const { id } = await numberOf(phone_number);
    const { data: connection } = await client.ipConnections.create({ connection_name: 'assigned numbers' });
    const { data: profile } = await client.messagingProfiles.create({ name: 'campaign numbers', whitelisted_destinations: ['US'] });

    const { data: number } = await client.phoneNumbers.update(id, { connection_id: connection.id, tags: ['sales', 'east'] });
    assert.equal(number.connection_name, 'assigned numbers');
    const ids = async (filter, sort) => (await client.phoneNumbers.list({ filter, sort })).data.map((n) => n.id);
    assert.deepEqual(await ids({ tag: 'sales' }), [id]);
    assert.deepEqual(await ids({ connection_id: connection.id }, 'phone_number'), [id]);
    assert.ok(!(await ids({ without_tags: 'true' })).includes(id));
    assert.ok((await ids({ source: 'purchased', number_type: { eq: 'local' } })).includes(id));
    assert.deepEqual(await ids({ source: 'ported' }), []);

    const voice = { usage_payment_method: 'channel', call_recording: { inbound_call_recording_enabled: true } };
    const { data: set } = await client.phoneNumbers.voice.update(id, voice);
    assert.equal(set.connection_id, connection.id);
    assert.equal(set.call_recording.inbound_call_recording_format, 'wav');
    assert.equal((await client.phoneNumbers.voice.retrieve(id)).data.usage_payment_method, 'channel');
    assert.equal((await client.phoneNumbers.retrieve(id)).data.call_recording_enabled, true);
    assert.deepEqual((await client.phoneNumbers.voice.list({ filter: { connection_name: { contains: 'ASSIGNED' } } })).data.map((v) => v.id), [id]);
    await assert.rejects(client.phoneNumbers.voice.update(id, { call_forwarding: { forwards_to: '911' } }), codeOf('10016', '/call_forwarding/forwards_to'));

    const { data: messaging } = await client.phoneNumbers.messaging.update(id, { messaging_profile_id: profile.id });
    assert.equal(messaging.features.sms.domestic_two_way, true);
    assert.deepEqual((await client.messagingProfiles.listPhoneNumbers(profile.id)).data.map((m) => m.id), [id]);
    assert.equal((await client.phoneNumbers.retrieve(id)).data.messaging_profile_name, 'campaign numbers');
    await client.phoneNumbers.messaging.update(id, { messaging_profile_id: '' });
    assert.deepEqual((await client.messagingProfiles.listPhoneNumbers(profile.id)).data, []);
    assert.ok((await client.phoneNumbers.messaging.list()).data.some((m) => m.id === id));

    const [slim] = (await client.phoneNumbers.slimList({ filter: { tag: 'sales' }, include_tags: true })).data;
    assert.equal(slim.record_type, 'phone_number_slim');
    assert.deepEqual(slim.tags, ['sales', 'east']);
    assert.equal(slim.connection_name, undefined);
    await assert.rejects(client.phoneNumbers.update(id, { connection_id: '12345' }), codeOf('10017', '/connection_id'));
  });

  test('nobody else sees a number', async () => {
    const [{ phone_number }] = await pick(1);
    await buy([{ phone_number }]);
    const { id } = await numberOf(phone_number);
    const stranger = await other();
    assert.deepEqual((await stranger.phoneNumbers.list()).data, []);
    const attempts = [() => stranger.phoneNumbers.retrieve(id), () => stranger.phoneNumbers.voice.retrieve(id),
      () => stranger.phoneNumbers.messaging.update(id, { messaging_product: 'P2P' }), () => stranger.phoneNumbers.delete(id)];
    for (const attempt of attempts) await assert.rejects(attempt, (error) => error.status === 404);
    await assert.rejects(stranger.numberOrders.create({ phone_numbers: [{ phone_number }] }), codeOf('85001'));
  });

  test('a released number can be ordered again', async () => {
    const [{ phone_number }] = await pick(1);
    await buy([{ phone_number }]);
    const { id } = await numberOf(phone_number);
    assert.equal((await client.phoneNumbers.delete(id)).data.status, 'deleted');
    await assert.rejects(client.phoneNumbers.voice.retrieve(id), (error) => error.status === 404);
    await buy([{ phone_number }]);
    const again = await numberOf(phone_number);
    assert.equal(again.status, 'active');
    assert.notEqual(again.id, id);
  });

  test('a reservation keeps a number for its account until it expires', async () => {
    const [first, second] = await pick(2);
    const stranger = await other();
    const { data } = await client.numberReservations.create({ phone_numbers: [first, second], customer_reference: 'HOLD' });
    assert.equal(data.status, 'success');
    assert.equal(Date.parse(data.phone_numbers[0].expired_at) - Date.parse(data.phone_numbers[0].created_at), 30 * 60_000);
    await assert.rejects(stranger.numberReservations.create({ phone_numbers: [first] }), codeOf('85006', '/phone_numbers/0/phone_number'));
    await assert.rejects(stranger.numberOrders.create({ phone_numbers: [first] }), codeOf('85006'));
    const { data: seen } = await stranger.availablePhoneNumbers.list({ filter: { country_code: 'US', national_destination_code: '312', limit: 20 } });
    assert.ok(!seen.some((n) => n.phone_number === first.phone_number));
    const listed = (await client.numberReservations.list({ filter: { 'phone_numbers.phone_number': second.phone_number } })).data;
    assert.deepEqual(listed.map((r) => r.id), [data.id]);

    await buy([first]);
    for (let times = 0; times < 3; ++times) {
      const { data: longer } = await client.numberReservations.actions.extend(data.id);
      assert.ok(longer.phone_numbers[1].expired_at > data.phone_numbers[1].expired_at);
    }
    await assert.rejects(client.numberReservations.actions.extend(data.id), codeOf('85008'));
    await tandem.advance(31 * 60_000);
    await assert.rejects(stranger.numberOrders.create({ phone_numbers: [second] }), codeOf('85006'));
    await tandem.advance(91 * 60_000);
    await stranger.numberOrders.create({ phone_numbers: [second] });
    assert.equal((await client.numberReservations.retrieve(data.id)).data.customer_reference, 'HOLD');
    await assert.rejects(client.numberReservations.create({ phone_numbers: [first] }), codeOf('85001'));
  });

  test('a sub order that is cancelled gives its numbers back', async () => {
    const phone_numbers = [...await pick(1), ...await pick(1, { country_code: 'GB', locality: 'London' })];
    const { data: order } = await client.numberOrders.create({ phone_numbers });
    const [british] = (await client.subNumberOrders.list({ filter: { order_request_id: order.id, country_code: 'GB' } })).data;
    assert.equal((await client.subNumberOrders.cancel(british.id)).data.status, 'failure');
    assert.equal(await numberOf(phone_numbers[1].phone_number), undefined);
    await tandem.advance(61_000);
    const done = await settled(order.id);
    assert.deepEqual(done.phone_numbers.map((line) => line.status).sort(), ['failure', 'success']);
    await assert.rejects(client.subNumberOrders.cancel(british.id), codeOf('10027'));
    await buy([phone_numbers[1]]);
  });

  test('an order survives a crash and completes afterwards', async () => {
    const [{ phone_number }] = await pick(1);
    const { data } = await client.numberOrders.create({ phone_numbers: [{ phone_number }] });
    await tandem.kill9();
    await tandem.restart();
    await tandem.advance(24 * 3_600_000); // the clock starts at the machine's time again, behind the order's
    await settled(data.id);
    assert.equal((await numberOf(phone_number)).status, 'active');
  });
});
