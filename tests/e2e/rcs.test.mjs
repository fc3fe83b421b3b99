// RCS: messages of agents to phones that show them, and what goes to those that do not.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { buyNumber, inboxOf, refused } from './messaging.mjs';
import { Receiver, Tandem } from './tandem.mjs';
import { until } from './until.mjs';

let tandem;
let client;
let stranger;
let receiver;
let profile;
const rich = '+15005550109';
const plain = '+13125550166';
before(async () => {
  tandem = await Tandem.start();
  client = tandem.client();
  receiver = await Receiver.start();
  stranger = tandem.client((await client.managedAccounts.create({ business_name: 'Stranger' })).data.api_key);
  profile = (await client.messagingProfiles.create({ name: 'shop', whitelisted_destinations: ['US'], webhook_url: `${receiver.url}/profile` })).data.id;
  for (const agent of [{ agent_id: 'Shop', agent_name: 'The shop' }, { agent_id: 'Draft', launched: false }]) {
    assert.equal((await tandem.request('POST', '/sandbox/rcs_agents', { body: agent })).status, 201);
  }
});
after(async () => {
  await tandem?.stop();
  await receiver?.stop();
});

const got = async (number) => (await tandem.request('GET', `/sandbox/rcs_messages?number=${encodeURIComponent(number)}`)).body.data;
const send = (body) => client.messsages.rcs({ agent_id: 'Shop', to: rich, messaging_profile_id: profile,
  agent_message: { content_message: { text: 'Hello' } }, webhook_url: `${receiver.url}/rcs`, ...body });
const told = (type, id) => receiver.wait((r) => r.json?.data?.event_type === type && r.json.data.payload.id === id);
const balance = async () => Number((await client.balance.retrieve()).data.balance);

test('agents are given by the network, and belong to one account', async () => {
  assert.equal((await tandem.request('POST', '/sandbox/rcs_agents', { body: { agent_id: 'Shop' } })).body.errors[0].code, '10012');
  assert.deepEqual((await client.messaging.rcs.agents.list()).data.map((one) => one.agent_id).sort(), ['Draft', 'Shop']);
  const { data: agent } = await client.messaging.rcs.agents.retrieve('Shop');
  assert.deepEqual([agent.agent_name, agent.enabled, agent.profile_id], ['The shop', true, null]);
  const { data: changed } = await client.messaging.rcs.agents.update('Shop', { profile_id: profile, webhook_url: `${receiver.url}/agent` });
  assert.deepEqual([changed.profile_id, changed.webhook_url], [profile, `${receiver.url}/agent`]);
  await refused(client.messaging.rcs.agents.update('Shop', { profile_id: crypto.randomUUID() }), '10017');
  await refused(client.messagingProfiles.delete(profile), '10021');
  assert.deepEqual((await stranger.messaging.rcs.agents.list()).data, []);
  await refused(stranger.messaging.rcs.agents.retrieve('Shop'), '10005');
  await refused(stranger.messaging.rcs.agents.update('Shop', { profile_id: null }), '10005');
});

test('what a phone can show is asked of the network', async () => {
  const one = (await client.messaging.rcs.retrieveCapabilities(rich, { agent_id: 'Shop' })).data;
  assert.ok(one.features.includes('RICHCARD_CAROUSEL'));
  assert.deepEqual([one.agent_name, one.phone_number], ['The shop', rich]);
  const many = (await client.messaging.rcs.listBulkCapabilities({ agent_id: 'Shop', phone_numbers: [rich, plain] })).data;
  assert.deepEqual(many.map((each) => each.features.length > 0), [true, false]);
  await refused(client.messaging.rcs.listBulkCapabilities({ agent_id: 'Shop', phone_numbers: ['12'] }), '10016');
  await refused(client.messaging.rcs.listBulkCapabilities({ agent_id: 'Nobody', phone_numbers: [rich] }), '10017');
  await refused(stranger.messaging.rcs.retrieveCapabilities(rich, { agent_id: 'Shop' }), '10005');
  const { data: { url } } = await client.messages.rcs.generateDeeplink('Shop', { phone_number: '+13125550100', body: 'Hi there' });
  assert.match(url, /^sms:\+13125550100\?service_id=Shop%40rbm\.goog&body=Hi%20there$/);
});

const recordOf = async (id) => (await client.detailRecords.list({ filter: { record_type: 'messaging' }, page: { size: 50 } })).data.find((r) => r.uuid === id);

