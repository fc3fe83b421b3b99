// SIP phones, PBXes and their signalling: who may call, what arrives, what is refused.
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { after, before, describe, test } from 'node:test';
import { heardMs, tone } from './audio.mjs';
import { Calling, codeOf, outside } from './calling.mjs';
import { SipPhone } from './sip_phone.mjs';
import { until } from './until.mjs';

let calling;
let desk;  // a credential connection
let phone;  // signed in there
const tonePhone = '+13125550170';

before(async () => {
  calling = await Calling.start();
  const { data } = await calling.client.credentialConnections.create({
    connection_name: 'desk phone', user_name: 'deskphone2', password: 'correct-horse-9',
    webhook_event_url: calling.receiver.url,
    outbound: { outbound_voice_profile_id: calling.profile.id } });
  desk = data;
  phone = await SipPhone.open(calling.tandem.sipPort, { user: 'deskphone2', password: 'correct-horse-9' });
  assert.equal((await phone.register()).status, 200);
  await calling.tandem.request('PUT', `/sandbox/subscribers/${tonePhone}`, { body: { answer_after_ms: 0, steps: [{ do: 'tone', hz: 1_000, ms: 1_000 }, { do: 'wait', ms: 30_000 }] } });
});
after(async () => {
  phone?.close();
  await calling?.stop();
});

/** The leg of the application towards the phone, answered by it. */
async function dialPhone(more = {}) {
  const invited = phone.next('INVITE');
  const call = await calling.dial('sip:deskphone2@127.0.0.1', more);
  const invite = await invited;
  const dialog = phone.answer(invite, ['X-Answer: forty-two']);
  const answered = await calling.event('call.answered', call.id);
  return { ...call, invite, dialog, answered };
}

describe('an application calls a phone', () => {
  test('with headers both ways and sound both ways', async () => {
    phone.packets = [];
    const { id, invite, answered } = await dialPhone({ custom_headers: [{ name: 'X-Case', value: '4711' }], from_display_name: 'Tandem Ltd' });
    assert.equal(invite.get('x-case'), '4711');
    assert.match(invite.get('from'), /Tandem Ltd/);
    assert.ok(answered.custom_headers.some((each) => each.name === 'X-Answer' && each.value === 'forty-two'));
    await calling.actions.startRecording(id, { format: 'wav', channels: 'single' });
    await calling.actions.speak(id, { payload: 'Hello there, this is a test.', voice: 'female' });
    await phone.speak(tone(1_200, 400));
    await calling.event('call.speak.ended', id);
    assert.ok(phone.packets.length > 30);
    const bye = phone.next('BYE');
    await calling.actions.hangup(id, {});
    phone.respond(await bye, '200 OK');
    assert.equal((await calling.event('call.hangup', id)).hangup_source, 'caller');
    await calling.event('call.recording.saved', id);
  });

  test('sends it INFO', async () => {
    const { id, dialog } = await dialPhone();
    const info = phone.next('INFO');
    await calling.actions.sendSipInfo(id, { content_type: 'application/json', body: '{"a":1}' });
    const request = await info;
    assert.equal(request.get('content-type'), 'application/json');
    assert.equal(request.body, '{"a":1}');
    phone.respond(request, '200 OK');
    assert.equal((await phone.bye(dialog)).status, 200);
    assert.equal((await calling.event('call.hangup', id)).hangup_source, 'callee');
  });

  test('refers it elsewhere, and hears how that goes', async () => {
    const { id, dialog } = await dialPhone();
    await assert.rejects(calling.actions.refer(id, { sip_address: 'tel:5550100' }), codeOf('10015'));
    const referred = phone.next('REFER');
    await calling.actions.refer(id, { sip_address: 'sip:elsewhere@example.org', custom_headers: [{ name: 'X-Why', value: 'because' }] });
    const refer = await referred;
    assert.match(refer.get('refer-to'), /sip:elsewhere@example\.org/);
    assert.equal(refer.get('x-why'), 'because');
    phone.respond(refer, '202 Accepted');
    const notify = (status, state) => phone.ask('NOTIFY', dialog.uri, { ...dialog, cseq: ++dialog.cseq, headers: ['Event: refer', `Subscription-State: ${state}`] },
      `SIP/2.0 ${status}`, 'message/sipfrag;version=2.0');
    assert.equal((await notify('100 Trying', 'active;expires=60')).status, 200);
    await calling.event('call.refer.started', id);
    assert.equal((await notify('200 OK', 'terminated;reason=noresource')).status, 200);
    assert.equal((await calling.event('call.refer.completed', id)).sip_notify_response, 200);
    const bye = phone.next('BYE');
    await calling.actions.hangup(id, {});
    phone.respond(await bye, '200 OK');
    await calling.event('call.hangup', id);
  });
});

