// Things that go on in one call at the same time: each is heard, recorded and told as if it were alone.
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { fromMuLaw, heardMs, readWav, toMuLaw, tone, wav } from './audio.mjs';
import { Calling, codeOf } from './calling.mjs';
import { until } from './until.mjs';
import { WebSocketServer } from './websocket_server.mjs';

let calling;
let files;
let base;
const first = '+13125550190';  // says 1,000 Hz
const second = '+13125550191';  // says 1,300 Hz
const listener = '+13125550192';
const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

before(async () => {
  calling = await Calling.start();
  const prompts = new Map([['/menu.wav', wav(tone(600, 20_000))], ['/thanks.wav', wav(tone(1_700, 600))], ['/music.wav', wav(tone(2_200, 1_000))]]);
  files = createServer((request, response) => response.end(prompts.get(request.url))).listen(0, '127.0.0.1');
  await once(files, 'listening');
  base = `http://127.0.0.1:${files.address().port}`;
  const script = (number, steps) => calling.tandem.request('PUT', `/sandbox/subscribers/${number}`, { body: { answer_after_ms: 0, steps } });
  await script(first, [{ do: 'tone', hz: 1_000, ms: 30_000 }]);
  await script(second, [{ do: 'tone', hz: 1_300, ms: 30_000 }]);
  await script(listener, [{ do: 'wait', ms: 30_000 }]);
});
after(async () => {
  files?.closeAllConnections();
  files?.close();
  await calling?.stop();
});

const savedRecording = async (id, recording) => {
  const saved = await calling.event('call.recording.saved', id, (p) => !recording || p.recording_id === recording);
  return readWav(Buffer.from(await (await fetch(saved.recording_urls.wav)).arrayBuffer()));
};
const streamed = (server, track) => fromMuLaw(Buffer.concat(server.texts.filter((text) => text.media?.track === track)
  .map((text) => Buffer.from(text.media.payload, 'base64'))));
const answered = async (number, more) => {
  const call = await calling.dial(number, more);
  await calling.event('call.answered', call.id);
  return call;
};

test('a menu is interrupted by a key while the call is recorded, streamed and forked', { timeout: 60_000 }, async () => {
  const server = await WebSocketServer.start();
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const forked = [];
  socket.on('message', (packet) => forked.push(packet.subarray(12)));
  try {
    const initiated = await calling.ring([{ do: 'tone', hz: 500, ms: 2_000 }, { do: 'press', keys: '4#' }, { do: 'tone', hz: 500, ms: 20_000 }]);
    const id = initiated.call_control_id;
    const { data } = await calling.actions.answer(id, { record: 'record-from-answer', record_format: 'wav', stream_url: server.url, stream_track: 'both_tracks' });
    assert.match(data.recording_id, /^[0-9a-f-]{36}$/);
    await calling.event('streaming.started', id);
    await calling.actions.startForking(id, { rx: 'udp:127.0.0.1:9', tx: `udp:127.0.0.1:${socket.address().port}` });
    await calling.actions.gatherUsingAudio(id, { audio_url: `${base}/menu.wav`, gather_id: 'menu' });
    await calling.event('call.playback.started', id, (p) => p.media_url === `${base}/menu.wav`);
    const gathered = await calling.event('call.gather.ended', id);
    assert.deepEqual([gathered.digits, gathered.status], ['4', 'valid']);
    assert.equal((await calling.event('call.playback.ended', id, (p) => p.media_url === `${base}/menu.wav`)).status, 'cancelled');
    await calling.actions.startPlayback(id, { audio_url: `${base}/thanks.wav` });
    await calling.event('call.playback.ended', id, (p) => p.media_url === `${base}/thanks.wav`);
    assert.equal((await server.event('dtmf')).dtmf.digit, '4');
    await calling.end(id);
    await calling.event('streaming.stopped', id);
    await calling.event('call.fork.stopped', id);
    const { rate, channels: [caller, us] } = await savedRecording(id, data.recording_id);
    const menu = (samples, hz = 8_000) => heardMs(samples, 600, hz);
    const heard = { phone: await calling.heard(initiated.phone), recorded: us, streamed: streamed(server, 'outbound'), forked: fromMuLaw(Buffer.concat(forked)) };
    for (const [where, samples] of Object.entries(heard)) {
      const ms = menu(samples, where === 'recorded' ? rate : 8_000);
      assert.ok(ms > 500 && ms < 2_600, `${where} has ${ms} ms of the menu`);
      const thanks = heardMs(samples, 1_700, where === 'recorded' ? rate : 8_000);
      assert.ok(thanks > 450 && thanks < 750, `${where} has ${thanks} ms of the thanks`);
    }
    for (const [where, samples] of [['recording', caller], ['stream', streamed(server, 'inbound')]]) {
      assert.ok(heardMs(samples, 500, where === 'recording' ? rate : 8_000) > 2_300, where);
      assert.equal(heardMs(samples, 600, where === 'recording' ? rate : 8_000), 0, where);
    }
  } finally {
    socket.close();
    server.stop();
  }
});

