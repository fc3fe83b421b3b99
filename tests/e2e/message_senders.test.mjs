// Who a message comes from: numbers of a pool, names, kinds of senders; and what answers by itself.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Receiver, Tandem } from './tandem.mjs';
import { buyNumber, inboxOf, refused, verifyTollFree } from './messaging.mjs';

let tandem;
let client;
let hooks;
let profile;
let numbers;

before(async () => {
  tandem = await Tandem.start();
  client = tandem.client();
  hooks = await Receiver.start();
  profile = (await client.messagingProfiles.create({
    name: 'pool', whitelisted_destinations: ['US', 'GB'], webhook_url: hooks.url, alpha_sender: 'Shop',
    number_pool_settings: { long_code_weight: 1, toll_free_weight: 0, skip_unhealthy: true },
  })).data.id;
  numbers = [
    await buyNumber(tandem, client, profile, { country_code: 'US', national_destination_code: '312' }),
    await buyNumber(tandem, client, profile, { country_code: 'US', national_destination_code: '212' }),
    await buyNumber(tandem, client, profile, { country_code: 'US', phone_number_type: 'toll_free' }),
  ];
  await verifyTollFree(tandem, client, numbers[2]);
});
after(async () => {
  await hooks?.stop();
  await tandem?.stop();
});

const finalized = (id) => hooks.wait((r) => r.json?.data?.event_type === 'message.finalized' && r.json.data.payload.id === id);
const fromPool = async (to) => (await client.messages.sendNumberPool({ messaging_profile_id: profile, to, text: 'Hello' })).data.from.phone_number;
const pool = (more) => client.messagingProfiles.update(profile, {
  number_pool_settings: { long_code_weight: 1, toll_free_weight: 0, skip_unhealthy: true, ...more },
});

describe('a number pool', () => {
  test('sends by weight: all of weight take part, none without', async () => {
    const seen = new Set();
    for (let i = 0; i < 40; ++i) seen.add(await fromPool('+13125550160'));
    assert.deepEqual([...seen].sort(), numbers.slice(0, 2).sort());
    await pool({ long_code_weight: 0, toll_free_weight: 1 });
    assert.equal(await fromPool('+13125550160'), numbers[2]);
  });

  test('sticky: a receiver always sees the same number', async () => {
    await pool({ sticky_sender: true });
    for (const to of ['+13125550161', '+13125550162', '+13125550163']) {
      const seen = new Set();
      for (let i = 0; i < 8; ++i) seen.add(await fromPool(to));
      assert.equal(seen.size, 1);
    }
  });

  test('geomatch: a receiver sees the number of its area', async () => {
    await pool({ geomatch: true });
    for (let i = 0; i < 8; ++i) {
      assert.equal(await fromPool('+13125550164'), numbers[0]);
      assert.equal(await fromPool('+12125550164'), numbers[1]);
    }
  });

  test('serves POST /messages too, when nobody is named', async () => {
    const { data } = await client.messages.send({ messaging_profile_id: profile, to: '+13125550165', text: 'Hello' });
    assert.ok(numbers.includes(data.from.phone_number));
    await finalized(data.id);
  });
});

test('a name reaches a handset abroad', async () => {
  const { data } = await client.messages.send({ from: 'Shop', messaging_profile_id: profile, to: '+447400123456', text: 'Hello' });
  await finalized(data.id);
  assert.equal((await inboxOf(tandem, '+447400123456'))[0].from, 'Shop');
});

test('long codes have their own operation', async () => {
  const { data } = await client.messages.sendLongCode({ from: numbers[0], to: '+13125550166', text: 'Hello' });
  const { payload } = (await finalized(data.id)).json.data;
  assert.equal(payload.to[0].status, 'delivered');
});

test('a short code is given by the sandbox, assigned by its owner, and sends and receives', async () => {
  const given = await tandem.request('POST', '/sandbox/short_codes', { body: { short_code: '72345', country_code: 'US' } });
  assert.equal(given.status, 200);
  const again = await tandem.request('POST', '/sandbox/short_codes', { body: { short_code: '72345', country_code: 'US' } });
  assert.equal(again.status, 422);
  const { data: [code] } = await client.shortCodes.list();
  assert.equal(code.short_code, '72345');
  await refused(client.messages.sendShortCode({ from: '72345', to: '+13125550167', text: 'Hello' }), '40305');
  await client.shortCodes.update(code.id, { messaging_profile_id: profile });
  await refused(client.messages.sendShortCode({ from: '72345', to: '+447400123456', text: 'Hello' }), '40319');
  const { data } = await client.messages.sendShortCode({ from: '72345', to: '+13125550167', text: 'Hello' });
  await finalized(data.id);
  assert.equal((await inboxOf(tandem, '+13125550167'))[0].from, '72345');
  await tandem.request('POST', '/sandbox/messages', { body: { from: '+13125550167', to: '72345', text: 'Hi code' } });
  await hooks.wait((r) => r.json?.data?.payload?.text === 'Hi code');
});

describe('words that answer themselves', () => {
  const say = (from, text) => tandem.request('POST', '/sandbox/messages', { body: { from, to: numbers[0], text } });
  const answerTo = async (handset) => {
    for (let tries = 0; tries < 200; ++tries) {
      const [text] = await inboxOf(tandem, handset);
      if (text) return text.text;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return assert.fail('no answer');
  };

  test('HELP is answered by everyone', async () => {
    await say('+13125550170', 'help');
    assert.match(await answerTo('+13125550170'), /STOP/);
  });

  test('a keyword of a country is answered there only', async () => {
    await client.messagingProfiles.autorespConfigs.create(profile, {
      op: 'info', keywords: ['HOURS'], resp_text: 'Nine to five', country_code: 'US',
    });
    await say('+447400123457', 'hours');
    await say('+13125550171', 'Hours');
    assert.equal(await answerTo('+13125550171'), 'Nine to five');
    assert.deepEqual(await inboxOf(tandem, '+447400123457'), []);
  });
});
