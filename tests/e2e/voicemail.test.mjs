// Voicemail of numbers: nobody answers, a greeting and a tone are heard, the message is kept, its owner hears it.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { heardMs, readWav } from './audio.mjs';
import { Calling, outside } from './calling.mjs';
import { SipPhone } from './sip_phone.mjs';
import { until } from './until.mjs';

let calling;
let numberId;
before(async () => {
  calling = await Calling.start();
  numberId = (await calling.client.phoneNumbers.list({ filter: { phone_number: calling.number } })).data[0].id;
  await calling.client.phoneNumbers.voicemail.create(numberId, { enabled: true, pin: '4711' });
});
after(() => calling?.stop());

const sandboxCall = async (body) => (await calling.tandem.request('POST', '/sandbox/calls', { body })).body.data.id;
const phoneCall = async (id) => (await calling.tandem.request('GET', `/sandbox/calls/${id}`)).body.data;

/** The recording of a message that was left on the line of that call. */
async function messageOf(call_control_id) {
  const saved = await calling.event('call.recording.saved', call_control_id, () => true, 30_000);
  const { rate, channels } = readWav(Buffer.from(await (await fetch(saved.recording_urls.wav)).arrayBuffer()));
  return { saved, rate, samples: channels[0] };
}

// The caller says a tone of 600 Hz once the greeting is over, and hangs up.
const message = [{ do: 'press', keys: '#' }, { do: 'wait', ms: 1_500 }, { do: 'tone', hz: 600, ms: 1_500 }, { do: 'hang_up' }];

describe('a number whose application does not answer', () => {
  test('greets, beeps and keeps the message', { timeout: 90_000 }, async () => {
    const ringing = await calling.ring([{ do: 'wait', ms: 9_000 }, { do: 'tone', hz: 600, ms: 1_500 }, { do: 'hang_up' }]);
    const id = ringing.call_control_id;
    await calling.event('call.answered', id, () => true, 40_000);
    const { samples, rate, saved } = await messageOf(id);
    assert.ok(heardMs(samples, 600, rate) > 1_200, `${heardMs(samples, 600, rate)} ms`);
    assert.equal((await calling.event('call.hangup', id)).hangup_source, 'caller');
    const heard = await calling.heard(ringing.phone);
    const loud = heard.filter((sample) => Math.abs(sample) > 500).length;
    assert.ok(loud > 4_000, 'a greeting');
    const { data } = await calling.client.recordings.list({ filter: { call_leg_id: ringing.call_leg_id } });
    assert.deepEqual(data.map((each) => [each.id, each.status, each.source]), [[saved.recording_id, 'completed', 'call']]);
  });

  test('does not when the application answers', async () => {
    const { id } = await calling.stay([{ do: 'press', keys: '5' }, { do: 'wait', ms: 20_000 }]);
    assert.equal((await calling.event('call.dtmf.received', id)).digit, '5');
    await calling.end(id);
  });
});

test('a number whose phone is not there, is busy, or has no connection at all', { timeout: 90_000 }, async () => {
  const { data: desk } = await calling.client.credentialConnections.create({
    connection_name: 'desk', user_name: 'deskphone9', password: 'correct-horse-9', webhook_event_url: calling.receiver.url });
  await calling.client.phoneNumbers.update(numberId, { connection_id: desk.id });
  const before = calling.receiver.requests.length;
  const left = () => calling.receiver.requests.slice(before).filter((r) => r.json?.data?.event_type === 'call.recording.saved').length;
  await sandboxCall({ from: outside, to: calling.number, steps: message });
  await until(left, (count) => count === 1, 'a message for the phone that is off', 30_000);

  const phone = await SipPhone.open(calling.tandem.sipPort, { user: 'deskphone9', password: 'correct-horse-9' });
  assert.equal((await phone.register()).status, 200);
  const invited = phone.next('INVITE');
  await sandboxCall({ from: outside, to: calling.number, steps: message });
  phone.respond(await invited, '486 Busy Here');
  await until(left, (count) => count === 2, 'a message for the phone that is busy', 30_000);
  phone.close();

  await calling.client.phoneNumbers.update(numberId, { connection_id: '' });
  const call = await sandboxCall({ from: outside, to: calling.number, steps: message });
  assert.equal((await until(() => phoneCall(call), (seen) => seen.status === 'ended', 'the end', 30_000)).hangup_cause, 'normal_clearing');
  const { data } = await calling.client.recordings.list({ filter: { to: calling.number } });
  await until(async () => (await calling.client.recordings.list({})).data.length, (count) => count >= 4, 'four messages', 20_000);
  assert.ok(data.length <= 4);
  await calling.client.phoneNumbers.update(numberId, { connection_id: calling.application.id });
});

describe('the owner', () => {
  test('hears the messages after the PIN', { timeout: 60_000 }, async () => {
    const call = await sandboxCall({ from: calling.number, to: calling.number, steps: [{ do: 'wait', ms: 500 }, { do: 'press', keys: '4711#' }, { do: 'wait', ms: 45_000 }] });
    const ended = await until(() => phoneCall(call), (seen) => seen.status === 'ended', 'the end', 55_000);
    assert.equal(ended.hangup_cause, 'normal_clearing');
    const ms = heardMs(await calling.heard(call), 600);
    assert.ok(ms > 4_000, `${ms} ms of messages`);
    const told = calling.receiver.requests.filter((r) => r.json?.data?.event_type === 'call.dtmf.received' && r.json.data.payload.from === calling.number);
    assert.deepEqual(told, [], 'a PIN is nobody\'s business');
  });

  test('hears nothing with another PIN', { timeout: 60_000 }, async () => {
    const call = await sandboxCall({ from: calling.number, to: calling.number, steps: [{ do: 'wait', ms: 1_500 },
      { do: 'press', keys: '1111#' }, { do: 'wait', ms: 1_000 }, { do: 'press', keys: '0#' }, { do: 'wait', ms: 1_000 }, { do: 'press', keys: '99999999#' }, { do: 'wait', ms: 30_000 }] });
    await until(() => phoneCall(call), (seen) => seen.status === 'ended', 'the end', 40_000);
    assert.equal(heardMs(await calling.heard(call), 600), 0);
  });
});
