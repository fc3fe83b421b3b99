// Within a call: keys in every form, early media, hold by re-INVITE and UPDATE, as a SIP phone does them.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { heardMs, tone } from './audio.mjs';
import { Calling } from './calling.mjs';
import { SipPhone } from './sip_phone.mjs';
import { until } from './until.mjs';

let calling;
let phone;
const target = 'sip:fieldphone@127.0.0.1';

before(async () => {
  calling = await Calling.start();
  await calling.client.credentialConnections.create({ connection_name: 'field', user_name: 'fieldphone', password: 'correct-horse-9' });
  phone = await SipPhone.open(calling.tandem.sipPort, { user: 'fieldphone', password: 'correct-horse-9' });
  assert.equal((await phone.register()).status, 200);
});
after(async () => {
  phone?.close();
  await calling?.stop();
});

/** The two tones of a key (ITU-T Q.23), 8 kHz. */
function dtmf(key, ms = 120) {
  const [low, high] = { 1: [697, 1_209], 5: [770, 1_336], 9: [852, 1_477], '#': [941, 1_477] }[key];
  const [a, b] = [tone(low, ms), tone(high, ms)];
  return Int16Array.from(a, (sample, n) => sample / 2 + b[n] / 2);
}
const silence = (ms) => new Int16Array(8 * ms);
const joined = (...parts) => Int16Array.from(parts.flatMap((part) => [...part]));

/** A call from the application to the phone, which takes it with these formats. */
async function talk({ formats = '0 101', ...more } = {}) {
  phone.packets = [];
  const invited = phone.next('INVITE');
  const call = await calling.dial(target, more);
  const invite = await invited;
  phone.respond(invite, '200 OK', { body: phone.sdp(formats) });
  phone.remote = Number(invite.body.match(/m=audio (\d+)/)[1]);
  const dialog = { uri: invite.get('contact').match(/<([^>]+)>/)[1], from: `${invite.get('to')};tag=fieldphone`, to: invite.get('from'), callId: invite.get('call-id'), cseq: 100 };
  await calling.event('call.answered', call.id);
  return { ...call, invite, dialog };
}

async function digitsOf(id, count) {
  await until(() => calling.seen('call.dtmf.received', id).length, (seen) => seen >= count, 'the keys');
  return calling.seen('call.dtmf.received', id).map((p) => p.digit).join('');
}

describe('keys are heard', () => {
  test('as tones in the audio, of a phone without events', async () => {
    const { id } = await talk({ formats: '0' });
    await calling.actions.gather(id, { minimum_digits: 3, maximum_digits: 8, initial_timeout_millis: 15_000 });
    await phone.speak(joined(silence(200), dtmf('1'), silence(100), dtmf('5'), silence(100), dtmf('9'), silence(100), dtmf('#'), silence(200)));
    const gathered = await calling.event('call.gather.ended', id);
    assert.deepEqual([gathered.digits, gathered.status], ['159', 'valid']);
    await calling.end(id);
  });

  test('in INFO requests', async () => {
    const { id, dialog } = await talk();
    for (const key of ['7', '*']) {
      dialog.cseq += 1;
      assert.equal((await phone.ask('INFO', dialog.uri, dialog, `Signal=${key}\r\nDuration=160\r\n`, 'application/dtmf-relay')).status, 200);
    }
    assert.equal(await digitsOf(id, 2), '7*');
    await calling.end(id);
  });
});

describe('keys are sent', () => {
  const setDtmf = (dtmf_type) => calling.client.callControlApplications.update(calling.application.id,
    { application_name: 'e2e calls', webhook_event_url: calling.receiver.url, dtmf_type, outbound: { outbound_voice_profile_id: calling.profile.id } });
  after(() => setDtmf('RFC 2833'));

  test('in the audio when the application has it so', async () => {
    await setDtmf('Inband');
    const { id, invite } = await talk();
    assert.doesNotMatch(invite.body, /telephone-event/);
    await calling.actions.sendDtmf(id, { digits: '5', duration_millis: 400 });
    await until(async () => heardMs(phone.heard(), 770, 8_000, 0.2), (ms) => ms > 250, 'the low tone');
    assert.ok(heardMs(phone.heard(), 1_336, 8_000, 0.2) > 250);
    await calling.end(id);
  });

  test('in INFO requests when the application has it so', async () => {
    await setDtmf('SIP INFO');
    const { id } = await talk();
    const info = phone.next('INFO');
    await calling.actions.sendDtmf(id, { digits: '8' });
    const request = await info;
    phone.respond(request, '200 OK');
    assert.match(request.body, /Signal=\s*8/);
    await calling.end(id);
  });
});

test('a phone that holds is asked nothing and hears nothing until it is back', async () => {
  const { id, dialog } = await talk();
  const offer = (direction, session) => phone.sdp().replace('o=- 1 1', `o=- 1 ${session}`).replace('sendrecv', direction);
  dialog.cseq += 1;
  const held = await phone.ask('INVITE', dialog.uri, dialog, offer('sendonly', 2));
  assert.equal(held.status, 200);
  assert.match(held.body, /a=recvonly/);
  phone.send(phone.lines('ACK', dialog.uri, dialog, `z9hG4bK${Math.random()}`));
  dialog.cseq += 1;
  const back = await phone.ask('UPDATE', dialog.uri, dialog, offer('sendrecv', 3));
  assert.equal(back.status, 200);
  assert.match(back.body, /a=sendrecv|^(?!.*recvonly)/s);
  phone.packets = [];
  await calling.actions.speak(id, { payload: 'Welcome back.', voice: 'female' });
  await calling.event('call.speak.ended', id);
  assert.ok(phone.packets.length > 20, `${phone.packets.length} packets`);
  await calling.end(id);
});

test('a session timer is agreed on', async () => {
  const { id, invite } = await talk();
  assert.match(invite.get('session-expires') || invite.get('x'), /^1800/);
  assert.match(invite.get('supported') || invite.get('k'), /timer/);
  await calling.end(id);
});

test('early media of the callee is heard by a caller who waits, and not when that is not wanted', async () => {
  for (const early_media of [true, false]) {
    const caller = await calling.stay();
    const invited = phone.next('INVITE');
    await calling.actions.transfer(caller.id, { to: target, early_media });
    const invite = await invited;
    phone.remote = Number(invite.body.match(/m=audio (\d+)/)[1]);
    phone.respond(invite, '183 Session Progress', { body: phone.sdp() });
    await phone.speak(tone(1_700, 1_200));
    phone.respond(invite, '486 Busy Here');
    await calling.event('call.hangup', undefined, (p) => p.call_session_id === caller.call_session_id && p.hangup_cause === 'user_busy');
    await calling.end(caller.id);
    const ms = await calling.heardMs(caller.phone, 1_700);
    assert.ok(early_media ? ms > 800 : ms === 0, `${ms} ms with early_media ${early_media}`);
  }
});