test('music ends when the call is bridged out of its queue, and the recording goes on', { timeout: 60_000 }, async () => {
  const caller = await calling.stay([{ do: 'tone', hz: 700, ms: 30_000 }]);
  const { data } = await calling.actions.startRecording(caller.id, { format: 'wav', channels: 'dual' });
  await calling.actions.enqueue(caller.id, { queue_name: 'waiting' });
  await calling.actions.startPlayback(caller.id, { audio_url: `${base}/music.wav`, loop: 'infinity' });
  await calling.event('call.playback.started', caller.id);
  await pause(1_000);
  const agent = await answered(first, { preferred_codecs: 'PCMA' });
  await calling.actions.bridge(agent.id, { queue: 'waiting' });
  await calling.event('call.bridged', caller.id);
  assert.equal((await calling.event('call.playback.ended', caller.id)).status, 'cancelled');
  await pause(1_500);
  await calling.end(caller.id);
  const { rate, channels: [said, heard] } = await savedRecording(caller.id, data.recording_id);
  const seconds = { music: heardMs(heard, 2_200, rate), agent: heardMs(heard, 1_000, rate), caller: heardMs(said, 700, rate) };
  assert.ok(seconds.music > 800 && seconds.music < 2_500 && seconds.agent > 1_200 && seconds.caller > 2_300, JSON.stringify(seconds));
  const atPhone = await calling.heard(caller.phone);
  assert.ok(heardMs(atPhone, 1_000) > 1_200 && heardMs(atPhone, 2_200) < 2_500);
});

test('a call that is handed from one to another is recorded and streamed all along', { timeout: 60_000 }, async () => {
  const server = await WebSocketServer.start();
  try {
    const caller = await calling.stay([{ do: 'tone', hz: 700, ms: 30_000 }]);
    await calling.actions.startStreaming(caller.id, { stream_url: server.url, stream_track: 'both_tracks', stream_codec: 'PCMU' });
    await calling.event('streaming.started', caller.id);
    const { data } = await calling.actions.startRecording(caller.id, { format: 'wav', channels: 'dual' });
    const one = await answered(first, { preferred_codecs: 'G722' });
    await calling.actions.bridge(caller.id, { call_control_id: one.id, park_after_unbridge: 'self' });
    await calling.event('call.bridged', caller.id);
    await pause(1_200);
    await calling.end(one.id);
    const two = await answered(second);
    await calling.actions.bridge(caller.id, { call_control_id: two.id });
    await calling.event('call.bridged', two.id);
    await pause(1_200);
    await calling.end(caller.id);
    const { rate, channels: [said, heard] } = await savedRecording(caller.id, data.recording_id);
    const [atOne, atTwo] = [heardMs(heard, 1_000, rate), heardMs(heard, 1_300, rate)];
    assert.ok(atOne > 900 && atTwo > 900 && heardMs(said, 700, rate) > 2_200, `${atOne} and ${atTwo} ms`);
    const out = streamed(server, 'outbound');
    assert.ok(heardMs(out, 1_000) > 900 && heardMs(out, 1_300) > 900 && heardMs(streamed(server, 'inbound'), 700) > 2_200);
    const phone = (await calling.phoneCall(second)).id;
    assert.ok(await calling.heardMs(phone, 700) > 900);
  } finally {
    server.stop();
  }
});

test('who is left by a transfer or another bridge is hung up, or parked when that was said', { timeout: 60_000 }, async () => {
  const caller = await calling.stay([{ do: 'tone', hz: 700, ms: 30_000 }]);
  const one = await answered(first);
  await calling.actions.bridge(caller.id, { call_control_id: one.id });
  await calling.event('call.bridged', one.id);
  await calling.actions.transfer(caller.id, { to: second });
  await calling.event('call.hangup', one.id);
  const two = await calling.event('call.answered', undefined, (p) => p.to === second && p.call_session_id === caller.call_session_id);
  const three = await answered(first);
  await assert.rejects(calling.actions.bridge(two.call_control_id, { call_control_id: caller.id, park_after_unbridge: 'both' }), codeOf('10015'));
  await calling.actions.bridge(two.call_control_id, { call_control_id: caller.id, park_after_unbridge: 'self' });
  await calling.actions.bridge(caller.id, { call_control_id: three.id });
  await calling.event('call.bridged', three.id);
  await pause(800);
  assert.equal((await calling.client.calls.retrieveStatus(two.call_control_id)).data.is_alive, true, 'it is parked');
  await calling.end(two.call_control_id);
  await calling.end(caller.id);
  await calling.event('call.hangup', three.id);
  const heard = await calling.heard(caller.phone);
  assert.ok(heardMs(heard, 1_000) > 700, `${heardMs(heard, 1_000)} ms`);
});

