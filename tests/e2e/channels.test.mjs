// What accounts hold for their calls besides numbers: inbound channels, SIPREC servers, Dialogflow agents.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Calling, codeOf } from './calling.mjs';
import { until } from './until.mjs';

let calling;
let tandem;
let client;
let stranger;
before(async () => {
  calling = await Calling.start();
  ({ tandem, client } = calling);
  stranger = tandem.client((await client.managedAccounts.create({ business_name: 'Stranger' })).data.api_key);
});
after(() => calling?.stop());

const balance = async () => Number((await client.balance.retrieve()).data.balance);

describe('inbound channels', () => {
  test('are held for the United States and in zones, and paid by the month', async () => {
    assert.deepEqual((await client.inboundChannels.list()).data, { channels: 0, record_type: 'inbound_channels' });
    const before = await balance();
    assert.equal((await client.inboundChannels.update({ channels: 2 })).data.channels, 2);
    assert.equal(await balance(), before - 24);
    await client.inboundChannels.update({ channels: 3 });
    assert.equal(await balance(), before - 36);
    await client.inboundChannels.update({ channels: 1 });
    assert.equal(await balance(), before - 36);
    const zones = (await client.channelZones.list()).data;
    const euro = zones.find((zone) => zone.countries.includes('FR'));
    assert.equal(euro.channels, 0);
    const changed = await client.channelZones.update(euro.id, { channels: 4 });
    assert.deepEqual([changed.id, changed.channels], [euro.id, 4]);
    assert.equal((await client.channelZones.list()).data.find((zone) => zone.id === euro.id).channels, 4);
    assert.equal((await stranger.channelZones.list()).data.find((zone) => zone.id === euro.id).channels, 0);
    assert.equal((await stranger.inboundChannels.list()).data.channels, 0);
    await tandem.restart();
    assert.equal((await client.inboundChannels.list()).data.channels, 1);
    await assert.rejects(client.inboundChannels.update({ channels: -1 }), codeOf('10033'));
    await assert.rejects(client.channelZones.update('nowhere', { channels: 1 }), codeOf('10005'));
    await assert.rejects(client.inboundChannels.update({ channels: 10_000 }), codeOf('20100'));
    assert.equal((await client.inboundChannels.list()).data.channels, 1);
  });

  test('are what calls for numbers paid by the channel take, at no price by the minute', async () => {
    const [number] = (await client.phoneNumbers.list({ filter: { phone_number: calling.number } })).data;
    await client.phoneNumbers.voice.update(number.id, { usage_payment_method: 'channel' });
    const home = (await client.list.retrieveByZone('us')).data[0];
    assert.deepEqual([home.number_of_channels, home.numbers], [1, [{ country: 'US', number: calling.number }]]);
    assert.equal((await client.list.retrieveAll()).data[0].zone_id, 'us');
    assert.deepEqual((await stranger.list.retrieveAll()).data[0].numbers, []);
    const first = await calling.stay();
    const { body } = await tandem.request('POST', '/sandbox/calls', { body: { from: '+13125550143', to: calling.number, steps: [] } });
    const second = await until(async () => (await tandem.request('GET', `/sandbox/calls/${body.data.id}`)).body.data, (seen) => seen.status === 'ended');
    assert.equal(second.sip_code, 503, JSON.stringify(second));
    await calling.actions.hangup(first.id, {});
    await calling.event('call.hangup', first.id);
    const third = await calling.stay();
    await calling.actions.hangup(third.id, {});
    await client.phoneNumbers.voice.update(number.id, { usage_payment_method: 'pay-per-minute' });
  });
});

test('SIPREC servers are kept by their names', async () => {
  const made = (await client.siprecConnectors.create({ name: 'recorder', host: 'siprec.example.com', port: 5060 })).data;
  assert.equal(made.record_type, 'siprec_connector');
  await assert.rejects(client.siprecConnectors.create({ name: 'recorder', host: 'other.example.com', port: 5060 }), codeOf('10012'));
  await assert.rejects(client.siprecConnectors.create({ name: 'far', host: 'siprec.example.com', port: 70_000 }), codeOf('10033'));
  await assert.rejects(stranger.siprecConnectors.retrieve('recorder'), codeOf('10005'));
  const changed = (await client.siprecConnectors.update('recorder', { name: 'recorder', host: 'siprec2.example.com', port: 5080, app_subdomain: 'app' })).data;
  assert.deepEqual([changed.host, changed.port, changed.app_subdomain], ['siprec2.example.com', 5080, 'app']);
  assert.deepEqual((await client.siprecConnectors.retrieve('recorder')).data, changed);
  await client.siprecConnectors.create({ name: 'other', host: 'siprec.example.com', port: 5060 });
  await assert.rejects(client.siprecConnectors.update('recorder', { name: 'other', host: 'a.example.com', port: 1 }), codeOf('10012'));
  assert.equal((await client.siprecConnectors.update('recorder', { name: 'archive', host: 'siprec3.example.com', port: 5060 })).data.name, 'archive');
  await assert.rejects(client.siprecConnectors.retrieve('recorder'), codeOf('10005'));
  await client.siprecConnectors.delete('archive');
  await assert.rejects(client.siprecConnectors.retrieve('archive'), codeOf('10005'));
});

test('a connection has one Dialogflow agent, whose key is never shown', async () => {
  const id = calling.application.id;
  const service_account = { client_email: 'agent@example.iam.gserviceaccount.com', private_key: '-----BEGIN PRIVATE KEY-----' };
  await assert.rejects(client.dialogflowConnections.retrieve(id), codeOf('10005'));
  await assert.rejects(client.dialogflowConnections.create('1', { service_account }), codeOf('10005'));
  await assert.rejects(client.dialogflowConnections.create(id, { service_account: { client_email: 'x' } }), codeOf('10004'));
  await assert.rejects(stranger.dialogflowConnections.create(id, { service_account }), codeOf('10005'));
  const made = (await client.dialogflowConnections.create(id, { service_account, dialogflow_api: 'cx', environment: 'draft' })).data;
  assert.deepEqual([made.connection_id, made.service_account, made.environment], [id, '****', 'draft']);
  await assert.rejects(client.dialogflowConnections.create(id, { service_account }), codeOf('10012'));
  const changed = (await client.dialogflowConnections.update(id, { service_account, conversation_profile_id: 'abc' })).data;
  assert.equal(changed.conversation_profile_id, 'abc');
  assert.deepEqual((await client.dialogflowConnections.retrieve(id)).data, changed);
  await assert.rejects(stranger.dialogflowConnections.retrieve(id), codeOf('10005'));
  await client.dialogflowConnections.delete(id);
  await assert.rejects(client.dialogflowConnections.delete(id), codeOf('10005'));
});
