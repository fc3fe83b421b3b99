// Words of handsets: those of a profile's own, those that everyone knows, and who said STOP.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { buyNumber, inboxOf, refused } from './messaging.mjs';
import { Receiver, Tandem } from './tandem.mjs';
import { until } from './until.mjs';

let tandem;
let client;
let hooks;
const shops = [];

before(async () => {
  tandem = await Tandem.start();
  client = tandem.client();
  hooks = await Receiver.start();
  for (const name of ['one', 'two']) {
    const profile = (await client.messagingProfiles.create({ name, whitelisted_destinations: ['US', 'GB'], webhook_url: hooks.url })).data.id;
    shops.push({ profile, number: await buyNumber(tandem, client, profile) });
  }
});
after(async () => {
  await hooks?.stop();
  await tandem?.stop();
});

/** A handset says something, until the platform has heard it. */
async function say(from, to, text) {
  const before = hooks.requests.length;
  await tandem.request('POST', '/sandbox/messages', { body: { from, to, text } });
  await hooks.wait((r) => hooks.requests.indexOf(r) >= before && r.json?.data?.payload?.from?.phone_number === from && r.json.data.payload.text === text);
}
const answers = (handset, count) => until(() => inboxOf(tandem, handset), (texts) => texts.length >= count, `${count} answers`);
const send = (shop, to) => client.messages.send({ from: shop.number, to, text: 'Offers' });

describe('words of a profile', () => {
  test('stop and start as STOP and START do', async () => {
    const [shop] = shops;
    const configs = client.messagingProfiles.autorespConfigs;
    await configs.create(shop.profile, { op: 'stop', keywords: ['BASTA', 'ENOUGH'], resp_text: 'We are silent', country_code: '*' });
    await configs.create(shop.profile, { op: 'start', keywords: ['ENCORE'], resp_text: 'Here we are', country_code: '*' });
    await say('+13125550501', shop.number, 'enough');
    assert.equal((await answers('+13125550501', 1))[0].text, 'We are silent');
    await refused(send(shop, '+13125550501'), '40300');
    await say('+13125550501', shop.number, 'encore');
    assert.equal((await answers('+13125550501', 2))[0].text, 'Here we are');
    await send(shop, '+13125550501');
  });

  test('go before those that everyone knows, in their country', async () => {
    const [, shop] = shops;
    const { data } = await client.messagingProfiles.autorespConfigs.create(shop.profile, { op: 'info', keywords: ['HELP'], resp_text: 'Call us', country_code: 'GB' });
    await say('+447400100001', shop.number, 'HELP');
    await say('+13125550502', shop.number, 'HELP');
    assert.equal((await answers('+447400100001', 1))[0].text, 'Call us');
    assert.match((await answers('+13125550502', 1))[0].text, /STOP/);
    await client.messagingProfiles.autorespConfigs.update(data.id, { profile_id: shop.profile, op: 'info', keywords: ['HELP'], resp_text: 'Write to us', country_code: 'GB' });
    await say('+447400100002', shop.number, 'help');
    assert.equal((await answers('+447400100002', 1))[0].text, 'Write to us');
    await client.messagingProfiles.autorespConfigs.delete(data.id, { profile_id: shop.profile });
    await say('+447400100003', shop.number, 'help');
    assert.match((await answers('+447400100003', 1))[0].text, /STOP/);
  });

  test('are nothing but the word', async () => {
    const [shop] = shops;
    await say('+13125550503', shop.number, 'please do not stop');
    await send(shop, '+13125550503');
  });
});

describe('opt-outs', () => {
  before(async () => {
    for (const shop of shops) await say('+13125550510', shop.number, 'STOP');
    await tandem.advance(3_600_000);
    await say('+13125550511', shops[0].number, 'unsubscribe');
  });
  const listed = async (query) => (await client.messagingOptouts.list(query)).data.map(({ to, keyword }) => [to, keyword]);

  test('hold for one profile only', async () => {
    await refused(send(shops[0], '+13125550511'), '40300');
    await send(shops[1], '+13125550511');
  });

  test('are listed by profile, number and time', async () => {
    assert.deepEqual(await listed({ filter: { messaging_profile_id: shops[1].profile } }), [['+13125550510', 'STOP']]);
    assert.deepEqual((await listed({ filter: { from: shops[0].number } })).sort(), [['+13125550510', 'STOP'], ['+13125550511', 'UNSUBSCRIBE']]);
    const { data: { now } } = (await tandem.request('GET', '/sandbox/clock')).body;
    const middle = new Date(Date.parse(now) - 1_800_000).toISOString();
    assert.deepEqual(await listed({ created_at: { gte: middle } }), [['+13125550511', 'UNSUBSCRIBE']]);
    assert.equal((await listed({ created_at: { lte: middle } })).length, 2);
    assert.equal((await listed({ page: { size: 1 } })).length, 1);
  });

  test('can be shown without the end of the number', async () => {
    const { data } = await client.messagingOptouts.list({ redaction_enabled: 'true', filter: { messaging_profile_id: shops[1].profile } });
    assert.equal(data[0].to, '+1312555****');
  });
});

test('a bad set of words is refused', async () => {
  const make = (body) => client.messagingProfiles.autorespConfigs.create(shops[0].profile, body);
  await refused(make({ op: 'stop', keywords: [], country_code: 'US' }), '10004');
  await assert.rejects(make({ op: 'dance', keywords: ['X'], country_code: 'US' }));
});
