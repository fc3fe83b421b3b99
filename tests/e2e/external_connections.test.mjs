// Connections to the calling services of others: places, numbers handed over, tickets.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
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

const code = (wanted) => (error) => error.error.errors[0].code === wanted;

async function own(count) {
  const { data: found } = await client.availablePhoneNumbers.list({ filter: { country_code: 'US', national_destination_code: '312', limit: count } });
  const phone_numbers = found.map(({ phone_number }) => ({ phone_number }));
  const { data: order } = await client.numberOrders.create({ phone_numbers });
  await until(async () => (await client.numberOrders.retrieve(order.id)).data.status, (status) => status === 'success', 'the order');
  return Promise.all(phone_numbers.map(async ({ phone_number }) => (await client.phoneNumbers.list({ filter: { phone_number } })).data[0]));
}

const zoom = async () => {
  const profile = (await client.outboundVoiceProfiles.create({ name: `zoom ${crypto.randomUUID()}` })).data.id;
  return (await client.externalConnections.create({ external_sip_connection: 'zoom', outbound: { outbound_voice_profile_id: profile } })).data.id;
};
/** The connection of the sandbox's tenant at Microsoft Teams. */
async function teams() {
  const started = await client.operatorConnect.actions.refresh();
  assert.equal(started.success, true);
  await tandem.advance(5_000);
  const { data } = await until(() => client.externalConnections.list({ filter: { external_sip_connection: 'operator_connect' } }), (page) => page.data.length > 0);
  assert.equal(data.length, 1);
  return data[0].id;
}
async function finished(id, ticket) {
  await tandem.advance(5_000);
  await until(async () => (await client.externalConnections.uploads.retrieve(ticket, { id })).data, (one) => one.status !== 'pending_upload');
  await tandem.advance(5_000);
  return (await until(() => client.externalConnections.uploads.retrieve(ticket, { id }), ({ data }) => data.status !== 'in_progress')).data;
}

test('a refresh brings the tenant, with the places its users work at', async () => {
  const id = await teams();
  const { data: offices } = await client.externalConnections.civicAddresses.list(id);
  assert.deepEqual(offices.map((one) => one.city_or_town).sort(), ['Austin', 'Dublin']);
  const irish = (await client.externalConnections.civicAddresses.list(id, { filter: { country: ['IE'] } })).data;
  assert.deepEqual(irish.map((one) => one.city_or_town), ['Dublin']);
  const [office] = irish;
  assert.equal(office.record_type, 'civic_address');
  assert.equal(office.default_location_id, office.locations[0].id);
  assert.deepEqual((await client.externalConnections.civicAddresses.retrieve(office.id, { id })).data, office);
  await assert.rejects(stranger.externalConnections.civicAddresses.retrieve(office.id, { id }), code('10005'));
  await assert.rejects(stranger.externalConnections.civicAddresses.list(id), code('10005'));

  const address = (await client.addresses.create({ first_name: 'Ann', last_name: 'Bell', business_name: 'Bell', street_address: '600 Congress Avenue',
    locality: 'Austin', administrative_area: 'TX', postal_code: '78701', country_code: 'US' })).data.id;
  const set = (location, static_emergency_address_id) => client.externalConnections.updateLocation(location, { id, static_emergency_address_id });
  assert.equal((await set(office.default_location_id, address)).data.static_emergency_address_id, address);
  await assert.rejects(set(office.default_location_id, crypto.randomUUID()), code('10017'));
  await assert.rejects(set(crypto.randomUUID(), address), code('10005'));
});

