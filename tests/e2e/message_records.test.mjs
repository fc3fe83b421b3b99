// What messages cost, what is given back, and what is written about them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Contract } from './contract.mjs';
import { buyNumber } from './messaging.mjs';
import { Receiver, Tandem } from './tandem.mjs';
import { until } from './until.mjs';

let tandem;
let client;
let hooks;
let profile;
let number;

before(async () => {
  tandem = await Tandem.start();
  client = tandem.client();
  hooks = await Receiver.start();
  profile = (await client.messagingProfiles.create({ name: 'Books', whitelisted_destinations: ['US', 'GB'], webhook_url: hooks.url, alpha_sender: 'Books' })).data;
  number = await buyNumber(tandem, client, profile.id);
});
after(async () => {
  await hooks?.stop();
  await tandem?.stop();
});

/** What there is, without what is set aside, in hundredths of cents. */
const money = async () => Math.round(Number((await client.balance.retrieve()).data.available_credit) * 10_000);
const ended = async (id) => (await hooks.wait((r) => r.json?.data?.event_type === 'message.finalized' && r.json.data.payload.id === id)).json.data.payload;
const recordOf = async (id) => (await client.detailRecords.list({ filter: { record_type: 'messaging', date_range: 'today' }, page: { size: 50 } })).data.find((r) => r.uuid === id);
/** Sends, waits for the end; what it cost in hundredths of cents. */
async function costOf(fields) {
  const before = await money();
  const { data } = await client.messages.send({ from: number, text: 'Hello', ...fields });
  const payload = await ended(data.id);
  return { cost: before - await money(), payload, record: await recordOf(data.id) };
}

test('a text is paid by its parts and where it goes', async () => {
  assert.equal((await costOf({ to: '+13125550601' })).cost, 40);
  assert.equal((await costOf({ to: '+13125550601', text: 'x'.repeat(400) })).cost, 120);
  const abroad = await costOf({ to: '+447400123456', from: 'Books', messaging_profile_id: profile.id });
  assert.equal(abroad.cost, 320);
  assert.equal(abroad.payload.cost.amount, '0.0320');
  assert.deepEqual([abroad.record.country_code, abroad.record.cli, abroad.record.rate], ['GB', 'Books', '0.0320']);
});

test('its record has what the contract names', async () => {
  const { record, payload } = await costOf({ to: '+13125550602' });
  assert.deepEqual(
    [record.direction, record.message_type, record.cli, record.cld, record.parts, record.status, record.profile_id, record.profile_name, record.currency],
    ['outbound', 'SMS', number, '+13125550602', 1, 'delivered', profile.id, 'Books', 'USD']);
  assert.equal(record.cost, payload.cost.amount);
  assert.deepEqual([record.country_code, record.source_country_code], ['US', 'US']);
  for (const time of ['created_at', 'sent_at', 'completed_at', 'updated_at']) assert.ok(Date.parse(record[time]), time);
  assert.deepEqual(record.errors, []);
});

test('its record names the network as number lookups do, and the tags of the number', async () => {
  const [{ id }] = (await client.phoneNumbers.list({ filter: { phone_number: number } })).data;
  await client.phoneNumbers.update(id, { tags: ['spring', 'shop'] });
  const to = '+13122340602';
  const { record, payload } = await costOf({ to });
  const { carrier } = (await client.numberLookup.retrieve(to, { type: 'carrier' })).data;
  assert.equal(record.carrier, carrier.name);
  assert.equal(payload.to[0].carrier, carrier.name);
  assert.equal(record.mcc, carrier.mobile_country_code || '310');
  assert.equal(record.mnc ?? '', carrier.mobile_network_code);
  assert.deepEqual([record.tags, payload.tags, record.on_net], ['spring,shop', ['spring', 'shop'], false]);
  const british = (await costOf({ to: '+447400123457', from: 'Books', messaging_profile_id: profile.id })).record;
  assert.match(`${british.carrier} ${british.mcc} ${british.mnc}`, /^(EE 234 30|O2 234 10|Vodafone 234 15|Three 234 20)$/);
  assert.equal(british.tags, '');
});

test('no field of the contract is left out', async () => {
  const { document } = await Contract.of(tandem);
  const fields = (name) => Object.keys(document.components.schemas[name].properties).sort();
  const { data } = await client.messages.send({ from: 'Books', messaging_profile_id: profile.id, to: '+447400123458', text: 'all of it',
    webhook_url: `${hooks.url}/own` });
  await ended(data.id);
  const record = await until(() => recordOf(data.id), (one) => one.delivery_status, 'the webhook to be noted');
  assert.deepEqual(Object.keys(record).sort(), fields('MessageDetailRecord'));
  const { data: [mdr] } = await client.reports.listMdrs({ id: data.id });
  assert.deepEqual(Object.keys(mdr).sort(), fields('MdrDetailResponse'));
});

