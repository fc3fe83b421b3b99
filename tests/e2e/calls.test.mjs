// Calls through the official SDK: real SIP and audio between the platform and the sandbox's phones.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Receiver, Tandem } from './tandem.mjs';
import { until } from './until.mjs';

let tandem;
let client;
let receiver;
let application;
let number;
const outside = '+13125550142';

/** A number of the account, bought and assigned. */
async function buyNumber(connection_id) {
  const { data: found } = await client.availablePhoneNumbers.list({ filter: { country_code: 'US', national_destination_code: '312', limit: 1 } });
  const { phone_number } = found[0];
  await client.numberOrders.create({ phone_numbers: [{ phone_number }], connection_id });
  await tandem.advance(61_000);
  await until(async () => (await client.phoneNumbers.list({ filter: { phone_number } })).data[0]?.status === 'active', Boolean);
  return phone_number;
}

const payload = (request) => request.json.data.payload;
/** The first event of a type about a call, or about any. */
const event = async (type, call, timeoutMs = 15_000) => payload(await receiver.wait((request) =>
  request.json?.data?.event_type === type && (!call || payload(request).call_control_id === call), timeoutMs));
/** A phone of the outside calls our number; gives the event that the application got. */
async function ring(steps = [], from = outside) {
  const before = receiver.requests.length;
  const { status, text } = await tandem.request('POST', '/sandbox/calls', { body: { from, to: number, steps } });
  assert.ok(status < 300, text);
  const request = await receiver.wait((r) => r.json?.data?.event_type === 'call.initiated' && receiver.requests.indexOf(r) >= before);
  return payload(request);
}
const codeOf = (code) => (error) => {
  assert.equal(error.error?.errors?.[0]?.code, code, error.message);
  return true;
};

before(async () => {
  tandem = await Tandem.start();
  client = tandem.client();
  receiver = await Receiver.start();
  const { data: profile } = await client.outboundVoiceProfiles.create({ name: 'everywhere', whitelisted_destinations: ['US'] });
  const { data: app } = await client.callControlApplications.create({
    application_name: 'e2e calls',
    webhook_event_url: receiver.url,
    outbound: { outbound_voice_profile_id: profile.id },
  });
  application = app;
  number = await buyNumber(application.id);
});
after(async () => {
  await tandem?.stop();
  await receiver?.stop();
});

describe('a call that comes in', () => {
  test('is told, answered and hung up, with the same ids in every event', async () => {
    const initiated = await ring();
    assert.equal(initiated.direction, 'incoming');
    assert.equal(initiated.state, 'parked');
    assert.equal(initiated.from, outside);
    assert.equal(initiated.to, number);
    assert.equal(initiated.connection_id, application.id);
    const id = initiated.call_control_id;
    const client_state = Buffer.from('hello').toString('base64');
    assert.equal((await client.calls.actions.answer(id, { client_state })).data.result, 'ok');
    const answered = await event('call.answered', id);
    assert.equal(answered.client_state, client_state);
    assert.equal(answered.call_session_id, initiated.call_session_id);
    const { data: status } = await client.calls.retrieveStatus(id);
    assert.equal(status.is_alive, true);
    await client.calls.actions.hangup(id, {});
    const hangup = await event('call.hangup', id);
    assert.equal(hangup.hangup_cause, 'normal_clearing');
    assert.equal((await client.calls.retrieveStatus(id)).data.is_alive, false);
    await assert.rejects(client.calls.actions.answer(id, {}), codeOf('90018'));
    await assert.rejects(client.calls.actions.hangup('v3:nothing', {}), codeOf('90015'));
  });

  test('is rejected as busy', async () => {
    const { call_control_id: id } = await ring();
    await client.calls.actions.reject(id, { cause: 'USER_BUSY' });
    const hangup = await event('call.hangup', id);
    assert.equal(hangup.hangup_cause, 'user_busy');
  });

  test('takes no sound before it is answered', async () => {
    const { call_control_id: id } = await ring();
    await assert.rejects(client.calls.actions.speak(id, { payload: 'too soon', voice: 'female' }), codeOf('90034'));
    await client.calls.actions.hangup(id, {});
    await event('call.hangup', id);
  });

  test('hears speech, presses keys, is recorded', async () => {
    const { call_control_id: id, call_leg_id } = await ring([
      { do: 'wait', ms: 1500 }, { do: 'press', keys: '42#' }, { do: 'wait', ms: 20_000 }]);
    await client.calls.actions.answer(id, {});
    await event('call.answered', id);
    await client.calls.actions.startRecording(id, { format: 'wav', channels: 'dual' });
    await client.calls.actions.gatherUsingSpeak(id, { payload: 'Press two keys please, and then the hash key.', voice: 'female' });
    const gathered = await event('call.gather.ended', id);
    assert.equal(gathered.digits, '42');
    assert.equal(gathered.status, 'valid');
    assert.equal((await event('call.dtmf.received', id)).digit, '4');
    await client.calls.actions.speak(id, { payload: 'Thank you.', voice: 'female' });
    await event('call.speak.started', id);
    assert.equal((await event('call.speak.ended', id)).status, 'completed');
    await client.calls.actions.stopRecording(id, {});
    const saved = await event('call.recording.saved', id);
    assert.equal(saved.channels, 'dual');
    const wav = Buffer.from(await (await fetch(saved.recording_urls.wav)).arrayBuffer());
    assert.equal(wav.subarray(0, 4).toString(), 'RIFF');
    assert.ok(wav.length > 8_000 * 2 * 2, `${wav.length} bytes`);
    await client.calls.actions.hangup(id, {});
    await event('call.hangup', id);
    const { body } = await tandem.request('GET', `/recordings?filter[call_leg_id]=${call_leg_id}`);
    assert.equal(body.data.length, 1);
    const log = (await tandem.request('GET', `/call_events?filter[leg_id]=${call_leg_id}`)).body.data.map((line) => line.name);
    for (const name of ['answer', 'call.initiated', 'call.answered', 'call.gather.ended', 'call.hangup']) assert.ok(log.includes(name), name);
  });

  test('keeps the order of its events', async () => {
    const { call_control_id: id } = await ring();
    await client.calls.actions.answer(id, {});
    await event('call.answered', id);
    await client.calls.actions.hangup(id, {});
    await event('call.hangup', id);
    const seen = receiver.requests.filter((r) => r.json?.data && payload(r).call_control_id === id).map((r) => r.json.data.event_type);
    assert.deepEqual(seen, ['call.initiated', 'call.answered', 'call.hangup']);
  });
});