describe('a phone calls', () => {
  const number = async () => (await calling.client.credentialConnections.update(desk.id, {
    outbound: { ...desk.outbound, outbound_voice_profile_id: calling.profile.id, ani_override: calling.number } })).data;

  test('a number outside, under the number of its connection', async () => {
    await number();
    phone.packets = [];
    const { final, dialog } = await phone.call('3125550170', { headers: ['X-Branch: main'] });
    assert.equal(final.status, 200, final.first);
    await until(async () => heardMs(phone.heard(), 1_000) > 700, Boolean, 'the tone');
    const far = await calling.phoneCall(tonePhone);
    assert.equal(far.from, calling.number);
    assert.equal((await phone.bye(dialog)).status, 200);
    await until(async () => (await calling.phoneCall(tonePhone)).status, (status) => status === 'ended');
    const records = await until(async () => (await calling.tandem.request('GET', '/detail_records?filter[record_type]=sip-trunking')).body.data, (list) => list.length >= 2, 'detail records');
    const paid = records.filter((record) => record.cld === tonePhone && record.direction === 'outbound');
    assert.equal(paid.length, 1);
    assert.ok(Number(paid[0].cost) > 0);
  });

  test('nowhere without a password, and nowhere it may not', async () => {
    const stranger = await SipPhone.open(calling.tandem.sipPort, { user: 'deskphone2', password: 'guess' });
    try {
      assert.match(String((await stranger.call('3125550170')).final.status), /^40[137]$/);
    } finally {
      stranger.close();
    }
    assert.equal((await phone.call('442071838750')).final.status, 403);
  });

  test('with codecs nobody knows, and is refused as such', async () => {
    const { final } = await phone.call('3125550170', { formats: '3' });
    assert.equal(final.status, 488, final.body);
  });

  test('and waits, when its connection parks calls', async () => {
    await calling.client.credentialConnections.update(desk.id, {
      outbound: { ...desk.outbound, outbound_voice_profile_id: calling.profile.id, ani_override: calling.number, call_parking_enabled: true } });
    const calls = phone.call('3125550170');
    const parked = await calling.event('call.initiated', undefined, (p) => p.connection_id === desk.id && p.state === 'parked');
    assert.equal(parked.direction, 'incoming');
    assert.equal(parked.to, tonePhone);
    await calling.actions.answer(parked.call_control_id, {});
    const { final } = await calls;
    assert.equal(final.status, 200);
    await calling.event('call.answered', parked.call_control_id);
    await calling.actions.transfer(parked.call_control_id, { to: tonePhone, from: calling.number });
    await calling.event('call.bridged', parked.call_control_id);
    const bye = phone.next('BYE');
    await calling.actions.hangup(parked.call_control_id, {});
    phone.respond(await bye, '200 OK');
    await calling.event('call.hangup', parked.call_control_id);
    await number();
  });
});

test('a telephony credential signs in, is called, and ends when it is deleted', async () => {
  const { data: credential } = await calling.client.telephonyCredentials.create({ connection_id: desk.id, name: 'mobile' });
  const mobile = await SipPhone.open(calling.tandem.sipPort, { user: credential.sip_username, password: credential.sip_password });
  try {
    assert.equal((await mobile.register()).status, 200);
    const invited = mobile.next('INVITE');
    const call = await calling.dial(`sip:${credential.sip_username}@127.0.0.1`);
    mobile.respond(await invited, '486 Busy Here');
    assert.equal((await calling.event('call.hangup', call.id)).hangup_cause, 'user_busy');
    await calling.client.telephonyCredentials.delete(credential.id);
    assert.match(String((await mobile.register()).status), /^40[134]$/);
  } finally {
    mobile.close();
  }
});

