// Members of commands that are easily taken and forgotten: each does something that can be seen or heard.
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { heardMs, readWav, tone, wav } from './audio.mjs';
import { Calling } from './calling.mjs';
import { SipPhone } from './sip_phone.mjs';
import { until } from './until.mjs';

let calling;
let files;
let base;
let limited;  // a call with a time limit, which has to be waited for
const asked = [];
const elsewhere = '127.0.0.2';
const listener = '+13125550195';
const talker = '+13125550196';  // a second of nothing, then 900 Hz for a second, then nothing
const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

before(async () => {
  calling = await Calling.start();
  files = createServer((request, response) => {
    asked.push(request.url);
    response.end(wav(tone(600, 400)));
  }).listen(0, '127.0.0.1');
  await once(files, 'listening');
  base = `http://127.0.0.1:${files.address().port}`;
  const script = (number, steps) => calling.tandem.request('PUT', `/sandbox/subscribers/${number}`, { body: { answer_after_ms: 0, steps } });
  await script(listener, [{ do: 'wait', ms: 60_000 }]);
  await script(talker, [{ do: 'wait', ms: 1_000 }, { do: 'tone', hz: 900, ms: 1_000 }, { do: 'wait', ms: 1_000 }, { do: 'press', keys: '1' }, { do: 'wait', ms: 30_000 }]);
  limited = await calling.dial(listener, { time_limit_secs: 30 });
});
after(async () => {
  files?.closeAllConnections();
  files?.close();
  await calling?.stop();
});

/** SIP without a phone behind it: gives what comes to `port`, and the way to answer. */
async function sipServer() {
  const socket = createSocket('udp4').bind(0, elsewhere);
  await once(socket, 'listening');
  const requests = [];
  socket.on('message', (datagram, from) => {
    const text = datagram.toString();
    const get = (name) => text.match(new RegExp(`^${name}: *(.*)\\r$`, 'im'))?.[1] ?? '';
    requests.push({ text, get, respond: (status, more = []) => socket.send([`SIP/2.0 ${status} x`, `Via: ${get('Via')}`, `From: ${get('From')}`,
      `To: ${get('To')};tag=there`, `Call-ID: ${get('Call-ID')}`, `CSeq: ${get('CSeq')}`, ...more, 'Content-Length: 0', '', ''].join('\r\n'), from.port, from.address) });
  });
  const invite = async (holds = () => true) => until(async () => requests.find((r) => r.text.startsWith('INVITE ') && holds(r)), Boolean, 'an INVITE');
  return { port: socket.address().port, invite, close: () => socket.close() };
}

describe('a call to a SIP URI', () => {
  test('signs in where it is asked to', async () => {
    const server = await sipServer();
    try {
      const call = await calling.dial(`sip:boss@${elsewhere}:${server.port}`, { sip_auth_username: 'branch-7', sip_auth_password: 'open sesame' });
      (await server.invite()).respond(407, ['Proxy-Authenticate: Digest realm="there", nonce="abc", algorithm=MD5, qop="auth"']);
      const again = await server.invite((request) => request.get('Proxy-Authorization'));
      assert.match(again.get('Proxy-Authorization'), /username="branch-7".*realm="there"/);
      again.respond(486);
      assert.equal((await calling.event('call.hangup', call.id)).hangup_cause, 'user_busy');
    } finally {
      server.close();
    }
  });

  test('goes by TCP when that is asked for', async () => {
    const got = [];
    const server = createTcpServer((socket) => socket.on('data', (bytes) => got.push(bytes.toString())).on('error', () => {})).listen(0, elsewhere);
    await once(server, 'listening');
    try {
      const call = await calling.dial(`sip:boss@${elsewhere}:${server.address().port}`, { sip_transport_protocol: 'TCP', sip_headers: [{ name: 'User-to-User', value: '48656c6c6f;encoding=hex' }] });
      const text = await until(async () => got.join(''), (all) => all.includes('\r\n\r\n'), 'an INVITE by TCP');
      assert.match(text, /^INVITE [^\n]*\r\nVia: SIP\/2\.0\/TCP /);
      assert.match(text, /^User-to-User: 48656c6c6f;encoding=hex\r$/m);
      await calling.end(call.id);
    } finally {
      server.close();
    }
  });
});

describe('a recording from the answer on', () => {
  const kept = async (id) => {
    const saved = await calling.event('call.recording.saved', id);
    return { saved, ...readWav(Buffer.from(await (await fetch(saved.recording_urls.wav)).arrayBuffer())) };
  };
  test('of a dialled call has its track, its name, and no silence', { timeout: 30_000 }, async () => {
    const call = await calling.dial(talker, { record: 'record-from-answer', record_format: 'wav', record_track: 'inbound', record_channels: 'dual', record_trim: 'trim-silence', record_custom_file_name: 'my-file' });
    await calling.event('call.answered', call.id);
    await calling.actions.startPlayback(call.id, { audio_url: `${base}/a.wav` });
    await calling.event('call.dtmf.received', call.id);
    await calling.end(call.id);
    const { saved, rate, channels } = await kept(call.id);
    assert.equal(saved.custom_file_name, 'my-file');
    assert.equal(channels.length, 1);
    const ms = channels[0].length * 1_000 / rate;
    assert.ok(ms > 900 && ms < 2_300 && heardMs(channels[0], 900, rate) > 850 && heardMs(channels[0], 600, rate) === 0, `${ms} ms`);
  });

  test('of an answered or bridged call is as long as it may be', { timeout: 40_000 }, async () => {
    const { call_control_id: id } = await calling.ring([{ do: 'wait', ms: 30_000 }]);
    await calling.actions.answer(id, { record: 'record-from-answer', record_format: 'wav', record_channels: 'single', record_max_length: 1 });
    const first = await kept(id);
    assert.ok(Math.abs(first.saved.duration_millis - 1_000) < 150, `${first.saved.duration_millis} ms`);
    const other = await calling.dial(listener);
    await calling.event('call.answered', other.id);
    await calling.actions.bridge(id, { call_control_id: other.id, record: 'record-from-answer', record_format: 'wav', record_channels: 'single', record_max_length: 2 });
    const second = await calling.event('call.recording.saved', id, (p) => p.recording_id !== first.saved.recording_id);
    assert.ok(Math.abs(second.duration_millis - 2_000) < 150, `${second.duration_millis} ms`);
    await calling.end(id);
  });
});

