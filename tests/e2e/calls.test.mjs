// Calls through the official SDK: real SIP and audio between the platform and the sandbox's phones.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:http';
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
    const { data: call } = await dial('+13125550152', { timeout_secs: 5 });
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

describe('what a call can hear and do', () => {
  /** An answered call that came in and stays. */
  const stay = async (steps = [{ do: 'wait', ms: 30_000 }]) => {
    const { call_control_id: id } = await ring(steps);
    await client.calls.actions.answer(id, {});
    await event('call.answered', id);
    return id;
  };
  const end = async (id) => {
    await client.calls.actions.hangup(id, {});
    return event('call.hangup', id);
  };

  test('a file by its address, and says so when there is none', async () => {
    const samples = Buffer.alloc(8_000);
    const head = Buffer.from('RIFF....WAVEfmt ....................data....');
    [[4, 36 + samples.length], [16, 16], [24, 8_000], [28, 16_000], [40, samples.length]].forEach(([at, value]) => head.writeUInt32LE(value, at));
    [[20, 1], [22, 1], [32, 2], [34, 16]].forEach(([at, value]) => head.writeUInt16LE(value, at));
    const files = createServer((request, response) => {
      response.statusCode = request.url === '/there.wav' ? 200 : 404;
      response.end(Buffer.concat([head.subarray(0, 44), samples]));
    }).listen(0, '127.0.0.1');
    await once(files, 'listening');
    const base = `http://127.0.0.1:${files.address().port}`;
    const id = await stay();
    try {
      await client.calls.actions.startPlayback(id, { audio_url: `${base}/there.wav` });
      assert.equal((await event('call.playback.started', id)).media_url, `${base}/there.wav`);
      assert.equal((await event('call.playback.ended', id)).status, 'completed');
      await client.calls.actions.startPlayback(id, { audio_url: `${base}/missing.wav` });
      const missing = payload(await receiver.wait((r) => r.json?.data?.event_type === 'call.playback.ended' && payload(r).media_url === `${base}/missing.wav`));
      assert.equal(missing.status, 'file_not_found');
    } finally {
      files.close();
    }
    await end(id);
  });

  test('bad commands are refused with their codes', async () => {
    const id = await stay();
    await assert.rejects(client.calls.actions.speak(id, { payload: '', voice: 'female' }), codeOf('90010'));
    await assert.rejects(client.calls.actions.sendDtmf(id, { digits: '12x' }), codeOf('90014'));
    await assert.rejects(client.calls.actions.gather(id, { minimum_digits: 200 }), codeOf('90022'));
    await assert.rejects(client.calls.actions.startPlayback(id, { media_name: 'nothing' }), codeOf('10017'));
    await assert.rejects(client.calls.actions.leaveQueue(id, {}), codeOf('90035'));
    await assert.rejects(client.calls.actions.stopForking(id, {}), codeOf('90031'));
    await assert.rejects(client.calls.actions.updateClientState(id, { client_state: '#' }), codeOf('90017'));
    await end(id);
  });

  test('a command_id is obeyed once', async () => {
    const id = await stay();
    for (let times = 0; times < 2; ++times) await client.calls.actions.sendDtmf(id, { digits: '5', command_id: 'once' });
    const log = (await tandem.request('GET', '/call_events?filter[name]=send_dtmf')).body.data;
    assert.equal(log.filter((line) => line.metadata.command_id === 'once').length, 1);
    await end(id);
  });

  test('waits in a queue and is bridged out of it', async () => {
    const waiting = await stay();
    await client.calls.actions.enqueue(waiting, { queue_name: 'support' });
    assert.equal((await event('call.enqueued', waiting)).current_position, 1);
    const queue = (await tandem.request('GET', '/queues/support')).body.data;
    assert.equal(queue.current_size, 1);
    assert.equal((await tandem.request('GET', '/queues/support/calls')).body.data[0].call_control_id, waiting);
    const agent = await stay();
    await client.calls.actions.bridge(agent, { queue: 'support', call_control_id: '' });
    await event('call.bridged', waiting);
    assert.equal((await event('call.dequeued', waiting)).reason, 'bridged');
    await end(agent);
    await event('call.hangup', waiting);
  });

  test('a machine is told from a human', async () => {
    const { data: call } = await client.calls.dial({ connection_id: application.id, from: number, to: '+15005550206', answering_machine_detection: 'greeting_end',
      answering_machine_detection_config: { greeting_duration_millis: 2_000, total_analysis_time_millis: 6_000 } });
    assert.equal((await event('call.machine.detection.ended', call.call_control_id, 20_000)).result, 'machine');
    await event('call.machine.greeting.ended', call.call_control_id, 30_000);
    await end(call.call_control_id);
  });

  test('no more calls than the connection may have', async () => {
    await client.callControlApplications.update(application.id, {
      application_name: 'e2e calls', webhook_event_url: receiver.url, outbound: { ...application.outbound, channel_limit: 1 } });
    const dial = () => client.calls.dial({ connection_id: application.id, from: number, to: outside });
    const { data: call } = await dial();
    await assert.rejects(dial(), codeOf('90043'));
    assert.equal((await tandem.request('GET', `/connections/${application.id}/active_calls`)).body.data.length, 1);
    await event('call.answered', call.call_control_id);
    await end(call.call_control_id);
    const { data: next } = await dial();
    await event('call.answered', next.call_control_id);
    await end(next.call_control_id);
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

describe('a SIP phone', () => {
  /** The first final response to a request sent from a socket of its own. */
  const ask = (socket, text) => new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no SIP response')), 10_000);
    const listen = (datagram) => {
      const answer = datagram.toString();
      if (/^SIP\/2\.0 1/.test(answer)) return;
      clearTimeout(timer);
      socket.off('message', listen);
      resolve(answer);
    };
    socket.on('message', listen);
    socket.send(text, tandem.sipPort, '127.0.0.1');
  });
  const md5 = (text) => createHash('md5').update(text).digest('hex');
  const register = (socket, user, sequence, authorization = '') => [
    'REGISTER sip:127.0.0.1 SIP/2.0',
    `Via: SIP/2.0/UDP 127.0.0.1:${socket.address().port};branch=z9hG4bK${user}${sequence};rport`,
    'Max-Forwards: 70', `From: <sip:${user}@127.0.0.1>;tag=one`, `To: <sip:${user}@127.0.0.1>`,
    `Call-ID: ${user}@e2e`, `CSeq: ${sequence} REGISTER`, 'User-Agent: e2e phone',
    `Contact: <sip:${user}@127.0.0.1:${socket.address().port}>;expires=300`,
    ...(authorization ? [`Authorization: ${authorization}`] : []), 'Content-Length: 0', '', ''].join('\r\n');
  const digest = (challenge, user, password) => {
    const [, realm] = challenge.match(/realm="([^"]*)"/);
    const [, nonce] = challenge.match(/nonce="([^"]*)"/);
    const response = md5(`${md5(`${user}:${realm}:${password}`)}:${nonce}:00000001:c0ffee:auth:${md5('REGISTER:sip:127.0.0.1')}`);
    return `Digest username="${user}", realm="${realm}", nonce="${nonce}", uri="sip:127.0.0.1", algorithm=MD5, qop=auth, nc=00000001, cnonce="c0ffee", response="${response}"`;
  };

  test('registers with the right password only, and shows as registered', async () => {
    const { data: connection } = await client.credentialConnections.create({
      connection_name: 'desk phone', user_name: 'deskphone1', password: 'correct-horse-9' });
    const status = async () => (await tandem.request('POST', `/credential_connections/${connection.id}/actions/check_registration_status`)).body.data;
    assert.equal((await status()).status, 'Not Registered');
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    try {
      const first = await ask(socket, register(socket, 'deskphone1', 1));
      assert.match(first, /^SIP\/2\.0 401/);
      const challenge = first.split('\r\n').find((line) => /^WWW-Authenticate:.*MD5/i.test(line)) ?? first;
      const wrong = await ask(socket, register(socket, 'deskphone1', 2, digest(challenge, 'deskphone1', 'guess')));
      assert.match(wrong, /^SIP\/2\.0 40[13]/);
      const right = await ask(socket, register(socket, 'deskphone1', 3, digest(challenge, 'deskphone1', 'correct-horse-9')));
      assert.match(right, /^SIP\/2\.0 200/);
      const shown = await until(status, (s) => s.status === 'Registered');
      assert.equal(shown.port, socket.address().port);
      assert.equal(shown.transport, 'UDP');
      assert.equal(shown.user_agent, 'e2e phone');
      await takesACall(socket, connection);
    } finally {
      socket.close();
    }
  });

  /** A number of the connection is called from outside: the phone rings, answers, hears a BYE. */
  async function takesACall(socket, connection) {
    const own = await buyNumber(connection.id);
    const next = (method) => new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no ${method}`)), 10_000);
      const listen = (datagram) => {
        const text = datagram.toString();
        if (!text.startsWith(`${method} `)) return;
        clearTimeout(timer);
        socket.off('message', listen);
        resolve(text);
      };
      socket.on('message', listen);
    });
    const respond = (request, status, body = '') => {
      const lines = request.split('\r\n');
      const copied = lines.filter((line) => /^(Via|From|Call-ID|CSeq|Record-Route|v|f|i):/i.test(line));
      const to = lines.find((line) => /^(To|t):/i.test(line));
      socket.send([`SIP/2.0 ${status}`, ...copied, /;tag=/.test(to) ? to : `${to};tag=phone`,
        `Contact: <sip:deskphone1@127.0.0.1:${socket.address().port}>`,
        ...(body ? ['Content-Type: application/sdp'] : []), `Content-Length: ${body.length}`, '', body].join('\r\n'), tandem.sipPort, '127.0.0.1');
    };
    const invited = next('INVITE');
    const { body } = await tandem.request('POST', '/sandbox/calls', { body: { from: outside, to: own, steps: [{ do: 'wait', ms: 300 }, { do: 'hang_up' }] } });
    const invite = await invited;
    respond(invite, '180 Ringing');
    const ended = next('BYE');
    respond(invite, '200 OK', ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0', 'm=audio 41000 RTP/AVP 0', 'a=sendrecv', ''].join('\r\n'));
    respond(await ended, '200 OK');
    const call = await until(async () => (await tandem.request('GET', `/sandbox/calls/${body.data.id}`)).body.data, (seen) => seen.status === 'ended');
    assert.ok(call.answered_at, JSON.stringify(call));
  }
});
