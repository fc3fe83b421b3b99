// Calls that nobody has answered yet: transferred on, bridged ahead of time; where their events go.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { heardMs, tone, wav } from './audio.mjs';
import { Calling, codeOf, payload } from './calling.mjs';
import { SipPhone } from './sip_phone.mjs';
import { Receiver } from './tandem.mjs';
import { until } from './until.mjs';

let calling;
let agent;  // a phone that has signed in
const tonePhone = '+13125550190';

before(async () => {
  calling = await Calling.start();
  await calling.client.credentialConnections.create({ connection_name: 'agent', user_name: 'agentsmith', password: 'correct-horse-9' });
  agent = await SipPhone.open(calling.tandem.sipPort, { user: 'agentsmith', password: 'correct-horse-9' });
  assert.equal((await agent.register()).status, 200);
  await calling.tandem.request('PUT', `/sandbox/subscribers/${tonePhone}`, { body: { answer_after_ms: 1_500, steps: [{ do: 'tone', hz: 1_000, ms: 2_000 }, { do: 'wait', ms: 30_000 }] } });
});
after(async () => {
  agent?.close();
  await calling?.stop();
});

/** The new leg of a transfer. */
const targetOf = ({ call_session_id, call_control_id }) => calling.receiver.wait((r) => r.json?.data?.event_type === 'call.initiated' &&
  payload(r).call_session_id === call_session_id && payload(r).call_control_id !== call_control_id).then(payload);

describe('a call that rings is transferred', () => {
  test('to a SIP user: answered with it, heard both ways, ended together', async () => {
    const caller = await calling.ring([{ do: 'tone', hz: 600, ms: 1_500 }, { do: 'wait', ms: 20_000 }]);
    const id = caller.call_control_id;
    agent.packets = [];
    const invited = agent.next('INVITE');
    await calling.actions.transfer(id, { to: 'sip:agentsmith@sip.telnyx.com' });
    const invite = await invited;
    assert.match(invite.get('from'), new RegExp(calling.number.slice(1)));
    agent.respond(invite, '180 Ringing');
    await until(() => calling.tandem.request('GET', `/sandbox/calls/${caller.phone}`), ({ body }) => body.data.status === 'ringing');
    assert.equal(calling.seen('call.answered', id).length, 0);
    agent.answer(invite);
    await calling.event('call.bridged', id);
    const target = await targetOf(caller);
    await calling.event('call.bridged', target.call_control_id);
    const order = calling.receiver.requests.map((r) => r.json?.data).filter((d) => d?.payload.call_control_id === id).map((d) => d.event_type);
    assert.deepEqual(order.slice(0, 3), ['call.initiated', 'call.answered', 'call.bridged']);
    await until(async () => heardMs(agent.heard(), 600) > 1_000, Boolean, 'the caller');
    await agent.speak(tone(1_200, 800));
    const bye = agent.next('BYE');
    await calling.actions.hangup(id, {});
    agent.respond(await bye, '200 OK');
    const ms = heardMs(await calling.heard(caller.phone), 1_200);
    assert.ok(ms > 600, `${ms} ms`);
    await calling.event('call.hangup', target.call_control_id);
  });

  test('to one who declines: it rings on, and is answered here', async () => {
    const caller = await calling.ring();
    const id = caller.call_control_id;
    const invited = agent.next('INVITE');
    await calling.actions.transfer(id, { to: 'sip:agentsmith@127.0.0.1' });
    agent.respond(await invited, '486 Busy Here');
    const target = await targetOf(caller);
    assert.equal((await calling.event('call.hangup', target.call_control_id)).hangup_cause, 'user_busy');
    await calling.actions.answer(id, {});
    await calling.event('call.answered', id);
    await calling.end(id);
  });

  test('and is given up by its caller: the agent is told too', async () => {
    const caller = await calling.ring();
    const invited = agent.next('INVITE');
    await calling.actions.transfer(caller.call_control_id, { to: 'sip:agentsmith@127.0.0.1' });
    const invite = await invited;
    agent.respond(invite, '180 Ringing');
    const cancelled = agent.next('CANCEL');
    await calling.tandem.request('POST', `/sandbox/calls/${caller.phone}/hangup`);
    agent.respond(await cancelled, '200 OK');
    agent.respond(invite, '487 Request Terminated');
    assert.equal((await calling.event('call.hangup', caller.call_control_id)).hangup_cause, 'originator_cancel');
    await calling.event('call.hangup', (await targetOf(caller)).call_control_id);
  });

  test('but not when it was dialled from here', async () => {
    const call = await calling.dial('+15005550212');
    await assert.rejects(calling.actions.transfer(call.id, { to: tonePhone }), codeOf('90034'));
    await calling.end(call.id);
  });
});

