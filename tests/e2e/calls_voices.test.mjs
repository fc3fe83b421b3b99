// Who hears whom, and how: supervisors, changed voices, streams that speak to one side, speed of speech.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { heardMs, readWav, toMuLaw, tone, wav } from './audio.mjs';
import { Calling, codeOf } from './calling.mjs';
import { until } from './until.mjs';
import { WebSocketServer } from './websocket_server.mjs';

let calling;
let files;
let base;
const callee = '+13125550170';  // says 1,000 Hz
const supervisor = '+13125550171';  // says 1,900 Hz
const listener = '+13125550172';
const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
const script = (number, steps, more = {}) => calling.tandem.request('PUT', `/sandbox/subscribers/${number}`, { body: { answer_after_ms: 0, steps, ...more } });

before(async () => {
  calling = await Calling.start();
  const prompts = new Map([['/prompt.wav', wav(tone(600, 1_500))]]);
  files = createServer((request, response) => response.end(prompts.get(request.url))).listen(0, '127.0.0.1');
  await once(files, 'listening');
  base = `http://127.0.0.1:${files.address().port}`;
  await script(callee, [{ do: 'tone', hz: 1_000, ms: 30_000 }]);
  await script(supervisor, [{ do: 'tone', hz: 1_900, ms: 30_000 }]);
  await script(listener, [{ do: 'wait', ms: 30_000 }]);
});
after(async () => {
  files?.closeAllConnections();
  files?.close();
  await calling?.stop();
});

/** A caller that says 700 Hz, bridged with somebody. */
async function bridged(number, more = {}, steps = [{ do: 'tone', hz: 700, ms: 30_000 }]) {
  const caller = await calling.stay(steps);
  const other = await calling.dial(number, more);
  await calling.event('call.answered', other.id);
  await calling.actions.bridge(caller.id, { call_control_id: other.id });
  await calling.event('call.bridged', caller.id);
  return { caller, other, phone: (await calling.phoneCall(number)).id };
}

describe('a supervisor', () => {
  test('hears everything, and is heard by nobody, by one, by both', { timeout: 60_000 }, async () => {
    const { caller, other, phone } = await bridged(callee, { preferred_codecs: 'G722' });
    const boss = await calling.dial(supervisor, { supervise_call_control_id: caller.id, supervisor_role: 'monitor' });
    await calling.event('call.answered', boss.id);
    await pause(1_500);
    await calling.actions.switchSupervisorRole(boss.id, { role: 'whisper' });
    await pause(1_500);
    await calling.actions.switchSupervisorRole(boss.id, { role: 'barge' });
    await pause(1_500);
    await calling.end(caller.id);
    await calling.event('call.hangup', other.id);
    await calling.event('call.hangup', boss.id);
    const heard = await calling.recordingOf((await calling.phoneCall(supervisor)).id);
    const [both, mine] = [[700, 1_000].map((hz) => heardMs(heard.channels[0], hz, heard.rate)), heardMs(heard.channels[0], 1_900, heard.rate)];
    assert.ok(both.every((ms) => ms > 3_500) && mine === 0, `the supervisor heard ${both} and itself for ${mine} ms`);
    const [atCaller, atCallee] = [await calling.heardMs(caller.phone, 1_900), await calling.heardMs(phone, 1_900)];
    assert.ok(atCaller > 2_300 && atCaller < 3_700, `the caller heard it for ${atCaller} ms`);
    assert.ok(atCallee > 1_000 && atCallee < 2_200, `the callee heard it for ${atCallee} ms`);
  });

  test('stays with a call that is transferred, and hears prompts', { timeout: 60_000 }, async () => {
    const caller = await calling.stay([{ do: 'tone', hz: 700, ms: 30_000 }]);
    const boss = await calling.dial(supervisor, { supervise_call_control_id: caller.id, supervisor_role: 'monitor' });
    await calling.event('call.answered', boss.id);
    await calling.actions.startPlayback(caller.id, { audio_url: `${base}/prompt.wav` });
    await calling.event('call.playback.ended', caller.id);
    await calling.actions.transfer(caller.id, { to: callee });
    await calling.event('call.bridged', caller.id);
    await pause(1_200);
    await calling.end(boss.id);
    await calling.end(caller.id);
    const phone = (await calling.phoneCall(supervisor)).id;
    const [prompt, transferred] = [await calling.heardMs(phone, 600), await calling.heardMs(phone, 1_000)];
    assert.ok(prompt > 1_200 && transferred > 800, `${prompt} and ${transferred} ms`);
    assert.ok(await calling.heardMs(caller.phone, 1_900) === 0);
  });

  test('needs a call to supervise', async () => {
    const more = (id) => ({ supervise_call_control_id: id });
    await assert.rejects(calling.dial(supervisor, more('v3:none')), codeOf('90015'));
    const ringing = await calling.ring();
    await assert.rejects(calling.dial(supervisor, more(ringing.call_control_id)), codeOf('90034'));
    await calling.end(ringing.call_control_id);
    await assert.rejects(calling.dial(supervisor, more(ringing.call_control_id)), codeOf('90018'));
    const { id } = await calling.stay();
    await assert.rejects(calling.actions.switchSupervisorRole(id, { role: 'barge' }), codeOf('10027'));
    await calling.end(id);
  });
});