test('its record tells what became of the webhook', async () => {
  const webhook_failover_url = `${hooks.url}/failover`;
  const { record } = await costOf({ to: '+13125550605', webhook_failover_url });
  assert.deepEqual([record.delivery_status_webhook_url, record.delivery_status_failover_url], [webhook_failover_url, hooks.url]);
  const statusOf = (id) => until(async () => (await recordOf(id)).delivery_status, Boolean, 'the webhook to be noted');
  assert.equal(await statusOf(record.uuid), 'success: webhook succeeded');
  const deaf = await Receiver.start((seen) => (seen.json.data.event_type === 'message.finalized' ? 500 : 200));
  const { data } = await client.messages.send({ from: number, to: '+13125550606', text: 'unheard', webhook_url: deaf.url, use_profile_webhooks: false });
  await deaf.event('message.finalized');
  assert.equal(await statusOf(data.id), 'failed: webhook failed');
  await deaf.stop();
  const { data: silent } = await client.messages.send({ from: number, to: '+13125550607', text: 'no webhook', use_profile_webhooks: false });
  await until(async () => (await client.messages.retrieve(silent.id)).data.to[0].status, (status) => status === 'delivered', 'its end');
  assert.equal((await recordOf(silent.id)).delivery_status, undefined);
});

test('between two numbers of the platform it is received, and on-net both ways', async () => {
  const other = await buyNumber(tandem, client, profile.id);
  const { record } = await costOf({ to: other, text: 'inside' });
  assert.deepEqual([record.on_net, record.carrier], [true, 'Tandem']);
  const { payload } = (await hooks.wait((r) => r.json?.data?.event_type === 'message.received' && r.json.data.payload.text === 'inside')).json.data;
  assert.deepEqual([payload.from.carrier, payload.from.line_type], ['Tandem', 'VoIP']);
  const inbound = await recordOf(payload.id);
  assert.deepEqual([inbound.on_net, inbound.carrier, inbound.delivery_status_webhook_url], [true, 'Tandem', hooks.url]);
});

test('what a network took over is paid, even when it fails there; what networks break is not', async () => {
  const failed = await costOf({ to: '+15005550008' });
  assert.equal(failed.cost, 40);
  assert.deepEqual([failed.record.status, failed.record.errors], ['failed', ['40008']]);
  for (const [to, status] of [['+15005550006', 'failed'], ['+15005550007', 'failed'], ['+15005550012', 'gw_reject']]) {
    const { cost, payload, record } = await costOf({ to });
    assert.equal(cost, 0, to);
    assert.equal(payload.cost.amount, '0.0000');
    assert.deepEqual([record.status, record.cost], [status, '0.0000']);
  }
});

test('a message that is taken back is refunded', async () => {
  const before = await money();
  const { data: { now } } = (await tandem.request('GET', '/sandbox/clock')).body;
  const send_at = new Date(Date.parse(now) + 600_000).toISOString();
  const { data } = await client.messages.schedule({ from: number, to: '+13125550603', text: 'later', send_at });
  await client.messages.cancelScheduled(data.id);
  assert.equal(await money(), before);
});

test('texts and pictures that come in are paid and recorded', async () => {
  const say = async (text, more) => {
    const before = await money();
    await tandem.request('POST', '/sandbox/messages', { body: { from: '+13125550604', to: number, text, ...more } });
    const { payload } = (await hooks.wait((r) => r.json?.data?.payload?.text === text)).json.data;
    return { cost: before - await money(), payload, record: await recordOf(payload.id) };
  };
  const text = await say('in');
  assert.equal(text.cost, Math.round(Number(text.payload.cost.amount) * 10_000));
  assert.ok(text.cost > 0);
  assert.deepEqual([text.record.direction, text.record.status, text.record.cli, text.record.cld], ['inbound', 'received', '+13125550604', number]);
  const long = await say('in '.repeat(100).trim());
  assert.equal(long.cost, text.cost * long.payload.parts);
  const picture = await say('a picture', { media_urls: ['/sandbox/picture.png'] });
  assert.equal(picture.record.message_type, 'MMS');
  assert.equal(picture.cost, Math.round(Number(picture.payload.cost.amount) * 10_000));
});

test('reports find them by what they are', async () => {
  const found = async (query) => (await client.reports.listMdrs(query)).data.length;
  assert.equal(await found({ status: 'GW_REJECT' }), 1);
  assert.equal(await found({ cld: '+13125550601' }), 2);
  assert.ok(await found({ direction: 'INBOUND' }) === 4);
  assert.equal(await found({ message_type: 'MMS' }), 1);
  assert.equal(await found({ profile: 'Books', status: 'FAILED' }), 3);
  assert.equal(await found({ profile: 'Others' }), 0);
  const period = { start_date: '2026-01-01T00:00:00Z', end_date: '2030-01-01T00:00:00Z', aggregation_type: 'NO_AGGREGATION' };
  const { data } = await client.reports.mdrUsageReports.fetchSync(period);
  assert.ok(data.result.length > 0);
  const usage = await client.usageReports.list({ product: 'messaging', dimensions: ['direction'], metrics: ['cost', 'count'], date_range: 'today' });
  const inbound = usage.data.find(({ direction }) => direction === 'inbound');
  assert.equal(Number(inbound.count), 4);
});
