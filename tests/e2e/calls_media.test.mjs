// Sound of calls that goes elsewhere and comes from elsewhere: streams, forks, recordings, prompts, digits.
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { fromMuLaw, heardMs, readWav, toMuLaw, tone, wav } from './audio.mjs';
import { Calling, codeOf, outside } from './calling.mjs';
import { until } from './until.mjs';
import { WebSocketServer } from './websocket_server.mjs';

let calling;
let files;  // path -> Buffer
let base;
let fileServer;

before(async () => {
  calling = await Calling.start();
  files = new Map([['/low.wav', wav(tone(600, 400))], ['/long.wav', wav(tone(600, 20_000))], ['/high.wav', wav(tone(1_700, 600))]]);
  fileServer = createServer((request, response) => {
    response.statusCode = files.has(request.url) ? 200 : 404;
    response.end(files.get(request.url));
  }).listen(0, '127.0.0.1');
  await once(fileServer, 'listening');
  base = `http://127.0.0.1:${fileServer.address().port}`;
});
after(async () => {
  fileServer?.close();
  await calling?.stop();
});

describe('a call streamed to a WebSocket', () => {
  test('sends what is heard, the keys, and an end', async () => {
    const server = await WebSocketServer.start();
    try {
      const { id, call_session_id } = await calling.stay([{ do: 'tone', hz: 1_000, ms: 1_500 }, { do: 'press', keys: '7' }, { do: 'wait', ms: 30_000 }]);
      await calling.actions.startStreaming(id, { stream_url: server.url, stream_track: 'inbound_track' });
      const started = await calling.event('streaming.started', id);
      assert.equal(started.stream_url, server.url);
      await assert.rejects(calling.actions.startStreaming(id, { stream_url: server.url }), codeOf('90045'));
      const dtmf = await server.event('dtmf');
      assert.equal(dtmf.dtmf.digit, '7');
      await calling.actions.stopStreaming(id, {});
      await calling.event('streaming.stopped', id);
      const stop = await server.event('stop');
      assert.equal(stop.stop.call_control_id, id);
      assert.equal(stop.stop.user_id, server.texts[1].start.user_id);
      await until(async () => server.closed, Boolean, 'the end of the connection');
      assert.deepEqual(server.texts[0], { event: 'connected', version: '1.0.0' });
      const start = server.texts[1];
      assert.equal(start.event, 'start');
      assert.equal(start.stream_id, started.stream_id);
      assert.equal(start.start.call_session_id, call_session_id);
      assert.equal(start.start.from, outside);
      assert.deepEqual(start.start.media_format, { encoding: 'PCMU', sample_rate: 8_000, channels: 1 });
      const media = server.texts.filter((text) => text.event === 'media');
      assert.ok(media.every((each) => each.media.track === 'inbound'));
      assert.deepEqual(media.slice(0, 3).map((each) => each.media.chunk), ['1', '2', '3']);
      const heard = fromMuLaw(Buffer.concat(media.map((each) => Buffer.from(each.media.payload, 'base64'))));
      assert.ok(heardMs(heard, 1_000) > 800, `${heardMs(heard, 1_000)} ms`);
      await assert.rejects(calling.actions.stopStreaming(id, {}), codeOf('90048'));
      await calling.end(id);
    } finally {
      server.stop();
    }
  });

  test('plays what comes back, and tells when it was', async () => {
    const server = await WebSocketServer.start();
    try {
      const { id, phone } = await calling.stay();
      await calling.actions.startStreaming(id, { stream_url: server.url, stream_bidirectional_mode: 'rtp', stream_bidirectional_codec: 'PCMU' });
      await server.event('start');
      const send = (samples) => server.send({ event: 'media', media: { payload: toMuLaw(samples).toString('base64') } });
      send(tone(700, 1_000));
      server.send({ event: 'mark', mark: { name: 'said' } });
      assert.equal((await server.event('mark')).mark.name, 'said');
      send(tone(1_300, 5_000));
      server.send({ event: 'clear' });
      server.send({ event: 'mark', mark: { name: 'cleared' } });
      await until(async () => server.texts.some((text) => text.mark?.name === 'cleared'), Boolean, 'the second mark', 3_000);
      await calling.end(id);
      await calling.event('streaming.stopped', id);
      const heard = await calling.heard(phone);
      assert.ok(heardMs(heard, 700) > 850 && heardMs(heard, 700) < 1_150, `${heardMs(heard, 700)} ms`);
      assert.ok(heardMs(heard, 1_300) < 1_000, `${heardMs(heard, 1_300)} ms`);
    } finally {
      server.stop();
    }
  });

  test('plays MP3 files that come back', async () => {
    const server = await WebSocketServer.start();
    try {
      const speaker = await calling.stay([{ do: 'tone', hz: 900, ms: 5_000 }]);
      await calling.actions.startRecording(speaker.id, { format: 'mp3', channels: 'single', max_length: 1 });
      const saved = await calling.event('call.recording.saved', speaker.id);
      const mp3 = Buffer.from(await (await fetch(saved.recording_urls.mp3)).arrayBuffer());
      await calling.end(speaker.id);
      const { id, phone } = await calling.stay();
      await calling.actions.startStreaming(id, { stream_url: server.url });
      await server.event('start');
      server.send({ event: 'media', media: { payload: mp3.toString('base64') } });
      server.send({ event: 'mark', mark: { name: 'played' } });
      await server.event('mark');
      await calling.end(id);
      const heard = await calling.heard(phone);
      assert.ok(heardMs(heard, 900) > 500, `${heardMs(heard, 900)} ms`);
    } finally {
      server.stop();
    }
  });

  test('tells that nobody is there', async () => {
    const { id } = await calling.stay();
    await calling.actions.startStreaming(id, { stream_url: 'ws://127.0.0.1:9/' });
    const failed = await calling.event('streaming.failed', id);
    assert.equal(failed.failure_reason, 'connection_failed');
    await calling.end(id);
  });
});

