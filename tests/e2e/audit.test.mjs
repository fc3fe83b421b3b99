// Who changed what, and the tags that were given.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Tandem } from './tandem.mjs';

let tandem;
let client;
before(async () => {
  tandem = await Tandem.start();
  client = tandem.client();
});
after(() => tandem?.stop());

test('changes made through the API are listed, in both orders and by time', async () => {
  const { data: group } = await client.billingGroups.create({ name: 'before' });
  await tandem.advance(60_000);
  await client.billingGroups.update(group.id, { name: 'after' });
  await tandem.advance(60_000);
  await client.billingGroups.delete(group.id);

  const newest = (await client.auditEvents.list({ sort: 'desc' })).data;
  assert.deepEqual(newest.map((e) => e.change_type), ['delete', 'update', 'create']);
  assert.ok(newest.every((e) => e.record_type === 'audit_event' && e.resource_id === group.id));
  assert.deepEqual(newest[1].changes, [{ field: 'name', from: 'before', to: 'after' }]);
  const oldest = (await client.auditEvents.list({ sort: 'asc' })).data;
  assert.deepEqual(oldest, [...newest].reverse());
  const between = await client.auditEvents.list({
    filter: { created_after: newest[2].created_at, created_before: newest[0].created_at } });
  assert.deepEqual(between.data.map((e) => e.change_type), ['update']);
  const page = await client.auditEvents.list({ page: { number: 2, size: 2 }, sort: 'asc' });
  assert.deepEqual(page.data.map((e) => e.change_type), ['delete']);

  const stranger = tandem.client((await client.managedAccounts.create({ business_name: 'Somebody else' })).data.api_key);
  assert.equal((await stranger.auditEvents.list()).data.length, 0);
});

test('tags of numbers and profiles are listed once each', async () => {
  for (const [name, tags] of [['Sales team', ['west', 'sales']], ['Support team', ['west', 'support']]]) {
    await client.outboundVoiceProfiles.create({ name, tags });
  }
  const [{ phone_number }] = (await client.availablePhoneNumbers.list({ filter: { country_code: 'US', limit: 1 } })).data;
  await client.numberOrders.create({ phone_numbers: [{ phone_number }] });
  const { data: [number] } = await client.phoneNumbers.list();
  await client.phoneNumbers.update(number.id, { tags: ['front desk'] });
  assert.deepEqual((await client.userTags.list()).data, {
    number_tags: ['front desk'], outbound_profile_tags: ['sales', 'support', 'west'] });
  assert.deepEqual((await client.userTags.list({ filter: { starts_with: 's' } })).data, {
    number_tags: [], outbound_profile_tags: ['sales', 'support'] });
});