describe('a voice', () => {
  test('that is heard by whom is called is an octave higher', async () => {
    const call = await calling.dial(listener, { sound_modifications: { octaves: 1 } });
    await calling.event('call.answered', call.id);
    await calling.actions.startPlayback(call.id, { audio_url: `${base}/prompt.wav` });
    await calling.event('call.playback.ended', call.id);
    await calling.end(call.id);
    const phone = (await calling.phoneCall(listener)).id;
    const [high, low] = [await calling.heardMs(phone, 1_200), await calling.heardMs(phone, 600)];
    assert.ok(high > 1_300 && low < 100, `${high} and ${low} ms`);
  });

  test('of a caller is lower for everybody else', { timeout: 40_000 }, async () => {
    const initiated = await calling.ring([{ do: 'tone', hz: 1_400, ms: 20_000 }]);
    const id = initiated.call_control_id;
    await calling.actions.answer(id, { sound_modifications: { semitone: -12, track: 'inbound' } });
    await calling.event('call.answered', id);
    await calling.actions.startRecording(id, { format: 'wav', channels: 'single', recording_track: 'inbound' });
    await calling.actions.transfer(id, { to: listener, sound_modifications: { pitch: 1.0 } });
    await calling.event('call.bridged', id);
    await pause(1_500);
    await calling.actions.stopRecording(id, {});
    const saved = await calling.event('call.recording.saved', id);
    await calling.end(id);
    const phone = (await calling.phoneCall(listener)).id;
    const { rate, channels } = readWav(Buffer.from(await (await fetch(saved.recording_urls.wav)).arrayBuffer()));
    const [there, unchanged, recorded] = [await calling.heardMs(phone, 700), await calling.heardMs(phone, 1_400), heardMs(channels[0], 700, rate)];
    assert.ok(there > 1_000 && unchanged < 100 && recorded > 1_000, `${there}, ${unchanged} and ${recorded} ms`);
  });

  test('can be changed within limits', async () => {
    for (const [wrong, pointer] of [[{ octaves: 2 }, 'octaves'], [{ semitone: -15 }, 'semitone'], [{ pitch: 0 }, 'pitch'], [{ track: 'both' }, 'track']]) {
      const { body } = await calling.tandem.request('POST', '/calls', { body: { connection_id: calling.application.id, from: calling.number, to: listener, sound_modifications: wrong } });
      assert.deepEqual([body.errors[0].code, body.errors[0].source.pointer], ['10015', `/sound_modifications/${pointer}`]);
    }
  });
});