test('numbers are handed over by a ticket, move within the connection, and are released when another gets them', async () => {
  const id = await teams();
  const uploads = client.externalConnections.uploads;
  const [one, two] = await own(2);
  await assert.rejects(uploads.create(id, { number_ids: ['1'] }), code('10017'));
  await assert.rejects(uploads.create(id, { number_ids: [one.id, one.id] }), code('10022'));
  await assert.rejects(uploads.create(id, { number_ids: [one.id], location_id: crypto.randomUUID() }), code('10017'));
  const { ticket_id: ticket } = await uploads.create(id, { number_ids: [one.id, two.id], additional_usages: ['first_party_app_assignment'] });
  assert.deepEqual((await uploads.pendingCount(id)).data, { pending_numbers_count: 2, pending_orders_count: 1 });
  await assert.rejects(uploads.retry(ticket, { id }), code('10036'));
  const done = await finished(id, ticket);
  assert.equal(done.status, 'success');
  assert.deepEqual(done.tn_upload_entries.map((entry) => entry.status), ['success', 'success']);
  assert.equal((await uploads.list(id, { filter: { phone_number: { eq: one.phone_number }, status: { eq: ['success'] } } })).data.length, 1);
  assert.equal((await uploads.list(id, { filter: { phone_number: { contains: '+1999' } } })).data.length, 0);
  await assert.rejects(uploads.retry(ticket, { id }), code('10027'));

  const numbers = client.externalConnections.phoneNumbers;
  const held = (await numbers.retrieve(one.id, { id })).data;
  assert.equal(held.telephone_number, one.phone_number);
  assert.deepEqual(held.acquired_capabilities, ['InboundCalling', 'OutboundCalling', 'UserAssignment', 'FirstPartyAppAssignment']);
  const offices = (await client.externalConnections.civicAddresses.list(id)).data;
  const other = offices.find((office) => office.id !== held.civic_address_id);
  const moved = (await numbers.update(one.id, { id, location_id: other.default_location_id })).data;
  assert.equal(moved.civic_address_id, other.id);
  assert.equal((await numbers.list(id, { filter: { civic_address_id: { eq: other.id } } })).data[0].number_id, one.id);
  await assert.rejects(numbers.update(one.id, { id, location_id: crypto.randomUUID() }), code('10017'));
  await assert.rejects(stranger.externalConnections.phoneNumbers.retrieve(one.id, { id }), code('10005'));

  const elsewhere = await zoom();
  const next = await client.externalConnections.uploads.create(elsewhere, { number_ids: [one.id] });
  assert.equal((await finished(elsewhere, next.ticket_id)).status, 'success');
  assert.deepEqual((await numbers.list(id)).data.map((number) => number.number_id), [two.id]);
  const [release] = (await client.externalConnections.releases.list(id, { filter: { phone_number: { eq: one.phone_number }, status: { eq: ['complete'] } } })).data;
  assert.deepEqual(release.telephone_numbers, [{ number_id: one.id, phone_number: one.phone_number }]);
  assert.deepEqual((await client.externalConnections.releases.retrieve(release.ticket_id, { id })).data, release);
});

test('a number that is gone before it was handed over fails, and the log says so', async () => {
  const id = await zoom();
  const [number] = await own(1);
  const { ticket_id: ticket } = await client.externalConnections.uploads.create(id, { number_ids: [number.id] });
  await client.phoneNumbers.delete(number.id);
  const failed = await finished(id, ticket);
  assert.equal(failed.status, 'error');
  assert.equal(failed.tn_upload_entries[0].error_code, 'internal_error');
  const messages = async () => (await client.externalConnections.logMessages.list({ filter: { external_connection_id: id } })).log_messages;
  const [message] = await messages();
  assert.equal(message.meta.telephone_number, number.phone_number);
  assert.equal(message.meta.ticket_id, ticket);
  assert.deepEqual((await client.externalConnections.logMessages.retrieve(message.id)).log_messages, [message]);
  await assert.rejects(stranger.externalConnections.logMessages.retrieve(message.id), code('10005'));
  assert.equal((await client.externalConnections.uploads.retry(ticket, { id })).data.status, 'pending_upload');
  assert.equal((await client.externalConnections.logMessages.dismiss(message.id)).success, true);
  assert.deepEqual(await messages(), []);
  await client.externalConnections.delete(id);
  await assert.rejects(client.externalConnections.uploads.list(id), code('10005'));
});

test('a credential gives tokens to log in with, until it ends', async () => {
  const connection = (await client.credentialConnections.create({ connection_name: 'apps', user_name: 'appsofall1', password: 'correct horse battery' })).data.id;
  const credential = (await client.telephonyCredentials.create({ connection_id: connection, expires_at: new Date(Date.now() + 3_600_000).toISOString() })).data;
  const token = await client.telephonyCredentials.createToken(credential.id);
  const claims = JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
  assert.equal(claims.sub, credential.id);
  assert.equal(claims.exp, Math.floor(Date.parse(credential.expires_at) / 1000));
  await assert.rejects(stranger.telephonyCredentials.createToken(credential.id), (error) => error.status === 404);
  await tandem.advance(3_700_000);
  await assert.rejects(client.telephonyCredentials.createToken(credential.id), (error) => error.status === 422);
});