test('a fork copies the RTP of both directions', async () => {
  const sockets = [createSocket('udp4').bind(0, '127.0.0.1'), createSocket('udp4').bind(0, '127.0.0.1')];
  await Promise.all(sockets.map((socket) => once(socket, 'listening')));
  const got = sockets.map((socket) => {
    const packets = [];
    socket.on('message', (packet) => packets.push(packet));
    return packets;
  });
  try {
    const { id } = await calling.stay([{ do: 'tone', hz: 1_000, ms: 10_000 }]);
    const [rx, tx] = sockets.map((socket) => `udp:127.0.0.1:${socket.address().port}`);
    await calling.actions.startForking(id, { rx, tx });
    await calling.event('call.fork.started', id);
    await calling.actions.startPlayback(id, { audio_url: `${base}/long.wav` });
    await until(async () => got.every((packets) => packets.length > 60), Boolean, 'packets of both directions');
    await calling.actions.stopForking(id, {});
    await calling.event('call.fork.stopped', id);
    const heard = got.map((packets) => fromMuLaw(Buffer.concat(packets.map((packet) => packet.subarray(12)))));
    assert.ok(heardMs(heard[0], 1_000) > 700 && heardMs(heard[0], 600) === 0);
    assert.ok(heardMs(heard[1], 600) > 500 && heardMs(heard[1], 1_000) === 0);
    await calling.end(id);
  } finally {
    sockets.forEach((socket) => socket.close());
  }
});

test('a recording that pauses leaves that out', async () => {
  const { id } = await calling.stay([{ do: 'tone', hz: 500, ms: 1_000 }, { do: 'press', keys: '1' }, { do: 'tone', hz: 1_500, ms: 1_000 },
    { do: 'press', keys: '2' }, { do: 'tone', hz: 2_300, ms: 1_000 }, { do: 'press', keys: '3' }, { do: 'wait', ms: 30_000 }]);
  const { data } = await calling.actions.startRecording(id, { format: 'wav', channels: 'single' });
  await calling.event('call.dtmf.received', id, (p) => p.digit === '1');
  await calling.actions.pauseRecording(id, {});
  await calling.event('call.dtmf.received', id, (p) => p.digit === '2');
  await calling.actions.resumeRecording(id, { recording_id: data.recording_id });
  await calling.event('call.dtmf.received', id, (p) => p.digit === '3');
  await assert.rejects(calling.actions.pauseRecording(id, { recording_id: '5d8a6f2e-0000-4000-8000-000000000000' }), codeOf('10005'));
  await calling.actions.stopRecording(id, {});
  const saved = await calling.event('call.recording.saved', id);
  const { rate, channels } = readWav(Buffer.from(await (await fetch(saved.recording_urls.wav)).arrayBuffer()));
  const [first, paused, last] = [500, 1_500, 2_300].map((hz) => heardMs(channels[0], hz, rate));
  assert.ok(first > 500 && last > 700 && paused < 300, `${first}, ${paused}, ${last} ms`);
  await calling.end(id);
});

