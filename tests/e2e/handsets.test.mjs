// The handsets of the sandbox: each reserved number, each script, and what is wrong with a script.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { buyNumber, inboxOf } from './messaging.mjs';
import { Receiver, Tandem } from './tandem.mjs';
import { until } from './until.mjs';

let tandem;
let client;
let hooks;
let number;

before(async () => {
  tandem = await Tandem.start();
  client = tandem.client();
  hooks = await Receiver.start();
  const profile = (await client.messagingProfiles.create({ name: 'shop', whitelisted_destinations: ['US'], webhook_url: hooks.url })).data;
  number = await buyNumber(tandem, client, profile.id);
});
after(async () => {
  await hooks?.stop();
  await tandem?.stop();
});

const script = (handset, body) => tandem.request('PUT', `/sandbox/handsets/${encodeURIComponent(handset)}`, { body });
const send = async (to, text = 'Hello') => (await client.messages.send({ from: number, to, text })).data.id;
const ended = async (id) => (await hooks.wait((r) => r.json?.data?.event_type === 'message.finalized' && r.json.data.payload.id === id, 20_000)).json.data.payload;
const answer = (handset, text) => hooks.wait((r) => r.json?.data?.event_type === 'message.received'
  && r.json.data.payload.from.phone_number === handset && r.json.data.payload.text === text);

describe('carrier errors', () => {
  const refusals = [40009, 40010, 40012, 40013];
  for (let code = 40001; code <= 40020; ++code) {
    test(`${code}, by its reserved number and by a script`, async () => {
      const reserved = `+1500555${String(code - 40000).padStart(4, '0')}`;
      const scripted = `+1312556${String(code - 40000).padStart(4, '0')}`;
      assert.equal((await script(scripted, { carrier_error: code })).status, 200);
      for (const handset of [reserved, scripted]) {
        const payload = await ended(await send(handset));
        assert.equal(payload.errors[0].code, String(code));
        assert.equal(payload.to[0].status, refusals.includes(code) ? 'sending_failed' : 'delivery_failed');
        assert.deepEqual(await inboxOf(tandem, handset), []);
      }
    });
  }
});

describe('a handset', () => {
  test('may be slow: receipts follow the clock', async () => {
    const handset = '+13125560101';
    await script(handset, { delay_ms: 3_600_000 });
    const id = await send(handset, 'slow');
    await hooks.wait((r) => r.json?.data?.event_type === 'message.sent' && r.json.data.payload.id === id);
    assert.deepEqual(await inboxOf(tandem, handset), []);
    await tandem.advance(3_601_000);
    assert.equal((await ended(id)).to[0].status, 'delivered');
    assert.equal((await inboxOf(tandem, handset))[0].text, 'slow');
  });

  test('may get a message whose receipt is lost', async () => {
    const handset = '+13125560102';
    await script(handset, { lost_receipt: true });
    const id = await send(handset, 'lost');
    await until(() => inboxOf(tandem, handset), (texts) => texts[0]?.text === 'lost', 'its arrival');
    await tandem.advance(25 * 3_600_000);
    assert.equal((await ended(id)).to[0].status, 'delivery_unconfirmed');
  });

  test('may be a landline, or behind a filter', async () => {
    await script('+13125560103', { landline: true });
    await script('+13125560104', { spam_block: true });
    assert.equal((await ended(await send('+13125560103'))).errors[0].code, '40001');
    assert.equal((await ended(await send('+13125560104'))).errors[0].code, '40002');
  });

  test('may answer, after a while, with what it got or a picture', async () => {
    const handset = '+13125560105';
    await script(handset, { auto_reply: 'You said {text}', reply_delay_ms: 60_000 });
    await ended(await send(handset, 'hello'));
    assert.ok(!hooks.requests.some((r) => r.json?.data?.payload?.from?.phone_number === handset));
    await tandem.advance(61_000);
    await answer(handset, 'You said hello');
    await script(handset, { auto_reply: 'Look', reply_with_picture: true });
    await ended(await send(handset, 'show'));
    const { payload } = (await answer(handset, 'Look')).json.data;
    assert.equal(payload.type, 'MMS');
    assert.equal(payload.media[0].content_type, 'image/png');
  });

  test('may answer STOP and HELP by its number', async () => {
    await ended(await send('+15005550106'));
    await answer('+15005550106', 'STOP');
    await ended(await send('+15005550107'));
    await answer('+15005550107', 'HELP');
    await ended(await send('+15005550105', 'echo'));
    await answer('+15005550105', 'echo');
  });

  test('shows its script, keeps it over kill -9, and becomes ordinary again', async () => {
    const handset = '+13125560106';
    await script(handset, { carrier_error: 40008 });
    await tandem.kill9();
    await tandem.restart();
    const { body } = await tandem.request('GET', `/sandbox/handsets/${encodeURIComponent(handset)}`);
    assert.equal(body.data.carrier_error, 40008);
    assert.equal((await ended(await send(handset))).errors[0].code, '40008');
    await script(handset, {});
    assert.equal((await ended(await send(handset))).to[0].status, 'delivered');
  });

  const wrong = [
    ['an error that networks do not have', { carrier_error: 40021 }],
    ['a time before now', { delay_ms: -1 }],
    ['a time too far off', { delay_ms: 8 * 24 * 3_600_000 }],
    ['a word that is none', { mood: 'bad' }],
    ['an answer that is too long', { auto_reply: 'x'.repeat(2000) }],
  ];
  for (const [what, body] of wrong) {
    test(`takes no script with ${what}`, async () => {
      const { status, body: said } = await script('+13125560107', body);
      assert.equal(status, 422);
      assert.equal(said.errors[0].code, '10015');
    });
  }
  test('has an E.164 number, and something to say', async () => {
    assert.equal((await script('12', {})).status, 422);
    const say = (body) => tandem.request('POST', '/sandbox/messages', { body });
    assert.equal((await say({ from: '12', to: number, text: 'x' })).status, 422);
    assert.equal((await say({ from: '+13125560108', to: number })).status, 422);
    assert.equal((await say({ from: '+13125560108', text: 'x' })).status, 422);
  });
});
