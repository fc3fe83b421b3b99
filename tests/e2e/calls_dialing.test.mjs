// Calls that go out: several places at once, links, limits, what is recorded by itself, and prompts that fail.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { heardMs, readWav, tone, wav } from './audio.mjs';
import { Calling, codeOf, outside, payload } from './calling.mjs';
import { until } from './until.mjs';

let calling;
const subscriber = (number, body) => calling.tandem.request('PUT', `/sandbox/subscribers/${number}`, { body });

before(async () => { calling = await Calling.start(); });
after(async () => { await calling?.stop(); });

/** Changes the outbound profile; gives a function that undoes it. */
async function changeProfile(members) {
  const keep = { name: calling.profile.name, whitelisted_destinations: ['US'] };
  await calling.client.outboundVoiceProfiles.update(calling.profile.id, { ...keep, ...members });
}

test('several destinations ring together: the first to answer wins', async () => {
  const [slow, quick, busy] = ['+13125550160', '+13125550161', '+13125550162'];
  await subscriber(slow, { answer_after_ms: 20_000 });
  await subscriber(quick, { answer_after_ms: 300 });
  await subscriber(busy, { pickup: 'busy' });
  const call = await calling.dial([slow, quick, busy]);
  const answered = await calling.event('call.answered', undefined, (p) => p.call_session_id === call.call_session_id);
  assert.equal(answered.to, quick);
  const lost = await calling.event('call.hangup', undefined, (p) => p.call_session_id === call.call_session_id && p.to === slow);
  assert.equal(lost.hangup_cause, 'originator_cancel');
  const refused = await calling.event('call.hangup', undefined, (p) => p.call_session_id === call.call_session_id && p.to === busy);
  assert.equal(refused.hangup_cause, 'user_busy');
  assert.equal((await calling.phoneCall(slow)).status, 'ended');
  await calling.end(answered.call_control_id);
});

test('a call linked to another one is bridged with it when it is answered', async () => {
  await subscriber('+13125550163', { answer_after_ms: 200, steps: [{ do: 'tone', hz: 1_400, ms: 1_500 }, { do: 'wait', ms: 30_000 }] });
  const first = await calling.stay([{ do: 'tone', hz: 500, ms: 3_000 }, { do: 'wait', ms: 30_000 }]);
  const second = await calling.dial('+13125550163', { link_to: first.id, bridge_on_answer: true });
  assert.equal(second.call_session_id, first.call_session_id);
  await calling.event('call.bridged', first.id);
  await calling.event('call.bridged', second.id);
  await new Promise((resolve) => setTimeout(resolve, 1_500));  // the tone is out then
  await calling.end(first.id);
  await calling.event('call.hangup', second.id);
  const heard = await calling.heard(first.phone);
  assert.ok(heardMs(heard, 1_400) > 1_000, `${heardMs(heard, 1_400)} ms of the second phone`);
  const other = await calling.heard((await calling.phoneCall('+13125550163')).id);
  assert.ok(heardMs(other, 500) > 1_000, `${heardMs(other, 500)} ms of the first phone`);
  await assert.rejects(calling.dial(outside, { link_to: 'v3:nothing' }), codeOf('90015'));
});

test('keys of a bridged call are kept from the other one when asked', async () => {
  const first = await calling.stay([{ do: 'wait', ms: 1_500 }, { do: 'press', keys: '12' }, { do: 'wait', ms: 30_000 }]);
  const second = await calling.stay([{ do: 'wait', ms: 2_500 }, { do: 'press', keys: '34' }, { do: 'wait', ms: 30_000 }]);
  await calling.actions.bridge(first.id, { call_control_id: second.id, mute_dtmf: 'self' });
  await calling.event('call.bridged', first.id);
  await calling.event('call.dtmf.received', first.id, (p) => p.digit === '2');
  await calling.event('call.dtmf.received', second.id, (p) => p.digit === '4');
  const digits = async (phone) => (await calling.tandem.request('GET', `/sandbox/calls/${phone}`)).body.data.digits;
  await until(() => digits(first.phone), (seen) => seen === '34', 'the keys of the second phone');
  assert.equal(await digits(second.phone), '');
  await calling.end(first.id);
  await calling.event('call.hangup', second.id);
});