describe('a stream', () => {
  const speak = (server, hz = 1_600, ms = 1_000) => server.send({ event: 'media', media: { payload: toMuLaw(tone(hz, ms)).toString('base64') } });
  const rtp = { stream_bidirectional_mode: 'rtp', stream_bidirectional_codec: 'PCMU' };

  for (const [target, here, there] of [['self', true, false], ['opposite', false, true], ['both', true, true], [undefined, false, true]]) {
    test(`speaks to ${target ?? 'the opposite leg when nothing is said'}`, { timeout: 30_000 }, async () => {
      const server = await WebSocketServer.start();
      try {
        const { caller, phone } = await bridged(listener, {}, [{ do: 'wait', ms: 30_000 }]);
        await calling.actions.startStreaming(caller.id, { stream_url: server.url, ...rtp, stream_bidirectional_target_legs: target });
        await server.event('start');
        speak(server);
        server.send({ event: 'mark', mark: { name: 'said' } });
        await server.event('mark');
        await calling.end(caller.id);
        const heard = [await calling.heardMs(caller.phone, 1_600), await calling.heardMs(phone, 1_600)];
        assert.deepEqual(heard.map((ms) => ms > 800), [here, there], `${heard} ms`);
        assert.ok(heard.every((ms) => ms > 800 || ms === 0), `${heard} ms`);
      } finally {
        server.stop();
      }
    });
  }

  for (const rate of [8_000, 16_000, 48_000]) {
    test(`speaks linear samples at ${rate} Hz`, { timeout: 30_000 }, async () => {
      const server = await WebSocketServer.start();
      try {
        const { id, phone } = await calling.stay();
        await calling.actions.startStreaming(id, { stream_url: server.url, stream_bidirectional_mode: 'rtp', stream_bidirectional_codec: 'L16', stream_bidirectional_sampling_rate: rate });
        await server.event('start');
        for (let n = 0; n < 10; ++n) {
          const piece = Int16Array.from({ length: rate / 10 }, (_, i) => 8_000 * Math.sin(2 * Math.PI * 900 * (n * rate / 10 + i) / rate));
          server.send({ event: 'media', media: { payload: Buffer.from(piece.buffer).swap16().toString('base64') } });
        }
        server.send({ event: 'mark', mark: { name: 'said' } });
        await server.event('mark');
        await calling.end(id);
        const ms = await calling.heardMs(phone, 900);
        assert.ok(ms > 900 && ms < 1_150, `${ms} ms`);
      } finally {
        server.stop();
      }
    });
  }

  test('has the codec of the call when none is asked for', { timeout: 30_000 }, async () => {
    for (const [codec, encoding] of [['G722', 'G722'], ['PCMA', 'PCMA']]) {
      const server = await WebSocketServer.start();
      const call = await calling.dial(callee, { preferred_codecs: codec, stream_url: server.url });
      const start = await server.event('start');
      assert.equal(start.start.media_format.encoding, encoding);
      await server.event('media');
      await calling.end(call.id);
      server.stop();
    }
  });

  test('is there before the call is placed when that is asked for', { timeout: 30_000 }, async () => {
    const server = await WebSocketServer.start();
    try {
      let open;
      server.ready = new Promise((resolve) => { open = resolve; });  // the server takes its time
      const call = await calling.dial(listener, { stream_url: server.url, stream_establish_before_call_originate: true });
      await until(async () => server.asked, Boolean, 'a connection');
      const before = (await calling.phoneCall(listener)).id;
      await pause(500);
      assert.equal((await calling.phoneCall(listener)).id, before, 'nothing rings yet');
      open();
      await calling.event('call.answered', call.id);
      const start = await server.event('start');
      assert.equal(start.start.call_control_id, call.id);
      assert.deepEqual(server.texts.slice(0, 2).map((text) => text.event), ['connected', 'start']);
      assert.equal(server.connections, 1);
      await calling.end(call.id);
      await until(async () => server.closed, Boolean, 'the end of the connection');
    } finally {
      server.stop();
    }
  });

  test('that can not be established does not keep the call from being placed', { timeout: 30_000 }, async () => {
    const call = await calling.dial(listener, { stream_url: 'ws://127.0.0.1:9/', stream_establish_before_call_originate: true });
    await calling.event('call.answered', call.id);
    await calling.event('streaming.failed', call.id);
    await calling.end(call.id);
  });

  test('that nobody waits for any more is closed', { timeout: 30_000 }, async () => {
    const server = await WebSocketServer.start();
    try {
      let open;
      server.ready = new Promise((resolve) => { open = resolve; });
      const cancelled = await calling.dial(listener, { stream_url: server.url, stream_establish_before_call_originate: true });
      await until(async () => server.asked, Boolean, 'a connection');
      await calling.actions.hangup(cancelled.id, {});
      assert.equal((await calling.event('call.hangup', cancelled.id)).hangup_cause, 'originator_cancel');
      open();
      const busy = await calling.dial('+15005550201', { stream_url: server.url, stream_establish_before_call_originate: true });
      await calling.event('call.hangup', busy.id);
      await until(async () => server.closed, Boolean, 'the end of the connection');
    } finally {
      server.stop();
    }
  });

  test('and a recording are named when the call is placed', async () => {
    const call = await calling.dial(listener, { record: 'record-from-answer', record_format: 'wav' });
    await calling.event('call.answered', call.id);
    await calling.end(call.id);
    assert.equal((await calling.event('call.recording.saved', call.id)).recording_id, call.recording_id);
  });

  test('of what can not be is refused', async () => {
    await assert.rejects(calling.dial(listener, { stream_url: 'http://example.com' }), codeOf('10003'));
    await assert.rejects(calling.dial(listener, { stream_url: 'ws://127.0.0.1:1', stream_bidirectional_codec: 'AMR-WB' }), codeOf('10015'));
    await assert.rejects(calling.dial(listener, { billing_group_id: '5d8a6f2e-0000-4000-8000-000000000000' }), codeOf('10015'));
    await assert.rejects(calling.dial(listener, { media_encryption: 'DTLS' }), codeOf('10015'));
    await assert.rejects(calling.dial(listener, { record: 'record-from-answer', record_max_length: 43_201 }), codeOf('10033'));
    await assert.rejects(calling.dial(listener, { record: 'record-from-answer', record_timeout_secs: -1 }), codeOf('90049'));
    for (const timeout_secs of [4, 601]) await assert.rejects(calling.dial(listener, { timeout_secs }), codeOf('90028'));
    await assert.rejects(calling.dial(listener, { audio_url: `${base}/prompt.wav`, media_name: 'one' }), codeOf('10015'));
  });
});