describe('a bridge', () => {
  test('with a call that rings: ringback, then its voice', async () => {
    const { id, phone } = await calling.stay();
    const other = await calling.dial(tonePhone);
    await calling.actions.bridge(id, { body_call_control_id: other.id, play_ringtone: true, ringtone: 'de' });
    await calling.event('call.bridged', other.id);
    await new Promise((resolve) => { setTimeout(resolve, 1_500); });
    await calling.end(id);
    const heard = await calling.heard(phone);
    assert.ok(heardMs(heard, 425) > 300, `ringback ${heardMs(heard, 425)} ms`);
    assert.ok(heardMs(heard, 1_000) > 700, `voice ${heardMs(heard, 1_000)} ms`);
    await calling.event('call.hangup', other.id);
  });

  test('that parks leaves the first call when the second ends, and the second never', async () => {
    const first = await calling.stay();
    const other = await calling.dial('+15005550209');
    await calling.event('call.answered', other.id);
    await calling.actions.bridge(first.id, { call_control_id: other.id, park_after_unbridge: 'self' });
    await calling.event('call.bridged', first.id);
    await calling.end(other.id);
    await calling.actions.speak(first.id, { payload: 'Still here.', voice: 'female' });
    await calling.event('call.speak.ended', first.id);
    const again = await calling.dial('+15005550209');
    await calling.event('call.answered', again.id);
    await calling.actions.bridge(first.id, { call_control_id: again.id, park_after_unbridge: 'self' });
    await calling.event('call.bridged', again.id);
    await calling.end(first.id);
    await calling.event('call.hangup', again.id);
  });

  test('is recorded when asked', async () => {
    const { id } = await calling.stay();
    const other = await calling.dial(tonePhone);
    await calling.actions.bridge(id, { call_control_id: other.id, record: 'record-from-answer', record_format: 'wav' });
    await calling.event('call.bridged', id);
    await new Promise((resolve) => { setTimeout(resolve, 500); });
    await calling.end(id);
    assert.equal((await calling.event('call.recording.saved', id)).channels, 'dual');
  });
});

test('a transfer with a prompt: its callee hears that, then the caller', async () => {
  const files = createServer((request, response) => response.end(wav(tone(1_700, 1_200)))).listen(0, '127.0.0.1');
  await once(files, 'listening');
  const { id, call_session_id } = await calling.stay([{ do: 'tone', hz: 700, ms: 9_000 }, { do: 'wait', ms: 30_000 }]);
  agent.packets = [];
  const invited = agent.next('INVITE');
  await calling.actions.transfer(id, { to: 'sip:agentsmith@127.0.0.1', audio_url: `http://127.0.0.1:${files.address().port}/whisper.wav` });
  const dialog = agent.answer(await invited);
  const target = await targetOf({ call_session_id, call_control_id: id });
  await calling.event('call.playback.ended', target.call_control_id);
  assert.equal(heardMs(agent.heard(), 700), 0, 'the caller waits');
  await calling.event('call.bridged', target.call_control_id);
  await until(async () => heardMs(agent.heard(), 700) > 300, Boolean, 'the caller');
  assert.ok(heardMs(agent.heard(), 1_700) > 900);
  assert.equal((await agent.bye(dialog)).status, 200);
  await calling.event('call.hangup', id);
  files.close();
});

test('an intent to bridge shows the number of the linked call', async () => {
  await assert.rejects(calling.dial(tonePhone, { bridge_intent: true }), codeOf('10004'));
  const first = await calling.dial('+15005550209');
  await calling.event('call.answered', first.id);
  const second = await calling.dial(tonePhone, { from: '+13125559999', link_to: first.id, bridge_intent: true });
  assert.equal((await calling.event('call.initiated', second.id)).from, calling.number);
  assert.equal(second.call_session_id, first.call_session_id);
  await calling.end(first.id);
  await calling.end(second.id);
});

test('events go where a command says, as GET when it says so', async () => {
  const elsewhere = await Receiver.start();
  try {
    const { call_control_id: id } = await calling.ring();
    await calling.actions.answer(id, { webhook_url: `${elsewhere.url}/hook?mine=1`, webhook_url_method: 'GET' });
    const answered = await elsewhere.wait((r) => r.url.includes('call.answered'));
    assert.equal(answered.method, 'GET');
    assert.equal(answered.body, '');
    const query = new URL(answered.url, elsewhere.url).searchParams;
    assert.equal(query.get('mine'), '1');
    const data = JSON.parse(query.get('data'));
    assert.equal(data.payload.call_control_id, id);
    assert.equal(JSON.parse(query.get('meta')).attempt, 1);
    const signed = answered.url.slice(answered.url.indexOf('data='));
    const key = calling.tandem.log.match(/Webhook key\s+(\S+)/)[1];
    const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), Buffer.from(key, 'base64')]);
    const publicKey = await crypto.subtle.importKey('spki', spki, 'Ed25519', false, ['verify']);
    assert.ok(await crypto.subtle.verify('Ed25519', publicKey, Buffer.from(answered.headers['telnyx-signature-ed25519'], 'base64'),
      Buffer.from(`${answered.headers['telnyx-timestamp']}|${signed}`)));
    await calling.actions.hangup(id, {});
    await elsewhere.wait((r) => r.url.includes('call.hangup'));
    assert.deepEqual(calling.seen('call.answered', id), []);

    const dialled = await calling.dial('+15005550201', { webhook_url: `${elsewhere.url}/dial`, webhook_url_method: 'POST' });
    for (const type of ['call.initiated', 'call.hangup']) {
      await elsewhere.wait((r) => r.url === '/dial' && r.method === 'POST' && r.json?.data.event_type === type && payload(r).call_control_id === dialled.id);
    }
    assert.equal(calling.seen('call.initiated', dialled.id).length, 0);
  } finally {
    await elsewhere.stop();
  }
});