test('a profile that has spent its day takes no more calls', async () => {
  await changeProfile({ daily_spend_limit: '0.0001', daily_spend_limit_enabled: true });
  try {
    await calling.tandem.advance(24 * 3_600_000);
    const call = await calling.dial(outside);
    await calling.event('call.answered', call.id);
    await calling.end(call.id);
    await assert.rejects(calling.dial(outside), codeOf('10039'));
    await calling.tandem.advance(24 * 3_600_000);
    const next = await calling.dial(outside);
    await calling.end(next.id);
  } finally {
    await changeProfile({ daily_spend_limit_enabled: false });
  }
});

test('dearer destinations than the profile allows are not called', async () => {
  await changeProfile({ max_destination_rate: 0.00001 });
  await assert.rejects(calling.dial(outside), codeOf('10010'));
  await changeProfile({ max_destination_rate: 10 });
  await calling.end((await calling.dial(outside)).id);
});

test('calls of a profile that records are recorded', async () => {
  await changeProfile({ call_recording: { call_recording_type: 'by_caller_phone_number', call_recording_caller_phone_numbers: [calling.number],
    call_recording_channels: 'dual', call_recording_format: 'wav' } });
  try {
    await subscriber('+13125550164', { answer_after_ms: 100, steps: [{ do: 'tone', hz: 800, ms: 700 }, { do: 'press', keys: '1' }, { do: 'wait', ms: 30_000 }] });
    const call = await calling.dial('+13125550164');
    await calling.event('call.dtmf.received', call.id);
    await calling.end(call.id);
    const saved = await calling.event('call.recording.saved', call.id);
    const { rate, channels } = readWav(Buffer.from(await (await fetch(saved.recording_urls.wav)).arrayBuffer()));
    assert.equal(channels.length, 2);
    assert.ok(Math.max(...channels.map((channel) => heardMs(channel, 800, rate))) > 500);
  } finally {
    await changeProfile({ call_recording: { call_recording_type: 'none' } });
  }
});

test('calls to a number that records are recorded', async () => {
  const { data: [{ id: number }] } = await calling.client.phoneNumbers.list({ filter: { phone_number: calling.number } });
  const record = (enabled) => calling.client.phoneNumbers.voice.update(number, { call_recording: { inbound_call_recording_enabled: enabled, inbound_call_recording_format: 'mp3' } });
  await record(true);
  const { id } = await calling.stay([{ do: 'tone', hz: 800, ms: 500 }, { do: 'press', keys: '1' }, { do: 'wait', ms: 30_000 }]);
  await calling.event('call.dtmf.received', id);
  await calling.end(id);
  const saved = await calling.event('call.recording.saved', id);
  assert.equal(saved.format, 'mp3');
  assert.ok(saved.recording_urls.mp3);
  await record(false);
});

test('a number sends its calls on to another one', async () => {
  const { data: [{ id: number }] } = await calling.client.phoneNumbers.list({ filter: { phone_number: calling.number } });
  const forward = (enabled) => calling.client.phoneNumbers.voice.update(number, {
    call_forwarding: { call_forwarding_enabled: enabled, forwards_to: '+13125550165', forwarding_type: 'always' } });
  await subscriber('+13125550165', { answer_after_ms: 100, steps: [{ do: 'tone', hz: 1_100, ms: 800 }, { do: 'hang_up' }] });
  await forward(true);
  const { phone, state } = await calling.ring([{ do: 'wait', ms: 30_000 }]);
  assert.equal(state, 'bridging');
  const heard = await calling.heard(phone);
  assert.ok(heardMs(heard, 1_100) > 500, `${heardMs(heard, 1_100)} ms`);
  assert.equal((await calling.phoneCall('+13125550165')).from, outside);
  await forward(false);
});

