// Porting: orders on their way to numbers of the account, what they carry, and numbers that leave.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { inboxOf } from './messaging.mjs';
import { Receiver, Tandem } from './tandem.mjs';
import { until } from './until.mjs';

let tandem;
let client;
let stranger;
let receiver;
before(async () => {
  tandem = await Tandem.start();
  client = tandem.client();
  receiver = await Receiver.start();
  stranger = tandem.client((await client.managedAccounts.create({ business_name: 'Somebody else' })).data.api_key);
});
after(async () => {
  await tandem?.stop();
  await receiver?.stop();
});

const kMinute = 60_000;
const kHour = 60 * kMinute;
const code = (wanted) => (error) => error.error.errors[0].code === wanted;
const all = async (asked) => {
  const page = await asked;
  if (!page[Symbol.asyncIterator]) return page.data;
  const items = [];
  for await (const item of page) items.push(item);
  return items;
};

/** A number of the inventory that nobody has. */
async function freeNumber(index, of = client) {
  const found = await of.availablePhoneNumbers.list({ filter: { country_code: 'US', national_destination_code: '312', phone_number_type: 'local', limit: 20 } });
  return found.data[index].phone_number;
}
const upload = async (of, filename = 'letter.pdf') =>
  (await of.documents.upload({ file: Buffer.from('%PDF-1.4').toString('base64'), filename })).data.id;
const endUser = {
  admin: { entity_name: 'Acme', auth_person_name: 'Ada Lovelace', account_number: '123', pin_passcode: '1234' },
  location: { street_address: '600 Congress Avenue', locality: 'Austin', administrative_area: 'TX', postal_code: '78701', country_code: 'US' },
};
/** A draft with everything that its numbers ask for. */
async function filledIn(of, numbers, change = {}) {
  const [order] = (await of.portingOrders.create({ phone_numbers: numbers, customer_reference: 'move' })).data;
  const [loa, invoice] = [await upload(of), await upload(of, 'invoice.pdf')];
  return (await of.portingOrders.update(order.id, { documents: { loa, invoice }, end_user: endUser, ...change })).data;
}
const status = (of, id, wanted) => until(async () => (await of.portingOrders.retrieve(id)).data, (order) => order.status.value === wanted);

test('what can be ported is told before there is an order', async () => {
  const number = await freeNumber(0);
  const { data } = await client.portabilityChecks.run({ phone_numbers: [number, '+999123456789'] });
  assert.deepEqual(data.map((one) => [one.phone_number, one.portable, one.fast_portable]),
    [[number, true, true], ['+999123456789', false, false]]);
  assert.ok(data[1].not_portable_reason);
  await assert.rejects(client.portabilityChecks.run({ phone_numbers: ['nonsense'] }), code('10016'));
});

