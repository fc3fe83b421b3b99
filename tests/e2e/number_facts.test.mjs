// What is known of numbers, through the official SDK: lookups, coverage, service records, files of them.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Receiver, Tandem } from './tandem.mjs';
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

/** Buys numbers of an area code and waits until they are active. */
async function own(count, settings = {}) {
  const filter = { country_code: 'US', national_destination_code: '312', features: ['sms'], quickship: true, limit: count };
  const { data: found } = await client.availablePhoneNumbers.list({ filter });
  const phone_numbers = found.map(({ phone_number }) => ({ phone_number }));
  const { data: order } = await client.numberOrders.create({ phone_numbers, ...settings });
  await until(async () => (await client.numberOrders.retrieve(order.id)).data.status, (status) => status === 'success', 'the order');
  return Promise.all(phone_numbers.map(async ({ phone_number }) => (await client.phoneNumbers.list({ filter: { phone_number } })).data[0]));
}

describe('lookup', () => {
  test('says who serves a number, the same every time, and is charged', async () => {
    const before = await purse();
    const { data } = await client.numberLookup.retrieve('+442079460018', { type: 'carrier' });
    assert.deepEqual([data.country_code, data.national_format, data.carrier.type], ['GB', '020 79460018', 'fixed line']);
    assert.ok(data.carrier.name);
    assert.equal(data.portability.ported_status, 'N');
    assert.equal(data.caller_name, undefined);
    assert.equal((await purse()).toFixed(4), (before - 0.0025).toFixed(4));
    assert.deepEqual((await client.numberLookup.retrieve('+442079460018', { type: 'carrier' })).data, data);
  });

  test('without a type it is free', async () => {
    const before = await purse();
    const { data } = await client.numberLookup.retrieve('+13122019900');
    assert.equal(data.national_format, '(312) 201-9900');
    assert.equal(data.carrier, undefined);
    assert.equal(await purse(), before);
  });

  test('knows the caller name that an owner has listed', async () => {
    assert.equal((await client.numberLookup.retrieve('+13122019900', { type: 'caller-name' })).data.caller_name.caller_name, 'CHICAGO IL');
    const [number] = await own(1);
    await client.phoneNumbers.voice.update(number.id, { cnam_listing: { cnam_listing_enabled: true, cnam_listing_details: 'BELL BAKERY' } });
    assert.equal((await client.numberLookup.retrieve(number.phone_number, { type: 'caller-name' })).data.caller_name.caller_name, 'BELL BAKERY');
    assert.equal((await client.numberLookup.retrieve(number.phone_number, { type: 'carrier' })).data.carrier.type, 'voip');
  });

  test('refuses what is no number', async () => {
    await assert.rejects(client.numberLookup.retrieve('3122019900'), codeOf('10016'));
    await assert.rejects(client.numberLookup.retrieve('+19992019900'), codeOf('10005'));
  });
});

test('inventory coverage counts numbers by area code and by place', async () => {
  const { data, meta } = await client.inventoryCoverage.list({ filter: { country_code: 'US', administrative_area: 'IL', phone_number_type: 'local', groupBy: 'locality', count: true } });
  assert.equal(meta.total_results, data.length);
  const chicago = data.find((group) => group.group === 'Chicago');
  assert.equal(chicago.administrative_area, 'IL');
  const { data: codes } = await client.inventoryCoverage.list({ filter: { npa: 312, count: true } });
  assert.deepEqual(codes.map((c) => [c.group, c.group_type, c.count]), [['312', 'national_destination_code', 7_910_000]]);
  assert.ok(chicago.count >= 7_910_000);
  assert.equal((await client.inventoryCoverage.list({ filter: { npa: 312, nxx: 201, count: true } })).data[0].count, 10_000);
  assert.equal((await client.inventoryCoverage.list({ filter: { npa: 312 } })).data[0].count, undefined);
  assert.deepEqual((await client.inventoryCoverage.list({ filter: { country_code: 'GB', features: ['mms'] } })).data, []);
});