describe('speech', () => {
  test('is as fast as asked, in each engine', { timeout: 60_000 }, async () => {
    for (const language of ['en-US', 'de-DE']) {
      const lasts = async (voice_speed) => {
        const { id, phone } = await calling.stay([{ do: 'wait', ms: 60_000 }]);
        await calling.actions.speak(id, { payload: 'One two three four five six seven eight.', voice: 'Telnyx.KokoroTTS.af', language, voice_settings: { type: 'telnyx', voice_speed } });
        await calling.event('call.speak.ended', id);
        await calling.end(id);
        const heard = await calling.heard(phone);
        const loud = Array.from(heard.keys()).filter((i) => Math.abs(heard[i]) > 500);
        return loud.at(-1) - loud[0];
      };
      const [slow, fast] = [await lasts(0.7), await lasts(1.6)];
      assert.ok(slow > 1.7 * fast, `${language}: ${slow} and ${fast} samples`);
    }
  });

  test('of the basic level is plain English', async () => {
    const { id } = await calling.stay();
    const speech = { payload: 'Hello', voice: 'female', service_level: 'basic' };
    await assert.rejects(calling.actions.speak(id, { ...speech, language: 'de-DE' }), codeOf('90013'));
    await assert.rejects(calling.actions.speak(id, { ...speech, payload: '<speak>Hello</speak>', payload_type: 'ssml' }), codeOf('90011'));
    await calling.actions.speak(id, speech);
    await calling.event('call.speak.ended', id);
    await calling.end(id);
  });
});
