// What is heard in a call: every codec, files of every kind, recordings as asked, speech in many languages.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { heardMs, readWav, tone, wav } from './audio.mjs';
import { Calling, codeOf } from './calling.mjs';

let calling;
let server;
let base;
const serve = new Map();  // path -> (response) => void
const hung = [];
const speaking = '+13125550160';  // says 1,000 Hz for two seconds
const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

/** An MP3 file of our own making: a tone of 800 Hz. */
async function mp3Of() {
  const { id } = await calling.stay([{ do: 'tone', hz: 800, ms: 1_500 }, { do: 'press', keys: '1' }, { do: 'wait', ms: 20_000 }]);
  await calling.actions.startRecording(id, { format: 'mp3', channels: 'single' });
  await calling.event('call.dtmf.received', id);
  await calling.end(id);
  const saved = await calling.event('call.recording.saved', id);
  return Buffer.from(await (await fetch(saved.recording_urls.mp3)).arrayBuffer());
}

before(async () => {
  calling = await Calling.start();
  server = createServer((request, response) => {
    const answer = serve.get(request.url);
    if (!answer) return response.writeHead(404).end();
    return answer(response, request);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${server.address().port}`;
  const file = (bytes) => (response) => response.writeHead(200).end(bytes);
  serve.set('/wide.wav', file(wav(tone(1_500, 1_000, 48_000), 48_000)));
  serve.set('/moved.wav', (response) => response.writeHead(302, { location: '/wide.wav' }).end());
  serve.set('/loop.wav', (response) => response.writeHead(302, { location: '/loop.wav' }).end());
  serve.set('/liar.wav', (response) => { response.writeHead(200, { 'content-length': 1_000_000 }).write(wav(tone(500, 100))); response.socket.end(); });
  serve.set('/huge.wav', (response) => response.writeHead(200, { 'content-length': 3_000_000_000 }).write('RIFF'));
  serve.set('/cut.wav', file(wav(tone(500, 1_000)).subarray(0, 30)));
  serve.set('/short.wav', file(wav(tone(1_500, 1_000)).subarray(0, 44 + 8_000)));
  serve.set('/text.wav', file('this is no sound'));
  serve.set('/hang.wav', (response) => { hung.push(response); });
  await calling.tandem.request('PUT', `/sandbox/subscribers/${speaking}`, { body: { answer_after_ms: 0, steps: [{ do: 'tone', hz: 1_000, ms: 2_000 }, { do: 'wait', ms: 30_000 }] } });
});
after(async () => {
  hung.forEach((response) => response.destroy());
  server?.closeAllConnections();
  server?.close();
  await calling?.stop();
});

const recordingOf = async (id, format = 'wav') => {
  const saved = await calling.event('call.recording.saved', id);
  return { saved, bytes: Buffer.from(await (await fetch(saved.recording_urls[format])).arrayBuffer()) };
};

describe('a leg in each codec is heard by a caller in another', () => {
  for (const [codec, name] of [['PCMU', 'PCMU'], ['PCMA', 'PCMA'], ['G722', 'G722'], ['OPUS', 'opus'], ['L16', 'L16']]) {
    test(name, { timeout: 30_000 }, async () => {
      const caller = await calling.stay([{ do: 'wait', ms: 1_200 }, { do: 'tone', hz: 650, ms: 1_500 }, { do: 'wait', ms: 30_000 }]);
      const callee = await calling.dial(speaking, { preferred_codecs: codec });
      await calling.event('call.answered', callee.id);
      await calling.actions.bridge(caller.id, { call_control_id: callee.id });
      await calling.event('call.bridged', caller.id);
      await pause(3_200);
      const phone = await calling.phoneCall(speaking);
      assert.equal(phone.codec, name);
      await calling.end(caller.id);
      const hangup = await calling.event('call.hangup', callee.id);
      const [atCaller, atCallee] = [await calling.heardMs(caller.phone, 1_000), await calling.heardMs(phone.id, 650)];
      assert.ok(atCaller > 1_000 && atCallee > 1_000, `${atCaller} and ${atCallee} ms`);
      const quality = hangup.call_quality_stats.inbound;
      assert.ok(Number(quality.mos) > 3.5 && Number(quality.packet_count) > 50, JSON.stringify(quality));
    });
  }
});

describe('files', () => {
  test('in 48 kHz, behind a redirect, and in the media storage', async () => {
    const { id, phone } = await calling.stay();
    await calling.client.media.upload({ media_url: `${base}/wide.wav`, media_name: 'wide' });
    await calling.actions.startPlayback(id, { audio_url: `${base}/moved.wav` });
    await calling.actions.startPlayback(id, { media_name: 'wide' });
    await calling.event('call.playback.ended', id, (p) => p.media_url && p.status === 'completed');
    const stored = await calling.event('call.playback.ended', id, (p) => p.media_name === 'wide');
    assert.equal(stored.status, 'completed');
    await calling.end(id);
    const ms = heardMs(await calling.heard(phone), 1_500);
    assert.ok(ms > 1_800 && ms < 2_200, `${ms} ms`);
  });

  test('in MP3, by address, from the storage, and as content', { timeout: 60_000 }, async () => {
    const mp3 = await mp3Of();
    serve.set('/tone.mp3', (response) => response.writeHead(200).end(mp3));
    await calling.client.media.upload({ media_url: `${base}/tone.mp3`, media_name: 'tone-mp3' });
    const { id, phone } = await calling.stay();
    await calling.actions.startPlayback(id, { audio_url: `${base}/tone.mp3` });
    await calling.actions.startPlayback(id, { media_name: 'tone-mp3' });
    await calling.actions.startPlayback(id, { playback_content: mp3.toString('base64') });
    await calling.event('call.playback.ended', id, (p) => !p.media_name && !p.media_url && p.status === 'completed', 20_000);
    await calling.end(id);
    const ms = heardMs(await calling.heard(phone), 800);
    assert.ok(ms > 3_500, `${ms} ms`);
  });

  for (const [path, status] of [['/none.wav', 'file_not_found'], ['/loop.wav', 'failed'], ['/liar.wav', 'failed'], ['/huge.wav', 'failed'], ['/cut.wav', 'failed'], ['/short.wav', 'failed'], ['/text.wav', 'failed']]) {
    test(`${path} is told as ${status}, and the call goes on`, async () => {
      const { id } = await calling.stay();
      await calling.actions.startPlayback(id, { audio_url: `${base}${path}` });
      const ended = await calling.event('call.playback.ended', id);
      assert.equal(ended.status, status);
      assert.ok(ended.status_detail, 'a reason');
      await calling.actions.speak(id, { payload: 'Still here.', voice: 'female' });
      await calling.event('call.speak.ended', id);
      await calling.end(id);
    });
  }

  test('that never come are given up with 90040', { timeout: 40_000 }, async () => {
    const { id } = await calling.stay();
    await calling.actions.startPlayback(id, { audio_url: `${base}/hang.wav` });
    const ended = await calling.event('call.playback.ended', id, () => true, 20_000);
    assert.equal(ended.status, 'failed');
    assert.match(ended.status_detail, /^90040/);
    await calling.end(id);
  });

  test('are played to the other leg of a bridge, or to both', { timeout: 40_000 }, async () => {
    const first = await calling.stay();
    await assert.rejects(calling.actions.startPlayback(first.id, { audio_url: `${base}/wide.wav`, target_legs: 'opposite' }), codeOf('10015'));
    const other = await calling.dial('+15005550209');
    await calling.event('call.answered', other.id);
    await calling.actions.bridge(first.id, { call_control_id: other.id });
    await calling.event('call.bridged', first.id);
    await calling.actions.startPlayback(first.id, { audio_url: `${base}/wide.wav`, target_legs: 'opposite' });
    await calling.event('call.playback.ended', other.id);
    await calling.actions.startPlayback(first.id, { audio_url: `${base}/wide.wav`, target_legs: 'both' });
    await calling.event('call.playback.ended', first.id);
    const phone = (await calling.phoneCall('+15005550209')).id;
    await calling.end(first.id);
    const [here, there] = [heardMs(await calling.heard(first.phone), 1_500), heardMs(await calling.heard(phone), 1_500)];
    assert.ok(here > 800 && here < 1_300 && there > 1_700, `${here} and ${there} ms`);
  });
});

describe('a recording', () => {
  test('of both sides has each on a channel of its own', async () => {
    const { id } = await calling.stay([{ do: 'tone', hz: 600, ms: 2_000 }, { do: 'wait', ms: 30_000 }]);
    await calling.actions.startRecording(id, { format: 'wav', channels: 'dual' });
    await calling.actions.startPlayback(id, { audio_url: `${base}/wide.wav` });
    await calling.event('call.playback.ended', id);
    await calling.actions.stopRecording(id, {});
    const { bytes } = await recordingOf(id);
    const { rate, channels } = readWav(bytes);
    assert.equal(channels.length, 2);
    const heard = channels.map((samples) => [600, 1_500].map((hz) => heardMs(samples, hz, rate)));
    assert.ok(heard[0][0] > 600 && heard[0][1] === 0 && heard[1][1] > 700 && heard[1][0] === 0, JSON.stringify(heard));
    await calling.end(id);
  });

  test('in MP3, of one track only', async () => {
    const { id } = await calling.stay([{ do: 'tone', hz: 600, ms: 1_000 }, { do: 'press', keys: '1' }, { do: 'wait', ms: 30_000 }]);
    await calling.actions.startRecording(id, { format: 'mp3', channels: 'single', recording_track: 'inbound' });
    await calling.event('call.dtmf.received', id);
    await calling.actions.stopRecording(id, {});
    const { bytes, saved } = await recordingOf(id, 'mp3');
    assert.equal(saved.format, 'mp3');
    assert.ok(bytes.subarray(0, 3).toString() === 'ID3' || (bytes[0] === 0xff && (bytes[1] & 0xe0) === 0xe0));
    assert.ok(saved.duration_millis > 800);
    await calling.end(id);
  });

  test('ends by itself at its longest, after silence, and begins with a beep', { timeout: 60_000 }, async () => {
    const { id, phone } = await calling.stay([{ do: 'tone', hz: 600, ms: 12_000 }, { do: 'wait', ms: 60_000 }]);
    await calling.actions.startRecording(id, { format: 'wav', channels: 'single', max_length: 2, play_beep: true });
    const { saved } = await recordingOf(id);
    assert.ok(Math.abs(saved.duration_millis - 2_000) < 200, `${saved.duration_millis} ms`);
    const { data } = await calling.actions.startRecording(id, { format: 'wav', channels: 'single', timeout_secs: 2 });
    const quiet = await calling.event('call.recording.saved', id, (p) => p.recording_id === data.recording_id, 40_000);
    assert.ok(quiet.duration_millis > 4_000 && quiet.duration_millis < 16_000, `${quiet.duration_millis} ms`);
    await calling.end(id);
    const heard = await calling.heard(phone);
    const loud = heard.filter((sample) => Math.abs(sample) > 1_000).length;
    assert.ok(loud > 200 && loud < 8_000, `${loud} samples of beep`);
  });

  test('without its silence when trimmed', async () => {
    const { id } = await calling.stay([{ do: 'wait', ms: 1_500 }, { do: 'tone', hz: 600, ms: 1_000 }, { do: 'wait', ms: 1_500 }, { do: 'press', keys: '1' }, { do: 'wait', ms: 30_000 }]);
    await calling.actions.startRecording(id, { format: 'wav', channels: 'single', recording_track: 'inbound', trim: 'trim-silence' });
    await calling.event('call.dtmf.received', id);
    await calling.actions.stopRecording(id, {});
    const { bytes } = await recordingOf(id);
    const { rate, channels } = readWav(bytes);
    const ms = channels[0].length * 1_000 / rate;
    assert.ok(ms > 800 && ms < 3_300, `${ms} ms`);
    assert.ok(heardMs(channels[0], 600, rate) > 800);
    await calling.end(id);
  });
});

describe('speech', () => {
  test('in many languages, as text and as SSML', { timeout: 60_000 }, async () => {
    const { id, phone } = await calling.stay([{ do: 'wait', ms: 60_000 }]);
    const said = [['de-DE', 'Guten Tag, wie geht es Ihnen?'], ['fr-FR', 'Bonjour, comment allez-vous ?'], ['cmn-CN', '你好，请稍等。'], ['pt-BR', 'Bom dia, tudo bem?']];
    for (const [language, payload] of said) await calling.actions.speak(id, { payload, voice: 'female', language });
    await calling.actions.speak(id, { payload: '<speak>Hello<break time="1500ms"/><say-as interpret-as="digits">12</say-as></speak>', payload_type: 'ssml', voice: 'male' });
    for (let n = 0; n < 500 && calling.seen('call.speak.ended', id).length < said.length + 1; ++n) await pause(100);
    assert.deepEqual(calling.seen('call.speak.ended', id).map((p) => p.status), ['completed', 'completed', 'completed', 'completed', 'completed']);
    await calling.end(id);
    const heard = await calling.heard(phone);
    const loud = Array.from({ length: Math.floor(heard.length / 160) }, (_, n) => heard.subarray(n * 160, n * 160 + 160).some((s) => Math.abs(s) > 500));
    assert.ok(loud.filter(Boolean).length * 20 > 4_000, 'four sentences');
  });

  test('asks for keys in another language', async () => {
    const { id } = await calling.stay([{ do: 'wait', ms: 1_000 }, { do: 'press', keys: '7#' }, { do: 'wait', ms: 20_000 }]);
    await calling.actions.gatherUsingSpeak(id, { payload: 'Bitte drücken Sie eine Taste.', voice: 'female', language: 'de-DE' });
    assert.equal((await calling.event('call.gather.ended', id)).digits, '7');
    await calling.end(id);
  });

  test('is refused with the code of what is wrong', async () => {
    const { id } = await calling.stay();
    const speech = { payload: 'Hello', voice: 'female' };
    for (const [wrong, code] of [[{ payload: '' }, '90010'], [{ payload: 'x'.repeat(5_001) }, '90010'], [{ payload_type: 'html' }, '90011'],
      [{ voice: '' }, '90012'], [{ language: 'xx-XX' }, '90013'], [{ stop: 'never' }, '90016'], [{ service_level: 'gold' }, '90030'], [{ client_state: 'no base 64' }, '90017']]) {
      await assert.rejects(calling.actions.speak(id, { ...speech, ...wrong }), codeOf(code));
    }
    await calling.end(id);
  });
});

test('members that hold what they may not have their own codes', async () => {
  const { id } = await calling.stay();
  const refused = (action, body, code) => assert.rejects(action.call(calling.actions, id, body), codeOf(code), `${code} ${JSON.stringify(body)}`);
  const { startRecording, startPlayback, gather, sendDtmf } = calling.actions;
  await refused(startRecording, { format: 'ogg', channels: 'single' }, '90000');
  await refused(startRecording, { format: 'wav', channels: 'quad' }, '90001');
  await refused(startRecording, { format: 'wav', channels: 'single', recording_track: 'middle' }, '90059');
  await refused(startRecording, { format: 'wav', channels: 'single', timeout_secs: -1 }, '90028');
  await refused(startPlayback, { audio_url: `${base}/wide.wav`, loop: 0 }, '90009');
  await refused(gather, { minimum_digits: 0 }, '90022');
  await refused(gather, { maximum_digits: 129 }, '90023');
  await refused(gather, { terminating_digit: 'x' }, '90007');
  await refused(gather, { valid_digits: 'z' }, '90008');
  await refused(gather, { inter_digit_timeout_millis: 0 }, '90026');
  await refused(sendDtmf, { digits: 'E' }, '90014');
  await refused(sendDtmf, { digits: '1', duration_millis: 50 }, '90027');
  await assert.rejects(calling.dial(speaking, { time_limit_secs: 5 }), codeOf('90029'));
  await calling.end(id);
  const { call_control_id: ringing } = await calling.ring();
  await assert.rejects(calling.actions.startRecording(ringing, { format: 'wav', channels: 'single' }), codeOf('90020'));
  await calling.end(ringing);
});