test('a phone with RCS gets the message, and it is told and paid', async () => {
  const before = await balance();
  const rich_card = { standalone_card: { card_orientation: 'VERTICAL', thumbnail_image_alignment: 'LEFT', card_content: { title: 'Elephant',
    suggestions: [{ reply: { text: 'Yes', postback_data: 'yes' } }] } } };
  const { data } = await send({ agent_message: { content_message: { rich_card } } });
  assert.deepEqual([data.type, data.to[0].status, data.from.agent_id], ['RCS', 'queued', 'Shop']);
  await told('rcs.message.sent', data.id);
  const { json } = await told('rcs.message.finalized', data.id);
  assert.equal(json.data.payload.to[0].status, 'delivered');
  const [message] = await got(rich);
  assert.deepEqual([message.id, message.agent_id, message.content.content_message.rich_card], [data.id, 'Shop', rich_card]);
  assert.equal((await balance()).toFixed(2), (before - 0.01).toFixed(2));
  const record = await recordOf(data.id);
  assert.deepEqual([record.message_type, record.status, record.cli, record.cld, record.cost, record.rate, record.parts, record.direction],
    ['RCS', 'delivered', 'Shop', rich, '0.0100', '0.0100', 1, 'outbound']);
  assert.equal((await client.reports.listMdrs({ id: data.id })).data.length, 0);
});

test('a phone without RCS gets the text or the picture instead', async () => {
  const from = await buyNumber(tandem, client, profile);
  const before = await balance();
  const { data } = await send({ to: plain, sms_fallback: { from, text: 'Hello by text' } });
  const [text] = await until(() => inboxOf(tandem, plain), (all) => all.length === 1, 'the text');
  assert.deepEqual([text.from, text.text], [from, 'Hello by text']);
  const { json: { data: { payload } } } = await told('rcs.message.finalized', data.id);
  assert.equal(payload.to[0].status, 'delivery_failed');
  assert.equal((await client.messages.retrieve(payload.fallback_message_id)).data.text, 'Hello by text');
  assert.ok(before - await balance() < 0.01, 'the text is paid, the RCS message is not');
  const record = await recordOf(data.id);
  assert.deepEqual([record.status, record.cost, record.errors], ['gw_reject', '0.0000', ['40008']]);
  await send({ to: '+13125550167', mms_fallback: { from, text: 'See', media_urls: [`${tandem.origin}/sandbox/picture.png`] } });
  const [picture] = await until(() => inboxOf(tandem, '+13125550167'), (all) => all.length === 1, 'the picture');
  assert.equal(picture.media?.length ?? picture.media_urls?.length, 1, JSON.stringify(picture));
  const lost = (await send({ to: plain })).data;
  assert.equal((await told('rcs.message.finalized', lost.id)).json.data.payload.errors[0].code, '40008');
});

test('an agent that is not launched writes to numbers it has invited', async () => {
  const draft = () => send({ agent_id: 'Draft' });
  await refused(draft(), '10015');
  assert.equal((await client.messaging.rcs.inviteTestNumber(rich, { id: 'Draft' })).data.status, 'PENDING');
  assert.equal((await got(rich))[0].kind, 'invitation');
  await told('rcs.message.finalized', (await draft()).data.id);
});

test('what cannot be sent is refused', async () => {
  await refused(send({ agent_id: 'Nobody' }), '10017');
  await refused(send({ messaging_profile_id: crypto.randomUUID() }), '10017');
  await refused(send({ to: 'somebody' }), '40310');
  await refused(send({ to: '+447400123456' }), '40309');
  await refused(send({ agent_message: {} }), '40316');
  await refused(send({ agent_message: { content_message: { text: 'a', content_info: { file_url: 'https://example.com/a.png' } } } }), '40316');
  await refused(send({ agent_message: { content_message: { text: 'late' }, expire_time: '2020-01-01T00:00:00Z' } }), '10015');
  await refused(send({ agent_message: { content_message: { text: 'late' }, ttl: 'soon' } }), '10015');
  await refused(stranger.messsages.rcs({ agent_id: 'Shop', to: rich, messaging_profile_id: profile, agent_message: { content_message: { text: 'Hi' } } }), '10017');
});

test('a message that was queued when the platform fell is sent by the next start', async () => {
  const { data } = await send({ agent_message: { content_message: { text: 'through the night' } } });
  await tandem.restart();
  await tandem.advance(31_000);
  await told('rcs.message.finalized', data.id);
});
