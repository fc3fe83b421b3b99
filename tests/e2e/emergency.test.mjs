// Addresses for emergency calls: what is refused and why, and locations that are registered in time.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Tandem } from './tandem.mjs';
import { untilStatus } from './until.mjs';

let tandem;
let client;
before(async () => {
  tandem = await Tandem.start();
  client = tandem.client();
});
after(() => tandem?.stop());

const office = {
  first_name: 'Alfred', last_name: 'Foster', business_name: "Toy-O'Kon", street_address: '600 Congress Avenue',
  locality: 'Austin', administrative_area: 'TX', postal_code: '78701', country_code: 'US',
};
const desk = {
  house_number: '600', street_name: 'Congress', locality: 'Austin', administrative_area: 'TX', postal_code: '78701', country_code: 'US',
};

test('an address is refused with the code and the member that is wrong', async () => {
  for (const [change, code, pointer] of [
    [{ country_code: 'XX' }, '20201', '/country_code'],
    [{ administrative_area: 'ZZ' }, '20204', '/administrative_area'],
    [{ postal_code: '7870' }, '20205', '/postal_code'],
    [{ street_address: 'PO Box 12' }, '20207', '/street_address'],
    [{ street_address: 'Congress Avenue' }, '20208', '/street_address'],
    [{ phone_number: '555' }, '10016', '/phone_number'],
    [{ first_name: '', business_name: '' }, '20200', '/business_name'],
  ]) {
    const { status, body } = await tandem.request('POST', '/addresses', { body: { ...office, ...change } });
    assert.equal(status, 422, JSON.stringify(body));
    assert.equal(body.errors[0].code, code);
    assert.equal(body.errors[0].source.pointer, pointer);
  }
  assert.equal((await client.addresses.list()).data.length, 0);
  // Not looked at for emergencies, a post box will do.
  await client.addresses.create({ ...office, street_address: 'PO Box 12', validate_address: false, address_book: false });
  assert.equal((await client.addresses.list({ filter: { address_book: { eq: 'false' } } })).data.length, 1);
  assert.equal((await client.addresses.list({ filter: { address_book: { eq: 'true' } } })).data.length, 0);
  assert.equal((await client.addresses.list({ filter: { used_as_emergency: 'true' } })).data.length, 0);
  assert.equal((await client.addresses.list({ filter: { used_as_emergency: 'false' } })).data.length, 1);
});

test('validation suggests the usual form', async () => {
  const good = await client.addresses.actions.validate({
    street_address: ' 1 Front St', locality: 'Toronto', administrative_area: 'on', postal_code: 'm5v3l9', country_code: 'CA' });
  assert.equal(good.data.result, 'valid');
  assert.equal(good.data.suggested.postal_code, 'M5V 3L9');
  assert.equal(good.data.suggested.administrative_area, 'ON');
  const bad = await client.addresses.actions.validate({ street_address: 'Nowhere', postal_code: '1', country_code: 'US' });
  assert.equal(bad.data.result, 'invalid');
  assert.deepEqual(bad.data.errors.map((error) => error.code), ['20208', '20205']);
});

test('suggestions are accepted once', async () => {
  const address = await client.addresses.create(office);
  const accept = () => tandem.request('POST', `/addresses/${address.data.id}/actions/accept_suggestions`, { body: {} });
  const first = await accept();
  assert.equal(first.status, 202, first.text);
  assert.equal(first.body.data.accepted, true);
  assert.equal((await accept()).status, 200);
});

test('dynamic locations are taken or refused by the registry in time, and last a restart', async () => {
  const address = await client.dynamicEmergencyAddresses.create(desk);
  assert.equal(address.data.status, 'pending');
  assert.ok(address.data.sip_geolocation_id);
  const endpoint = await client.dynamicEmergencyEndpoints.create({
    dynamic_emergency_address_id: address.data.id, callback_number: '+13125550000', caller_name: 'Desk' });
  const nowhere = await client.dynamicEmergencyAddresses.create({ ...desk, house_number: '0' });
  await tandem.restart();
  await tandem.advance(120_000);
  await untilStatus(() => client.dynamicEmergencyAddresses.retrieve(address.data.id), 'activated');
  await untilStatus(() => client.dynamicEmergencyAddresses.retrieve(nowhere.data.id), 'rejected');
  await tandem.advance(60_000);
  await untilStatus(() => client.dynamicEmergencyEndpoints.retrieve(endpoint.data.id), 'activated');
  await assert.rejects(client.dynamicEmergencyAddresses.delete(address.data.id), (error) => error.error.errors[0].code === '10021');
  await assert.rejects(client.dynamicEmergencyEndpoints.create({
    dynamic_emergency_address_id: nowhere.data.id, callback_number: '+13125550000', caller_name: 'Desk' }), { status: 422 });
  await client.dynamicEmergencyEndpoints.delete(endpoint.data.id);
  await client.dynamicEmergencyAddresses.delete(address.data.id);
});
