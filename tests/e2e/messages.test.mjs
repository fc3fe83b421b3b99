// Messages through the official SDK: out to a handset and back.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Receiver, Tandem } from './tandem.mjs';
import { buyNumber, inboxOf, refused } from './messaging.mjs';

let tandem;
let client;
let hooks;
let profile;
let number;
before(async () => {
  tandem = await Tandem.start();
  client = tandem.client();
  hooks = await Receiver.start();
  profile = (await client.messagingProfiles.create({
    name: 'shop', whitelisted_destinations: ['US', 'GB'], webhook_url: hooks.url,
  })).data;
  number = await buyNumber(tandem, client, profile.id);
});
after(async () => {
  await hooks?.stop();
  await tandem?.stop();
});

const about = (id, type) => hooks.wait((r) => r.json?.data?.event_type === type && r.json.data.payload.id === id);
const send = (more) => client.messages.send({ from: number, ...more });

describe('a text', () => {
  test('reaches the handset; its sender is told, charged and can look it up', async () => {
    const { data } = await send({ to: '+13125550123', text: 'Hello, handset' });
    assert.equal(data.to[0].status, 'queued');
    assert.equal(data.encoding, 'GSM-7');
    assert.equal(data.parts, 1);
    const sent = await about(data.id, 'message.sent');
    assert.equal(sent.json.data.payload.to[0].status, 'sent');
    const { payload } = (await about(data.id, 'message.finalized')).json.data;
    assert.equal(payload.to[0].status, 'delivered');
    assert.ok(payload.sent_at && payload.completed_at);
    assert.equal(payload.cost.amount, '0.0040');

    const [text] = await inboxOf(tandem, '+13125550123');
    assert.equal(text.text, 'Hello, handset');
    assert.equal(text.from, number);

    const { data: kept } = await client.messages.retrieve(data.id);
    assert.equal(kept.to[0].status, 'delivered');
  });

  test('an answer becomes message.received', async () => {
    const answer = await tandem.request('POST', '/sandbox/messages',
      { body: { from: '+13125550124', to: number, text: 'Hi shop' } });
    assert.equal(answer.status, 202);
    const got = await hooks.wait((r) => r.json?.data?.event_type === 'message.received' && r.json.data.payload.text === 'Hi shop');
    const { payload } = got.json.data;
    assert.equal(payload.from.phone_number, '+13125550124');
    assert.equal(payload.to[0].phone_number, number);
    assert.equal((await client.messages.retrieve(payload.id)).data.direction, 'inbound');
  });

  test('long ones are cut and put together both ways', async () => {
    const text = 'Grüße 😀 '.repeat(30).trim();
    const { data } = await send({ to: '+13125550125', text });
    assert.equal(data.encoding, 'UCS-2');
    assert.ok(data.parts > 2);
    await about(data.id, 'message.finalized');
    assert.equal((await inboxOf(tandem, '+13125550125'))[0].text, text);

    await tandem.request('POST', '/sandbox/messages', { body: { from: '+13125550125', to: number, text } });
    const got = await hooks.wait((r) => r.json?.data?.event_type === 'message.received' && r.json.data.payload.text === text);
    assert.equal(got.json.data.payload.parts, data.parts);
  });
});

describe('what networks say', () => {
  const rows = [
    ['+15005550008', 'delivery_failed', '40008'],
    ['+15005550012', 'sending_failed', '40012'],
    ['+15005550101', undefined, '40001'],
  ];
  for (const [to, status, code] of rows) {
    test(`${to} ends with ${code}`, async () => {
      const { data } = await send({ to, text: 'x' }).catch((error) => { throw new Error(JSON.stringify(error.error)); });
      const { payload } = (await about(data.id, 'message.finalized')).json.data;
      assert.equal(payload.errors[0].code, code);
      if (status) assert.equal(payload.to[0].status, status);
    });
  }

  test('a lost receipt leaves it unconfirmed', async () => {
    const { data } = await send({ to: '+15005550103', text: 'x' });
    await about(data.id, 'message.sent');
    await tandem.advance(25 * 3_600_000);
    const { payload } = (await about(data.id, 'message.finalized')).json.data;
    assert.equal(payload.to[0].status, 'delivery_unconfirmed');
  });
});

describe('STOP', () => {
  test('is honoured until START', async () => {
    const handset = '+13125550130';
    const say = (text) => tandem.request('POST', '/sandbox/messages', { body: { from: handset, to: number, text } });
    await say(' stop ');
    await hooks.wait((r) => r.json?.data?.payload?.from?.phone_number === handset);
    await refused(send({ to: handset, text: 'again?' }), '40300');
    const { data: optouts } = await client.messagingOptouts.list({ filter: { from: number } });
    assert.equal(optouts[0].to, handset);
    assert.equal(optouts[0].keyword, 'STOP');
    await say('START');
    await hooks.wait((r) => r.json?.data?.payload?.text === 'START');
    const { data } = await send({ to: handset, text: 'welcome back' });
    await about(data.id, 'message.finalized');
  });
});

test('a scheduled message waits for its time, or is cancelled', async () => {
  const in10 = async () => {
    const { data: { now } } = (await tandem.request('GET', '/sandbox/clock')).body;
    return new Date(Date.parse(now) + 10 * 60_000).toISOString();
  };
  const first = (await client.messages.schedule({ from: number, to: '+13125550140', text: 'later', send_at: await in10() })).data;
  const second = (await client.messages.schedule({ from: number, to: '+13125550140', text: 'never', send_at: await in10() })).data;
  const cancelled = await client.messages.cancelScheduled(second.id);
  assert.equal(cancelled.to[0].status, 'cancelled');
  await tandem.advance(11 * 60_000);
  await about(first.id, 'message.finalized');
  assert.deepEqual((await inboxOf(tandem, '+13125550140')).map((t) => t.text), ['later']);
});