test('help is called from numbers with an address, and people are told', async () => {
  await assert.rejects(calling.dial('933'), codeOf('10010'));
  const { client } = calling;
  const { data: address } = await client.addresses.create({ customer_reference: 'home', first_name: 'Ada', last_name: 'Byron', business_name: 'Tandem', street_address: '311 W Superior St',
    locality: 'Chicago', administrative_area: 'IL', postal_code: '60654', country_code: 'US', validate_address: false });
  const { data: [{ id: number }] } = await client.phoneNumbers.list({ filter: { phone_number: calling.number } });
  await client.phoneNumbers.actions.enableEmergency(number, { emergency_enabled: true, emergency_address_id: address.id });
  await calling.tandem.advance(600_000);
  await until(async () => (await client.phoneNumbers.retrieve(number)).data.emergency_enabled, Boolean, 'emergency calling');
  const { data: conditions } = await client.notificationEventConditions.list({});
  const condition = conditions.find((each) => each.name === 'from phone number');
  const { data: profile } = await client.notificationProfiles.create({ name: 'watch' });
  await client.notificationChannels.create({ notification_profile_id: profile.id, channel_type_id: 'webhook', channel_destination: calling.receiver.url });
  await client.notificationSettings.create({ notification_event_condition_id: condition.id, notification_profile_id: profile.id,
    associated_record_type: 'phone_number', associated_record_type_value: calling.number, parameters: [{ name: 'phone_number', value: calling.number }] });
  const call = await calling.dial('933');
  const told = payload(await calling.receiver.event('emergency_number_dialed'));
  assert.equal(told.phone_number, calling.number);
  assert.equal(told.dialed_number, '933');
  await calling.event('call.hangup', (await calling.end(call.id)).call_control_id);
});

describe('commands', () => {
  test('on a call that has ended are all refused', async () => {
    const { id } = await calling.stay();
    await calling.end(id);
    const body = { payload: 'x', voice: 'female', audio_url: 'http://127.0.0.1/x.wav', digits: '1', to: outside, call_control_id: id, queue_name: 'q',
      stream_url: 'ws://127.0.0.1/', rx: 'udp:127.0.0.1:9000', sip_address: 'sip:a@b.c', content_type: 'a/b', body: 'x', client_state: 'aGk=', format: 'wav', channels: 'single', cause: 'USER_BUSY' };
    for (const action of ['answer', 'reject', 'hangup', 'bridge', 'transfer', 'refer', 'playback_start', 'playback_stop', 'speak', 'gather', 'gather_using_audio',
      'gather_using_speak', 'gather_stop', 'record_start', 'record_stop', 'record_pause', 'record_resume', 'send_dtmf', 'send_sip_info', 'client_state_update',
      'enqueue', 'leave_queue', 'fork_start', 'fork_stop', 'streaming_start', 'streaming_stop']) {
      const method = action === 'client_state_update' ? 'PUT' : 'POST';
      const { status, body: answer } = await calling.tandem.request(method, `/calls/${id}/actions/${action}`, { body });
      assert.equal(status, 422, `${action}: ${JSON.stringify(answer)}`);
      assert.equal(answer.errors[0].code, '90018', action);
    }
  });
});