test('an order is filled in, confirmed, dated, activated by hand, and its numbers are there', async () => {
  const connection = (await client.ipConnections.create({ connection_name: 'ported' })).data.id;
  const number = await freeNumber(1);
  const wanted = new Date(Date.now() + 72 * kHour).toISOString();
  const order = await filledIn(client, [number], {
    webhook_url: `${receiver.url}/porting`, activation_settings: { foc_datetime_requested: wanted },
    phone_number_configuration: { connection_id: connection, tags: ['moved'] }, messaging: { enable_messaging: true },
  });
  assert.equal(order.requirements_met, true);
  assert.equal(order.messaging.messaging_port_status, 'pending');
  await assert.rejects(client.portingOrders.create({ phone_numbers: [number] }), code('10012'));
  assert.equal((await client.portingOrders.actions.confirm(order.id)).data.status.value, 'in-process');
  await assert.rejects(client.portingOrders.update(order.id, { end_user: { admin: { entity_name: 'Other' } } }), code('10015'));
  await assert.rejects(client.portingOrders.delete(order.id), code('10015'));
  await tandem.advance(kMinute);
  await status(client, order.id, 'submitted');
  await tandem.advance(kMinute);
  const dated = await status(client, order.id, 'foc-date-confirmed');
  assert.equal(Date.parse(dated.activation_settings.foc_datetime_actual), Date.parse(wanted));
  await assert.rejects(client.portingOrders.actions.activate(order.id), code('10015'));
  const [job] = await all(client.portingOrders.activationJobs.list(order.id));
  assert.equal(job.activation_type, 'on-demand');
  await tandem.advance(73 * kHour);
  assert.equal((await client.portingOrders.actions.activate(order.id)).data.id, job.id);
  await tandem.advance(10_000);
  const ported = await status(client, order.id, 'ported');
  assert.equal(ported.activation_settings.activation_status, 'Active');
  assert.equal(ported.messaging.messaging_port_completed, true);
  assert.equal((await client.portingOrders.activationJobs.retrieve(job.id, { id: order.id })).data.status, 'completed');
  const [mine] = (await client.phoneNumbers.list({ filter: { phone_number: number } })).data;
  assert.equal(mine.status, 'active');
  assert.equal(mine.source_type, 'port_request');
  assert.equal(mine.connection_id, connection);
  assert.deepEqual(mine.tags, ['moved']);

  const told = await receiver.wait((request) => request.json?.data?.payload?.status?.value === 'ported');
  assert.equal(told.json.data.event_type, 'porting_order.status_changed');
  const events = await all(client.porting.events.list({ filter: { type: 'porting_order.status_changed', porting_order_id: order.id } }));
  assert.deepEqual(events.map((event) => event.payload.status.value).reverse(), ['in-process', 'submitted', 'foc-date-confirmed', 'ported']);
  await client.porting.events.republish(events[0].id);
  await receiver.wait((request) => request.json?.data?.payload?.status?.value === 'ported' && request.json.data.id !== told.json.data.id);
  await assert.rejects(stranger.porting.events.retrieve(events[0].id), code('10005'));
});

test('the losing provider complains, the order is corrected and confirmed again', async () => {
  const order = await filledIn(client, [await freeNumber(2)], { end_user: { ...endUser, admin: { ...endUser.admin, pin_passcode: '0000' } } });
  await client.portingOrders.actions.confirm(order.id);
  await tandem.advance(kMinute);
  const failed = await status(client, order.id, 'exception');
  assert.equal(failed.status.details[0].code, 'PASSCODE_PIN_INVALID');
  await client.portingOrders.update(order.id, { end_user: { admin: { pin_passcode: '4321' } } });
  await client.portingOrders.actions.confirm(order.id);
  await tandem.advance(kMinute);
  await status(client, order.id, 'submitted');
  assert.equal((await client.portingOrders.actions.cancel(order.id)).data.status.value, 'cancel-pending');
  await tandem.advance(kMinute);
  await status(client, order.id, 'cancelled');
});

