// Verification of toll-free numbers: what a request goes through, and that it lets a number send.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { buyNumber, inboxOf, refused, tollFreeRequest } from './messaging.mjs';
import { Receiver, Tandem } from './tandem.mjs';
import { until } from './until.mjs';

let tandem;
let client;
let stranger;
let receiver;
let profile;
let requests;
before(async () => {
  tandem = await Tandem.start();
  client = tandem.client();
  receiver = await Receiver.start();
  stranger = tandem.client((await client.managedAccounts.create({ business_name: 'Stranger' })).data.api_key);
  profile = (await client.messagingProfiles.create({ name: 'alerts', whitelisted_destinations: ['US'] })).data.id;
  requests = client.messagingTollfree.verification.requests;
});
after(async () => {
  await tandem?.stop();
  await receiver?.stop();
});

const tollFree = () => buyNumber(tandem, client, profile, { country_code: 'US', phone_number_type: 'toll_free' });
const minute = () => tandem.advance(61_000);
const becomes = (id, status) => until(() => requests.retrieve(id), (seen) => seen.verificationStatus === status, status);
/** As the body of a request gives them. */
const asked = (shown) => Object.fromEntries(Object.keys(tollFreeRequest([])).map((key) => [key, shown[key]]));

test('a number sends once its request was granted, and each state is told', async () => {
  const from = await tollFree();
  const to = '+13125550191';
  const send = () => client.messages.send({ from, to, text: 'Your code is 12345' });
  await refused(send(), '40329');
  const body = tollFreeRequest([from], { webhookUrl: `${receiver.url}/tollfree` });
  const made = await requests.create(body);
  assert.equal(made.verificationStatus, 'In Progress');
  assert.equal(made.verificationRequestId, made.id);
  assert.deepEqual(asked(made), asked(body));
  await refused(requests.create(body), '10012');
  await minute();
  await becomes(made.id, 'Waiting For Vendor');
  await refused(send(), '40329');
  await tandem.restart();
  await minute();
  const granted = await becomes(made.id, 'Verified');
  assert.ok(granted.updatedAt > granted.createdAt);
  for (const status of ['Waiting For Vendor', 'Verified']) {
    const told = await receiver.wait((r) => r.json?.data?.payload?.verificationStatus === status);
    assert.equal(told.json.data.event_type, 'tollfree_verification.status_changed');
    assert.equal(told.json.data.payload.id, made.id);
  }
  await send();
  await until(() => inboxOf(tandem, to), (all) => all.length === 1);
  await refused(requests.update(made.id, body), '10015');
  await refused(requests.delete(made.id), '10015');
});

test('a request that lacks something, or was rejected, is sent again', async () => {
  const number = await tollFree();
  const { id } = await requests.create(tollFreeRequest([number], { businessName: 'INCOMPLETE' }));
  await minute();
  await becomes(id, 'Waiting For Vendor');
  await minute();
  assert.ok((await becomes(id, 'Waiting For Customer')).reason);
  const again = await requests.update(id, tollFreeRequest([number], { businessName: 'REJECT' }));
  assert.equal(again.verificationStatus, 'In Progress');
  await minute();
  await becomes(id, 'Waiting For Vendor');
  await minute();
  assert.ok((await becomes(id, 'Rejected')).reason);
  const listed = (query) => requests.list({ page: 1, page_size: 10, ...query });
  assert.deepEqual((await listed({ status: 'Rejected' })).records.map((one) => one.id), [id]);
  assert.deepEqual((await listed({ phone_number: number })).records.map((one) => one.id), [id]);
  assert.deepEqual((await listed({ phone_number: number, date_end: '2020-01-01T00:00:00Z' })).records, []);
  assert.deepEqual((await stranger.messagingTollfree.verification.requests.list({ page: 1, page_size: 10 })).records, []);
  await refused(stranger.messagingTollfree.verification.requests.retrieve(id), '10005');
  await requests.delete(id);
  await refused(requests.retrieve(id), '10005');
});

test('numbers are the account\'s own, toll-free, and written in E.164', async () => {
  const local = await buyNumber(tandem, client, profile);
  await refused(requests.create(tollFreeRequest([local])), '10015');
  await refused(requests.create(tollFreeRequest(['8005550100'])), '10016');
  await refused(requests.create(tollFreeRequest(['+18005550100'])), '10017');
  await refused(stranger.messagingTollfree.verification.requests.create(tollFreeRequest([await tollFree()])), '10017');
  await refused(requests.create(tollFreeRequest([])), '10033');
  await refused(requests.create({ ...tollFreeRequest([local]), useCase: 'Spam' }), '10032');
});