describe('customer service records', () => {
  test('coverage names what an operator wants to be told', async () => {
    const phone_numbers = Array.from({ length: 20 }, (_, i) => `+131220101${String(i).padStart(2, '0')}`);
    const { data } = await client.customerServiceRecords.verifyPhoneNumberCoverage({ phone_numbers: [...phone_numbers, '+19995550000', '+18002223333'] });
    assert.equal(data.length, 22);
    assert.deepEqual(data.slice(-2).map((line) => line.has_csr_coverage), [false, false]);
    assert.match(data[20].reason, /invalid/);
    const strict = data.find((line) => line.additional_data_required.length > 0);
    const open = data.find((line) => line.has_csr_coverage && line.additional_data_required.length === 0);
    await assert.rejects(client.customerServiceRecords.create({ phone_number: strict.phone_number }), codeOf('10004'));

    const receiver = await Receiver.start();
    const { data: record } = await client.customerServiceRecords.create({ phone_number: open.phone_number, webhook_url: receiver.url });
    assert.equal(record.status, 'pending');
    const told = await client.customerServiceRecords.create({ phone_number: strict.phone_number,
      additional_data: { account_number: '778899', pin: '1234', name: 'Bell Bakery', zip_code: '60601' } });
    await tandem.advance(3_000);
    const event = await receiver.event('customer_service_record.status_changed');
    assert.deepEqual([event.json.data.payload.id, event.json.data.payload.status], [record.id, 'completed']);
    const done = (await client.customerServiceRecords.retrieve(record.id)).data;
    assert.equal(done.result.address.locality, 'Chicago');
    assert.deepEqual(done.result.associated_phone_numbers, [open.phone_number]);
    const other = (await client.customerServiceRecords.retrieve(told.data.id)).data;
    assert.deepEqual([other.result.admin.account_number, other.result.admin.name, other.result.address.postal_code], ['778899', 'Bell Bakery', '60601']);
    const listed = (await client.customerServiceRecords.list({ filter: { phone_number: { in: [open.phone_number] }, status: { eq: 'completed' } } })).data;
    assert.deepEqual(listed.map((r) => r.id), [record.id]);
    await assert.rejects(stranger.customerServiceRecords.retrieve(record.id), codeOf('10005'));
    await receiver.stop();
  });

  test('numbers nobody keeps records of fail', async () => {
    const { data } = await client.customerServiceRecords.create({ phone_number: '+18002223333' });
    await tandem.advance(3_000);
    const failed = await until(async () => (await client.customerServiceRecords.retrieve(data.id)).data, (r) => r.status === 'failed');
    assert.ok(failed.error_message);
  });
});

test('a file of the numbers, by their filters', async () => {
  const [one] = await own(2, { customer_reference: 'CSV' });
  await client.phoneNumbers.update(one.id, { tags: ['red', 'blue'], customer_reference: 'a "quoted", one' });
  const { data: [download] } = await client.phoneNumbers.csvDownloads.create({ csv_format: 'V2', filter: { tag: 'red' } });
  assert.equal(download.status, 'pending');
  const { data: all } = await client.phoneNumbers.csvDownloads.create({});
  const ready = async (id) => (await until(async () => (await client.phoneNumbers.csvDownloads.retrieve(id)).data[0], (d) => d.status === 'complete', 'the file')).url;
  const answer = await fetch(await ready(download.id));
  assert.match(answer.headers.get('content-type'), /^text\/csv/);
  const [header, line, rest] = (await answer.text()).split('\r\n');
  assert.match(header, /^id,phone_number,status,/);
  assert.ok(line.startsWith(`${one.id},${one.phone_number},active,US,local,`) && line.includes('"a ""quoted"", one",red;blue'), line);
  assert.equal(rest, '');
  assert.ok((await (await fetch(await ready(all[0].id))).text()).split('\r\n').length > 3);
  assert.deepEqual((await client.phoneNumbers.csvDownloads.list()).data.map((d) => d.id).includes(download.id), true);
  await assert.rejects(stranger.phoneNumbers.csvDownloads.retrieve(download.id), codeOf('10005'));
});