describe('a prompt', () => {
  const good = wav(tone(600, 400));
  const endless = (response) => {
    const chunk = Buffer.alloc(1 << 20);
    const more = () => { while (!response.destroyed && response.write(chunk)); };
    response.on('drain', more);
    more();
  };
  let server;
  let base;
  before(async () => {
    server = createServer((request, response) => {
      response.on('error', () => {});
      if (request.url === '/hangs.wav') return;
      if (request.url === '/endless.wav') return void endless(response);
      if (request.url === '/loop.wav') return void response.writeHead(302, { location: '/loop.wav' }).end();
      if (request.url === '/short.wav') return void response.end(good.subarray(0, 20));
      if (request.url === '/cut.wav') return void response.end(good.subarray(0, good.length / 2));
      if (request.url === '/cut.mp3') return void response.end(Buffer.from([0xff, 0xfb, 0x90]));
      response.end('<html>no sound</html>');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    base = `http://127.0.0.1:${server.address().port}`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  for (const [name, what] of [['endless.wav', 'has no end'], ['loop.wav', 'redirects for ever'], ['short.wav', 'ends in its head'],
    ['cut.wav', 'ends in the middle'],
    ['cut.mp3', 'ends in its first frame'], ['text.wav', 'is no sound'], ['hangs.wav', 'never comes']]) {
    test(`that ${what} fails, and the call goes on`, { timeout: 40_000 }, async () => {
      const { id } = await calling.stay();
      await calling.actions.startPlayback(id, { audio_url: `${base}/${name}` });
      const ended = await calling.event('call.playback.ended', id, undefined, 20_000);
      assert.equal(ended.status, 'failed');
      assert.ok(ended.status_detail);
      if (name === 'hangs.wav') assert.match(ended.status_detail, /90040/);
      assert.equal(calling.seen('call.playback.started', id).length, 0);
      await calling.actions.speak(id, { payload: 'Still here.', voice: 'female' });
      await calling.event('call.speak.ended', id);
      await calling.end(id);
    });
  }
});

test('a token says who signs in, and until when', async () => {
  const { data: connection } = await calling.client.credentialConnections.create({ connection_name: 'browsers', user_name: 'browsers1', password: 'correct-horse-9' });
  const { data: credential } = await calling.client.telephonyCredentials.create({ connection_id: connection.id, name: 'tab' });
  const { status, text, headers } = await calling.tandem.request('POST', `/telephony_credentials/${credential.id}/token`);
  assert.equal(status, 201, text);
  assert.match(headers.get('content-type'), /^text\/plain/);
  const [head, claims] = text.split('.').slice(0, 2).map((part) => JSON.parse(Buffer.from(part, 'base64url')));
  assert.equal(head.typ, 'JWT');
  assert.equal(claims.sub, credential.id);
  assert.equal(claims.aud, 'telnyx_telephony');
  assert.equal(claims.exp - claims.iat, 24 * 3_600);
  assert.equal((await calling.tandem.request('POST', '/telephony_credentials/5d8a6f2e-0000-4000-8000-000000000000/token')).status, 404);
});

test('old calls and their events are forgotten', async () => {
  const { id, call_leg_id } = await calling.stay();
  await calling.end(id);
  const running = await calling.stay();
  await calling.tandem.advance(400 * 24 * 3_600_000);
  const gone = async () => (await calling.tandem.request('GET', `/calls/${id}`)).body?.errors?.[0]?.code;
  await until(gone, Boolean, 'the end of an old call');
  await until(async () => (await calling.tandem.request('GET', `/call_events?filter[leg_id]=${call_leg_id}`)).body.data.length, (count) => count === 0, 'the end of its events');
  assert.equal((await calling.client.calls.retrieveStatus(running.id)).data.is_alive, true);
  await calling.end(running.id);
});

test('a reset of the sandbox hangs up', async () => {
  // A call of more than a year has taken all the money.
  await calling.tandem.request('POST', '/sandbox/deposits', { body: { amount: '100.00' } });
  await calling.stay();
  const before = calling.receiver.requests.length;
  assert.equal((await calling.tandem.request('POST', '/sandbox/reset', { body: {} })).status, 200);
  assert.ok(before > 0);
  const { body } = await calling.tandem.request('GET', '/sandbox/calls?limit=5');
  assert.deepEqual(body.data.filter((call) => call.status !== 'ended'), []);
});