test('a draft lacks things, carries things, and goes', async () => {
  const number = await freeNumber(3);
  const [order] = (await client.portingOrders.create({ phone_numbers: [number] })).data;
  await assert.rejects(client.portingOrders.actions.confirm(order.id), code('10015'));
  await assert.rejects(client.portingOrders.update(order.id, { documents: { loa: crypto.randomUUID() } }), code('10017'));
  const required = await all(client.portingOrders.retrieveRequirements(order.id));
  assert.ok(required.some((one) => one.requirement_type.name === 'Letter of authorization' && one.field_value === ''));
  assert.equal((await client.portingOrders.retrieveSubRequest(order.id)).data.sub_request_id, order.support_key);
  assert.ok((await client.portingOrders.retrieveAllowedFocWindows(order.id)).data.length > 0);
  assert.ok((await client.portingOrders.retrieveExceptionTypes()).data.length > 20);

  const comment = (await client.portingOrders.comments.create(order.id, { body: 'When?' })).data;
  assert.deepEqual((await all(client.portingOrders.comments.list(order.id))).map((one) => one.id), [comment.id]);
  const block = (await client.portingOrders.phoneNumberBlocks.create(order.id, {
    phone_number_range: { start_at: '+13125550100', end_at: '+13125550199' },
    activation_ranges: [{ start_at: '+13125550110', end_at: '+13125550119' }] })).data;
  assert.equal(block.country_code, 'US');
  await client.portingOrders.phoneNumberBlocks.delete(block.id, { porting_order_id: order.id });
  await assert.rejects(client.portingOrders.phoneNumberBlocks.create(order.id, {
    phone_number_range: { start_at: '+13125550100', end_at: '+13125550199' },
    activation_ranges: [{ start_at: '+13125550190', end_at: '+13125550200' }] }), code('10015'));
  const associated = (await client.portingOrders.associatedPhoneNumbers.create(order.id, {
    action: 'keep', phone_number_range: { start_at: '+13125550100', end_at: '+13125550101' } })).data;
  assert.equal((await all(client.portingOrders.associatedPhoneNumbers.list(order.id, { filter: { action: 'keep' } }))).length, 1);
  await client.portingOrders.associatedPhoneNumbers.delete(associated.id, { porting_order_id: order.id });

  const document = await upload(client, 'csr.pdf');
  const [additional] = (await client.portingOrders.additionalDocuments.create(order.id, {
    additional_documents: [{ document_id: document, document_type: 'csr' }] })).data;
  assert.equal(additional.filename, 'csr.pdf');
  await assert.rejects(client.documents.delete(document), code('10021'));
  await client.portingOrders.additionalDocuments.delete(additional.id, { id: order.id });

  const [line] = await all(client.portingPhoneNumbers.list({ filter: { porting_order_status: 'draft' } }));
  assert.equal(line.phone_number, number);
  const extension = (await client.portingOrders.phoneNumberExtensions.create(order.id, {
    porting_phone_number_id: line.id, extension_range: { start_at: 1, end_at: 10 }, activation_ranges: [{ start_at: 1, end_at: 5 }] })).data;
  await client.portingOrders.phoneNumberExtensions.delete(extension.id, { porting_order_id: order.id });
  const shared = (await client.portingOrders.actions.share(order.id, { expires_in_seconds: 60 })).data;
  assert.ok(shared.token);
  const letter = await client.portingOrders.retrieveLoaTemplate(order.id);
  assert.match(Buffer.from(await letter.arrayBuffer()).toString('latin1'), /^%PDF-1\.4[^]*Letter of Authorization[^]*%%EOF\n$/);
  await assert.rejects(stranger.portingOrders.retrieve(order.id), code('10005'));
  await client.portingOrders.delete(order.id);
  await assert.rejects(client.portingOrders.retrieve(order.id), code('10005'));
  assert.equal((await all(client.portingPhoneNumbers.list({ filter: { phone_number: [number] } }))).length, 0);
});

test('a letter of authorization of our own', async () => {
  const logo = (await client.documents.upload({ file: Buffer.from('png').toString('base64'), filename: 'logo.png' })).data.id;
  const body = { name: 'Ours', company_name: 'Acme', logo: { document_id: logo },
    address: { street_address: '600 Congress Avenue', city: 'Austin', state: 'TX', zip_code: '78701', country_code: 'US' },
    contact: { email: 'help@example.com', phone_number: '+12003270001' } };
  const made = (await client.porting.loaConfigurations.create(body)).data;
  assert.equal(made.logo.content_type, 'image/png');
  const shown = await client.porting.loaConfigurations.preview1(made.id);
  assert.match(Buffer.from(await shown.arrayBuffer()).toString('latin1'), /\(Acme\)/);
  const asked = await client.porting.loaConfigurations.preview0({ ...body, company_name: 'Before' });
  assert.match(Buffer.from(await asked.arrayBuffer()).toString('latin1'), /\(Before\)/);
  await assert.rejects(client.porting.loaConfigurations.create({ ...body, logo: { document_id: await upload(client) } }), code('10015'));
  await assert.rejects(client.documents.delete(logo), code('10021'));
  await client.porting.loaConfigurations.delete(made.id);
});