test('silence is sent when there is nothing else, or is not', { timeout: 30_000 }, async () => {
  for (const silence of [true, false]) {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    let packets = 0;
    socket.on('message', () => { ++packets; });
    const call = await calling.dial(listener, { send_silence_when_idle: silence });
    await calling.event('call.answered', call.id);
    await calling.actions.startForking(call.id, { rx: 'udp:127.0.0.1:9', tx: `udp:127.0.0.1:${socket.address().port}` });
    await calling.event('call.fork.started', call.id);
    await pause(1_000);
    assert.equal(packets > 30, silence, `${packets} packets`);
    await calling.end(call.id);
    socket.close();
  }
});

test('a file is read again unless it may be kept', async () => {
  const { id } = await calling.stay();
  const play = async (cache_audio) => {
    const before = calling.seen('call.playback.ended', id).length;
    await calling.actions.startPlayback(id, { audio_url: `${base}/kept.wav`, cache_audio });
    await until(async () => calling.seen('call.playback.ended', id).length, (count) => count > before, 'its end');
    return asked.filter((url) => url === '/kept.wav').length;
  };
  assert.deepEqual([await play(true), await play(true), await play(false), await play(false)], [1, 1, 2, 3]);
  await calling.end(id);
});

test('the new leg of a transfer has a state of its own', async () => {
  const { id } = await calling.stay();
  await calling.actions.transfer(id, { to: listener, client_state: 'aGVyZQ==', target_leg_client_state: 'dGhlcmU=' });
  const bridged = await calling.event('call.bridged', id);
  const there = await calling.event('call.answered', undefined, (p) => p.client_state === 'dGhlcmU=');
  assert.equal(bridged.client_state, 'aGVyZQ==');
  assert.equal(there.to, listener);
  await calling.end(id);
});

describe('a menu', () => {
  test('is said as often as may be, and no more', { timeout: 30_000 }, async () => {
    const { id } = await calling.stay();
    await calling.actions.gatherUsingAudio(id, { audio_url: `${base}/menu.wav`, maximum_tries: 2, timeout_millis: 700 });
    const ended = await calling.event('call.gather.ended', id);
    assert.deepEqual([ended.status, ended.digits], ['timeout', '']);
    assert.equal(calling.seen('call.playback.started', id).length, 2);
    await calling.end(id);
  });

  test('says what it has to say to a wrong answer', { timeout: 40_000 }, async () => {
    const { id, phone } = await calling.stay([{ do: 'wait', ms: 1_500 }, { do: 'press', keys: '9#' }, { do: 'wait', ms: 6_000 }, { do: 'press', keys: '12#' }, { do: 'wait', ms: 30_000 }]);
    await calling.actions.gatherUsingSpeak(id, { payload: 'One.', invalid_payload: 'That was not right at all, and needs to be done once more.', voice: 'female', minimum_digits: 2 });
    assert.equal((await calling.event('call.gather.ended', id, () => true, 20_000)).digits, '12');
    await calling.end(id);
    const heard = await calling.heard(phone);
    const loudMs = Array.from({ length: Math.floor(heard.length / 160) }, (_, n) => heard.subarray(n * 160, n * 160 + 160).some((s) => Math.abs(s) > 500)).filter(Boolean).length * 20;
    assert.ok(loudMs > 2_000, `${loudMs} ms`);
  });
});

test('an answer carries headers to whoever called', async () => {
  const caller = await SipPhone.open(calling.tandem.sipPort, { user: 'paramphone', password: 'correct-horse-9', from: calling.number });
  try {
    await calling.client.credentialConnections.create({ connection_name: 'parameters', user_name: 'paramphone', password: 'correct-horse-9', webhook_event_url: calling.receiver.url,
      outbound: { outbound_voice_profile_id: calling.profile.id } });
    assert.equal((await caller.register()).status, 200);
    const talk = caller.call(calling.number);
    const { call_control_id: id } = await calling.event('call.initiated', undefined, (p) => p.direction === 'incoming' && p.from === calling.number);
    await calling.actions.answer(id, { custom_headers: [{ name: 'X-Desk', value: 'seven' }], sip_headers: [{ name: 'User-to-User', value: '00;encoding=hex' }] });
    const { final } = await talk;
    assert.equal(final.status, 200);
    assert.deepEqual([final.get('x-desk'), final.get('user-to-user')], ['seven', '00;encoding=hex']);
    await calling.end(id);
  } finally {
    caller.close();
  }
});

test('a call ends at its time limit', { timeout: 60_000 }, async () => {
  const ended = await calling.event('call.hangup', limited.id, () => true, 45_000);
  assert.equal(ended.hangup_cause, 'time_limit');
  const talked = new Date(ended.end_time) - new Date((await calling.event('call.answered', limited.id)).start_time);
  assert.ok(talked > 29_000 && talked < 34_000, `${talked} ms`);
});