test('a report on sub orders', async () => {
  await own(1, { customer_reference: 'REPORT' });
  const { data: report } = await client.subNumberOrdersReport.create({ customer_reference: 'REPORT', status: 'success' });
  assert.deepEqual([report.status, report.order_type, report.filters.customer_reference], ['pending', 'sub_number_order', 'REPORT']);
  await until(async () => (await client.subNumberOrdersReport.retrieve(report.id)).data.status, (status) => status === 'success', 'the report');
  const { text } = await tandem.request('GET', `/sub_number_orders_report/${report.id}/download`);
  const lines = text.trim().split('\r\n');
  assert.equal(lines.length, 2);
  assert.match(lines[1], /,US,local,success,1,REPORT,/);
  await assert.rejects(stranger.subNumberOrdersReport.download(report.id), codeOf('10005'));
});

test('voicemail of a number', async () => {
  const [number] = await own(1);
  await assert.rejects(client.phoneNumbers.voicemail.retrieve(number.id), codeOf('10005'));
  await assert.rejects(client.phoneNumbers.voicemail.update(number.id, { enabled: true }), codeOf('10005'));
  await assert.rejects(client.phoneNumbers.voicemail.create(number.id, { pin: '12ab' }), codeOf('10015'));
  assert.deepEqual((await client.phoneNumbers.voicemail.create(number.id, { enabled: true, pin: '1234' })).data, { enabled: true, pin: '1234' });
  await client.phoneNumbers.voicemail.update(number.id, { pin: '98765' });
  assert.deepEqual((await client.phoneNumbers.voicemail.retrieve(number.id)).data, { enabled: true, pin: '98765' });
  await assert.rejects(stranger.phoneNumbers.voicemail.retrieve(number.id), codeOf('10005'));
});

test('what a number uses stays until the number lets go of it', async () => {
  const { data: connection } = await client.ipConnections.create({ connection_name: 'in use' });
  const { data: profile } = await client.messagingProfiles.create({ name: 'in use', whitelisted_destinations: ['US'] });
  const { data: group } = await client.billingGroups.create({ name: 'in use' });
  const [number] = await own(1, { connection_id: connection.id, messaging_profile_id: profile.id, billing_group_id: group.id });
  await assert.rejects(client.ipConnections.delete(connection.id), codeOf('10021'));
  await assert.rejects(client.messagingProfiles.delete(profile.id), codeOf('10021'));
  await assert.rejects(client.billingGroups.delete(group.id), codeOf('10021'));
  await client.phoneNumbers.update(number.id, { connection_id: '', billing_group_id: '' });
  await client.ipConnections.delete(connection.id);
  await client.billingGroups.delete(group.id);
  await client.phoneNumbers.delete(number.id);
  await client.messagingProfiles.delete(profile.id);
});

test('orders are refused with the documented codes', async () => {
  const [taken] = await own(1);
  const [free] = (await client.availablePhoneNumbers.list({ filter: { country_code: 'US', national_destination_code: '312', limit: 1 } })).data;
  const order = (phone_number, more = {}) => client.numberOrders.create({ phone_numbers: [{ phone_number }], ...more });
  await stranger.numberReservations.create({ phone_numbers: [{ phone_number: '+13127770001' }] });
  const rows = [
    ['10016', '312555'], ['85000', '+19995550000'], ['85001', taken.phone_number], ['85006', '+13127770001'],
    ['85004', free.phone_number, { connection_id: '1' }],
    ['85005', free.phone_number, { messaging_profile_id: '0c0ffee0-0000-4000-8000-000000000000' }],
  ];
  for (const [code, phone_number, more] of rows) await assert.rejects(order(phone_number, more), codeOf(code));
});