test('keys are sent in the middle of a playback, which goes on', { timeout: 40_000 }, async () => {
  const call = await answered(listener);
  await calling.actions.startPlayback(call.id, { audio_url: `${base}/menu.wav` });
  await calling.event('call.playback.started', call.id);
  await calling.actions.sendDtmf(call.id, { digits: '31w7' });
  const phone = await until(() => calling.phoneCall(listener), (seen) => seen.digits === '317', 'the keys');
  await pause(700);
  await calling.actions.stopPlayback(call.id, {});
  await calling.event('call.playback.ended', call.id);
  await calling.end(call.id);
  const ms = await calling.heardMs(phone.id, 600);
  assert.ok(ms > 600, `${ms} ms`);
});

test('a client speaks through a bridge while both sides are recorded and a prompt is overlaid', { timeout: 60_000 }, async () => {
  const server = await WebSocketServer.start();
  try {
    const caller = await calling.stay([{ do: 'wait', ms: 30_000 }]);
    await assert.rejects(calling.actions.startPlayback(caller.id, { audio_url: `${base}/menu.wav`, overlay: true }), codeOf('10027'));
    const other = await answered(listener);
    await calling.actions.bridge(caller.id, { call_control_id: other.id });
    await calling.event('call.bridged', caller.id);
    await calling.actions.startStreaming(caller.id, { stream_url: server.url, stream_bidirectional_mode: 'rtp', stream_bidirectional_target_legs: 'both' });
    await server.event('start');
    const { data } = await calling.actions.startRecording(other.id, { format: 'wav', channels: 'dual' });
    await calling.actions.startPlayback(caller.id, { audio_url: `${base}/menu.wav` });
    await calling.event('call.playback.started', caller.id);
    await calling.actions.startPlayback(caller.id, { audio_url: `${base}/thanks.wav`, overlay: true });
    server.send({ event: 'media', media: { payload: toMuLaw(tone(1_100, 1_200)).toString('base64') } });
    server.send({ event: 'mark', mark: { name: 'said' } });
    await server.event('mark');
    await calling.event('call.playback.ended', caller.id, (p) => p.overlay);
    await calling.actions.stopStreaming(caller.id, {});
    await calling.actions.stopPlayback(caller.id, {});
    await calling.event('call.playback.ended', caller.id, (p) => !p.overlay);
    await calling.end(caller.id);
    const atCaller = await calling.heard(caller.phone);
    const share = (hz) => heardMs(atCaller, hz, 8_000, 0.2);
    assert.ok(share(600) > 1_000 && share(1_700) > 400 && share(1_100) > 900, `${share(600)}, ${share(1_700)}, ${share(1_100)} ms`);
    const { rate, channels: [, heard] } = await savedRecording(other.id, data.recording_id);
    assert.ok(heardMs(heard, 1_100, rate) > 900 && heardMs(heard, 600, rate) === 0, 'what the other side heard');
  } finally {
    server.stop();
  }
});

test('a hang-up in the middle of everything ends everything once', { timeout: 60_000 }, async () => {
  const server = await WebSocketServer.start();
  try {
    const { id } = await calling.stay([{ do: 'tone', hz: 500, ms: 20_000 }]);
    await calling.actions.startStreaming(id, { stream_url: server.url });
    await calling.event('streaming.started', id);
    await calling.actions.startForking(id, { rx: 'udp:127.0.0.1:9', tx: 'udp:127.0.0.1:9' });
    await calling.actions.startRecording(id, { format: 'mp3', channels: 'single', play_beep: true });
    await calling.actions.startRecording(id, { format: 'wav', channels: 'dual' });
    await calling.actions.startPlayback(id, { audio_url: `${base}/menu.wav` });
    await calling.event('call.playback.started', id);
    await calling.actions.gatherUsingSpeak(id, { payload: 'Press a key.', voice: 'female' });
    await pause(500);
    await calling.end(id);
    await calling.event('streaming.stopped', id);
    await until(async () => calling.seen('call.recording.saved', id).length, (count) => count === 2, 'both recordings');
    const once = ['call.playback.ended', 'call.gather.ended', 'streaming.stopped', 'call.fork.stopped', 'call.hangup'];
    for (const type of once) assert.equal(calling.seen(type, id).length, 1, type);
    assert.equal(calling.seen('call.playback.ended', id)[0].status, 'call_hangup');
    assert.equal(calling.seen('call.gather.ended', id)[0].status, 'call_hangup');
    assert.equal(calling.seen('call.recording.error', id).length, 0);
  } finally {
    server.stop();
  }
});