describe('a file that is played', () => {
  test('is repeated as often as asked', async () => {
    const { id, phone } = await calling.stay();
    await calling.actions.startPlayback(id, { audio_url: `${base}/low.wav`, loop: 3 });
    assert.equal((await calling.event('call.playback.ended', id)).status, 'completed');
    await calling.end(id);
    const ms = heardMs(await calling.heard(phone), 600);
    assert.ok(ms > 1_050 && ms < 1_350, `${ms} ms`);
  });

  test('goes on for ever until it is stopped, and the next one follows', async () => {
    const { id, phone } = await calling.stay();
    await calling.actions.startPlayback(id, { audio_url: `${base}/low.wav`, loop: 'infinity' });
    await calling.event('call.playback.started', id);
    await calling.actions.startPlayback(id, { audio_url: `${base}/high.wav` });
    await calling.actions.stopPlayback(id, { stop: 'current' });
    assert.equal((await calling.event('call.playback.ended', id, (p) => p.media_url.endsWith('low.wav'))).status, 'cancelled');
    assert.equal((await calling.event('call.playback.ended', id, (p) => p.media_url.endsWith('high.wav'))).status, 'completed');
    await calling.actions.startPlayback(id, { audio_url: `${base}/long.wav` });
    await calling.event('call.playback.started', id, (p) => p.media_url.endsWith('long.wav'));
    await calling.actions.stopPlayback(id, {});
    assert.equal((await calling.event('call.playback.ended', id, (p) => p.media_url.endsWith('long.wav'))).status, 'cancelled');
    await assert.rejects(calling.actions.stopPlayback(id, { stop: 'sometime' }), codeOf('90016'));
    await calling.end(id);
    const ms = heardMs(await calling.heard(phone), 1_700);
    assert.ok(ms > 500 && ms < 700, `${ms} ms`);
  });

  test('is laid over another one', async () => {
    const { id, phone } = await calling.stay();
    await calling.actions.startPlayback(id, { audio_url: `${base}/long.wav` });
    await calling.event('call.playback.started', id);
    await calling.actions.startPlayback(id, { audio_url: `${base}/high.wav`, overlay: true });
    const over = await calling.event('call.playback.ended', id, (p) => p.overlay);
    assert.equal(over.status, 'completed');
    await calling.end(id);
    assert.equal((await calling.event('call.playback.ended', id, (p) => !p.overlay)).status, 'call_hangup');
    const heard = await calling.heard(phone);
    const both = Array.from({ length: Math.floor(heard.length / 160) }, (_, i) => heard.subarray(i * 160, i * 160 + 160))
      .filter((window) => heardMs(window, 600, 8_000, 0.15) && heardMs(window, 1_700, 8_000, 0.15)).length * 20;
    assert.ok(both > 400, `${both} ms of both`);
  });
});

describe('digits that are gathered', () => {
  test('without a prompt, until one ends them', async () => {
    const { id } = await calling.stay([{ do: 'wait', ms: 700 }, { do: 'press', keys: '95*1#' }, { do: 'wait', ms: 30_000 }]);
    await calling.actions.gather(id, { minimum_digits: 1, maximum_digits: 10, terminating_digit: '*', gather_id: 'pin' });
    const gathered = await calling.event('call.gather.ended', id);
    assert.deepEqual([gathered.digits, gathered.status, gathered.gather_id], ['95', 'valid', 'pin']);
    await calling.end(id);
  });

  test('are waited for no longer than asked', async () => {
    const { id } = await calling.stay();
    await calling.actions.gather(id, { initial_timeout_millis: 300 });
    assert.equal((await calling.event('call.gather.ended', id)).status, 'timeout');
    await calling.end(id);
  });

  test('are not waited for when that is stopped', async () => {
    const { id } = await calling.stay();
    await calling.actions.gather(id, {});
    await calling.actions.stopGather(id, {});
    assert.equal((await calling.event('call.gather.ended', id)).status, 'cancelled');
    await calling.end(id);
  });

  test('behind a file, which is said again for too few', async () => {
    const { id, phone } = await calling.stay([{ do: 'wait', ms: 1_200 }, { do: 'press', keys: '1#' }, { do: 'wait', ms: 1_500 },
      { do: 'press', keys: '123' }, { do: 'wait', ms: 30_000 }]);
    await calling.actions.gatherUsingAudio(id, { audio_url: `${base}/low.wav`, invalid_audio_url: `${base}/high.wav`, minimum_digits: 3, maximum_digits: 3 });
    const gathered = await calling.event('call.gather.ended', id);
    assert.deepEqual([gathered.digits, gathered.status], ['123', 'valid']);
    await calling.end(id);
    const heard = await calling.heard(phone);
    assert.ok(heardMs(heard, 600) > 300 && heardMs(heard, 1_700) > 450, `${heardMs(heard, 600)}, ${heardMs(heard, 1_700)} ms`);
    const told = (type) => calling.seen(type, id).map((p) => p.media_url.slice(base.length));
    assert.deepEqual(told('call.playback.started'), ['/low.wav', '/high.wav']);
    assert.deepEqual(told('call.playback.ended'), ['/low.wav', '/high.wav']);
  });
});