test('a number moves from one account to another when its owner agrees', async () => {
  const number = await freeNumber(4);
  const bought = (await client.numberOrders.create({ phone_numbers: [{ phone_number: number }] })).data;
  await tandem.advance(10 * kMinute);
  await until(async () => (await client.numberOrders.retrieve(bought.id)).data, (one) => one.status === 'success');
  const order = await filledIn(stranger, [number]);
  await stranger.portingOrders.actions.confirm(order.id);
  await tandem.advance(kMinute);
  await status(stranger, order.id, 'submitted');
  const [portout] = await all(client.portouts.list({ filter: { phone_number: number } }));
  assert.equal(portout.status, 'pending');
  assert.equal(portout.end_user_name, 'Acme');
  assert.equal((await client.portouts.listRejectionCodes(portout.id, { filter: { code: 1002 } })).data[0].description, 'Invalid PIN');
  const comment = (await client.portouts.comments.create(portout.id, { body: 'Who are you?' })).data;
  assert.deepEqual((await client.portouts.comments.list(portout.id)).data.map((one) => one.id), [comment.id]);
  const [supporting] = (await client.portouts.supportingDocuments.create(portout.id, { documents: [{ document_id: await upload(client), type: 'loa' }] })).data;
  assert.deepEqual((await client.portouts.supportingDocuments.list(portout.id)).data.map((one) => one.id), [supporting.id]);
  await assert.rejects(stranger.portouts.retrieve(portout.id), code('10005'));
  await client.portouts.updateStatus('authorized', { id: portout.id, reason: 'It is hers' });
  await until(async () => (await stranger.portingOrders.retrieve(order.id)).data, (one) => one.status.value !== 'submitted');
  await tandem.advance(5 * 24 * kHour);
  await status(stranger, order.id, 'ported');
  assert.equal((await client.portouts.retrieve(portout.id)).data.status, 'ported');
  assert.equal((await client.phoneNumbers.list({ filter: { phone_number: number } })).data.length, 0);
  assert.equal((await stranger.phoneNumbers.list({ filter: { phone_number: number } })).data.length, 1);
  const events = await all(client.portouts.events.list({ filter: { event_type: 'portout.status_changed' } }));
  assert.deepEqual(events.map((event) => event.payload.status), ['ported', 'authorized', 'pending']);
});

test('orders as a report', async () => {
  const report = (await client.porting.reports.create({ report_type: 'export_porting_orders_csv', params: { filters: { status__in: ['ported'] } } })).data;
  assert.equal(report.status, 'pending');
  await tandem.advance(10_000);
  const made = await until(async () => (await client.porting.reports.retrieve(report.id)).data, (one) => one.status === 'completed');
  const file = await client.documents.download(made.document_id);
  const lines = (await file.text()).trim().split('\r\n');
  assert.match(lines[0], /^id,support_key,status/);
  assert.equal(lines.length, 2);
});

test('codes prove who has the numbers', async () => {
  const numbers = [await freeNumber(8), await freeNumber(9)];
  const order = await filledIn(client, numbers);
  const codes = client.portingOrders.verificationCodes;
  assert.deepEqual(await all(codes.list(order.id)), []);
  await assert.rejects(codes.verify(order.id, { verification_codes: [{ phone_number: numbers[0], code: '1' }] }), code('10015'));
  await assert.rejects(codes.send(order.id, { phone_numbers: ['+13125550100'], verification_method: 'sms' }), code('10015'));
  await assert.rejects(codes.send(order.id, { phone_numbers: ['nobody'], verification_method: 'sms' }), code('10016'));
  await assert.rejects(stranger.portingOrders.verificationCodes.send(order.id, { phone_numbers: numbers }), code('10005'));
  await codes.send(order.id, { phone_numbers: [numbers[0]], verification_method: 'sms' });
  await codes.send(order.id, { phone_numbers: [numbers[1]], verification_method: 'call' });
  const [text] = await until(() => inboxOf(tandem, numbers[0]), (got) => got.length > 0, 'the text');
  const right = text.text.match(/\d{6}/)[0];
  const calls = async () => (await tandem.request('GET', `/sandbox/calls?number=${encodeURIComponent(numbers[1])}`)).body.data;
  await until(calls, (got) => got.length > 0, 'the call');
  const { data } = await codes.verify(order.id, { verification_codes: [{ phone_number: numbers[0], code: right }, { phone_number: numbers[1], code: right + '0' }] });
  assert.deepEqual(data.map((one) => [one.phone_number, one.verified, one.record_type]),
    [[numbers[0], true, 'porting_verification_code'], [numbers[1], false, 'porting_verification_code']]);
  const verified = async (value) => (await all(codes.list(order.id, { filter: { verified: value } }))).map((one) => one.phone_number);
  assert.deepEqual(await verified(true), [numbers[0]]);
  assert.deepEqual(await verified(false), [numbers[1]]);
  await assert.rejects(stranger.portingOrders.verificationCodes.list(order.id), code('10005'));
});