describe('a PBX', () => {
  test('is called under its name, in the form of number it likes', async () => {
    const pbx = await SipPhone.open(calling.tandem.sipPort, { user: 'pbx' });
    try {
      const { data: connection } = await calling.client.fqdnConnections.create({ connection_name: 'pbx by name', inbound: { dnis_number_format: 'national' } });
      await calling.client.fqdns.create({ connection_id: connection.id, fqdn: 'localhost', port: pbx.port, dns_record_type: 'a' });
      const own = await calling.buyNumber(connection.id);
      const invited = pbx.next('INVITE');
      await calling.tandem.request('POST', '/sandbox/calls', { body: { from: outside, to: own, steps: [{ do: 'wait', ms: 30_000 }] } });
      const invite = await invited;
      assert.match(invite.first, new RegExp(`^INVITE sip:${own.slice(2)}@`));
      assert.equal((await pbx.bye(pbx.answer(invite))).status, 200);
    } finally {
      pbx.close();
    }
  });

  test('is known by its address, calls and is called', async () => {
    const pbx = await SipPhone.open(calling.tandem.sipPort, { user: 'pbx', from: calling.number });
    try {
      const { data: connection } = await calling.client.ipConnections.create({
        connection_name: 'pbx by address', outbound: { outbound_voice_profile_id: calling.profile.id, tech_prefix: '0123' } });
      await calling.client.ips.create({ connection_id: connection.id, ip_address: '127.0.0.1', port: pbx.port });
      const own = await calling.buyNumber(connection.id);
      const invited = pbx.next('INVITE');
      await calling.tandem.request('POST', '/sandbox/calls', { body: { from: outside, to: own, steps: [{ do: 'wait', ms: 30_000 }] } });
      const invite = await invited;
      assert.equal((await pbx.bye(pbx.answer(invite))).status, 200);
      const { final, dialog } = await pbx.call(`0123${tonePhone}`);
      assert.equal(final.status, 200, final.first);
      await until(async () => heardMs(pbx.heard(), 1_000) > 500, Boolean, 'the tone');
      assert.equal((await pbx.bye(dialog)).status, 200);
    } finally {
      pbx.close();
    }
  });
});

test('a flood of nonsense leaves a call alone', async () => {
  phone.packets = [];
  const { id } = await dialPhone();
  const vandal = createSocket('udp4');
  const junk = ['INVITE sip:x SIP/2.0\r\n\r\n', 'SIP/2.0 200 OK\r\nVia: \r\n\r\n', '\0\x01\x02', 'REGISTER sip:a@b SIP/2.0\r\nContent-Length: 99999999\r\n\r\n',
    `INVITE sip:a@b SIP/2.0\r\n${'Via: SIP/2.0/UDP x;branch=z9hG4bKx\r\n'.repeat(300)}\r\n`, `OPTIONS sip:${'a'.repeat(9_000)} SIP/2.0\r\n\r\n`];
  for (let n = 0; n < 3_000; ++n) vandal.send(junk[n % junk.length], calling.tandem.sipPort, '127.0.0.1');
  await calling.actions.speak(id, { payload: 'Can you still hear what is said, every single word?', voice: 'female' });
  assert.equal((await calling.event('call.speak.ended', id)).status, 'completed');
  vandal.close();
  assert.ok(phone.packets.length > 60, `${phone.packets.length} packets`);
  const info = phone.next('INFO');
  await calling.actions.sendSipInfo(id, { content_type: 'text/plain', body: 'still here' });
  phone.respond(await info, '200 OK');
  const bye = phone.next('BYE');
  await calling.actions.hangup(id, {});
  phone.respond(await bye, '200 OK');
  await calling.event('call.hangup', id);
});