describe('a call that goes out', () => {
  const dial = (to, more = {}) => client.calls.dial({ connection_id: application.id, from: number, to, ...more });

  test('is answered by a phone, heard there, billed', async () => {
    const before = Number((await tandem.request('GET', '/balance')).body?.data?.balance ?? 0);
    const { data: call } = await dial(outside);
    const id = call.call_control_id;
    assert.equal((await event('call.initiated', id)).direction, 'outgoing');
    await event('call.answered', id);
    await client.calls.actions.speak(id, { payload: 'Can you hear this?', voice: 'male' });
    await event('call.speak.ended', id);
    await client.calls.actions.sendDtmf(id, { digits: '1w2#' });
    const heard = async () => (await tandem.request('GET', `/sandbox/calls?number=${encodeURIComponent(outside)}&limit=1`)).body.data[0];
    await until(async () => JSON.stringify(await heard()).includes('12#'), Boolean);
    await client.calls.actions.hangup(id, {});
    const hangup = await event('call.hangup', id);
    assert.equal(hangup.hangup_cause, 'normal_clearing');
    const { body } = await tandem.request('GET', '/detail_records?filter[record_type]=call-control');
    if (body?.data) {
      const record = body.data.find((line) => line.call_leg_id === call.call_leg_id);
      assert.ok(Number(record.cost) > 0);
      const now = Number((await tandem.request('GET', '/balance')).body.data.balance);
      assert.ok(now < before);
    }
  });

  test('is refused before anything rings', async () => {
    await assert.rejects(dial('+442071838750'), codeOf('10010'));
    await assert.rejects(dial('5550142'), codeOf('10016'));
    await assert.rejects(client.calls.dial({ connection_id: application.id, from: '+13125550177', to: outside }), codeOf('10010'));
    await assert.rejects(client.calls.dial({ connection_id: '1', from: number, to: outside }), codeOf('10015'));
  });

  test('is busy, is not there', async () => {
    await tandem.request('PUT', '/sandbox/subscribers/+13125550150', { body: { pickup: 'busy' } });
    await tandem.request('PUT', '/sandbox/subscribers/+13125550151', { body: { pickup: 'unknown' } });
    const busy = (await dial('+13125550150')).data.call_control_id;
    assert.equal((await event('call.hangup', busy)).hangup_cause, 'user_busy');
    const unknown = (await dial('+13125550151')).data.call_control_id;
    assert.equal((await event('call.hangup', unknown)).hangup_cause, 'not_found');
  });

  test('rings out after its timeout', async () => {
    await tandem.request('PUT', '/sandbox/subscribers/+13125550152', { body: { pickup: 'ring_out' } });
    const { data: call } = await dial('+13125550152', { timeout_secs: 2 });
    assert.equal((await event('call.hangup', call.call_control_id)).hangup_cause, 'timeout');
  });

  test('within the platform reaches the other number', async () => {
    const { data: call } = await dial(number);
    const incoming = payload(await receiver.wait((r) => r.json?.data?.event_type === 'call.initiated' &&
      payload(r).direction === 'incoming' && payload(r).from === number));
    await client.calls.actions.answer(incoming.call_control_id, {});
    await event('call.answered', call.call_control_id);
    await client.calls.actions.sendDtmf(call.call_control_id, { digits: '7' });
    assert.equal((await event('call.dtmf.received', incoming.call_control_id)).digit, '7');
    await client.calls.actions.hangup(incoming.call_control_id, {});
    await event('call.hangup', call.call_control_id);
  });
});

describe('two calls', () => {
  test('are joined by a transfer', async () => {
    const { call_control_id: id, call_session_id } = await ring([{ do: 'wait', ms: 30_000 }]);
    await client.calls.actions.answer(id, {});
    await event('call.answered', id);
    await client.calls.actions.transfer(id, { to: outside.replace('42', '43') });
    assert.equal((await event('call.bridged', id)).call_session_id, call_session_id);
    await client.calls.actions.hangup(id, {});
    await event('call.hangup', id);
    await receiver.wait((r) => r.json?.data?.event_type === 'call.hangup' && payload(r).call_session_id === call_session_id && payload(r).call_control_id !== id);
  });
});

describe('a restart', () => {
  test('ends the calls of the former process', async () => {
    const { call_control_id: id } = await ring([{ do: 'wait', ms: 30_000 }]);
    await client.calls.actions.answer(id, {});
    await event('call.answered', id);
    await tandem.restart();
    const hangup = await event('call.hangup', id);
    assert.equal(hangup.hangup_cause, 'unspecified');
    assert.equal((await client.calls.retrieveStatus(id)).data.is_alive, false);
  });
});
