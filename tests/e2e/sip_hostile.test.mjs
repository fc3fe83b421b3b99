// What comes from the network to do harm: storms, connections that never say anything, messages that never
// end. It costs a bounded amount, and other calls do not notice.
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { after, before, describe, test } from 'node:test';
import WebSocket from 'ws';
import { Calling } from './calling.mjs';
import { SipPhone } from './sip_phone.mjs';
import { until } from './until.mjs';

const password = 'correct-horse-9';
let calling;
let phone;

before(async () => {
  calling = await Calling.start({ secure: true });
  await calling.client.credentialConnections.create({ connection_name: 'desk', user_name: 'quietdesk', password,
    outbound: { outbound_voice_profile_id: calling.profile.id, ani_override: calling.number } });
  phone = await SipPhone.open(calling.tandem.sipPort, { user: 'quietdesk', password });
  assert.equal((await phone.register()).status, 200);
});
after(async () => {
  phone?.close();
  await calling?.stop();
});

/** A source of its own that sends as fast as it can: how often each status came back. */
async function storm(address, count, make) {
  const socket = createSocket('udp4').bind(0, address);
  await once(socket, 'listening');
  const answers = {};
  socket.on('message', (message) => {
    const status = message.toString('latin1', 8, 11);
    answers[status] = (answers[status] ?? 0) + 1;
  });
  for (let n = 0; n < count; ++n) {
    socket.send(make(n, `${address}:${socket.address().port}`), calling.tandem.sipPort, '127.0.0.1');
    if (n % 200 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await until(() => Object.values(answers).reduce((sum, each) => sum + each, 0), (sum) => sum > 50, 'answers to a storm');
  socket.close();
  return answers;
}

const request = (method, more) => (n, from) => [`${method} sip:127.0.0.1 SIP/2.0`, `Via: SIP/2.0/UDP ${from};branch=z9hG4bK${method}${n};rport`, 'Max-Forwards: 70',
  `From: <sip:quietdesk@127.0.0.1>;tag=${n}`, 'To: <sip:quietdesk@127.0.0.1>', `Call-ID: ${method}${n}@storm`, `CSeq: 1 ${method}`,
  `Contact: <sip:storm@${from}>`, ...more, 'Content-Length: 0', '', ''].join('\r\n');

test('storms of REGISTER and INVITE are answered 503 above a budget, and other calls go on', async () => {
  phone.packets = [];
  const invited = phone.next('INVITE');
  const { id } = await calling.dial('sip:quietdesk@127.0.0.1');
  const dialog = phone.answer(await invited);
  await calling.event('call.answered', id);
  await calling.actions.speak(id, { payload: 'This goes on and on while others do what they can to end it, word after word after word.', voice: 'female' });
  const [registers, invites] = await Promise.all([
    storm('127.0.0.9', 6_000, request('REGISTER', ['Expires: 60'])),
    storm('127.0.0.10', 6_000, request('INVITE', []))]);
  assert.ok(registers['401'] > 0 && registers['503'] > 0, JSON.stringify(registers));
  assert.ok(invites['407'] > 0 && invites['503'] > 0, JSON.stringify(invites));
  // A new call, in the middle of it.
  const more = storm('127.0.0.11', 3_000, request('INVITE', []));
  const second = await phone.call('3125550142');
  assert.equal(second.final.status, 200, second.final.first);
  assert.equal((await phone.bye(second.dialog)).status, 200);
  await more;
  assert.equal((await calling.event('call.speak.ended', id)).status, 'completed');
  assert.ok(phone.packets.length > 100, `${phone.packets.length} packets`);
  assert.equal((await phone.bye(dialog)).status, 200);
  await calling.event('call.hangup', id);
});

describe('slow loris', () => {
  const many = 40;
  /** Opens connections with `open`, and waits until the other side has closed all of them. */
  async function outlast(open) {
    const sockets = Array.from({ length: many }, open);
    const closed = Promise.all(sockets.map((socket) => new Promise((resolve) => {
      socket.on('error', () => {});
      socket.on('close', resolve);
      socket.resume();  // an answer may come before the end
    })));
    // Meanwhile others are served.
    const { final, dialog } = await phone.call('3125550142');
    assert.equal(final.status, 200);
    assert.equal((await phone.bye(dialog)).status, 200);
    await closed;
  }
  const from = (port, localAddress) => connect({ port, host: '127.0.0.1', localAddress });

  test('over TCP: a message that never ends', async () => {
    await outlast(() => {
      const socket = from(calling.tandem.sipPort, '127.0.0.12');
      socket.on('connect', () => socket.write('INVITE sip:x@127.0.0.1 SIP/2.0\r\nVia: SIP'));
      const drip = setInterval(() => socket.write('x'), 1_000);
      socket.on('close', () => clearInterval(drip));
      return socket;
    });
  });

  test('over TLS: a handshake that never begins, and silence after one', async () => {
    await outlast(() => from(calling.tandem.sipTlsPort, '127.0.0.13'));
    await outlast(() => connectTls({ port: calling.tandem.sipTlsPort, host: '127.0.0.1', localAddress: '127.0.0.13', rejectUnauthorized: false }));
  });

  test('over WebSockets: a request that never ends', async () => {
    await outlast(() => {
      const socket = from(calling.tandem.port, '127.0.0.14');
      socket.on('connect', () => socket.write('GET /sip HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n'));
      return socket;
    });
  });

  test('more connections than one source may have are closed', async () => {
    const sockets = Array.from({ length: 230 }, () => from(calling.tandem.sipPort, '127.0.0.15'));
    let closed = 0;
    for (const socket of sockets) {
      socket.on('error', () => {});
      socket.on('close', () => { closed += 1; });
    }
    await until(() => closed, (count) => count >= 30, 'those beyond 200');
    for (const socket of sockets) socket.destroy();
  });
});

test('a WebSocket that says too much or nonsense is closed; another goes on', async () => {
  const open = async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${calling.tandem.port}/sip`, 'sip');
    socket.on('error', () => {});
    await once(socket, 'open');
    return socket;
  };
  const [good, bad] = [await open(), await open()];
  bad.send(`OPTIONS sip:a SIP/2.0\r\nSubject: ${'x'.repeat(70_000)}\r\n\r\n`);
  assert.equal((await once(bad, 'close'))[0], 1009);
  for (let n = 0; n < 50; ++n) good.send(`nonsense ${n}`);
  const answered = once(good, 'message');
  good.send(request('REGISTER', ['Expires: 60'])(1, 'browser.invalid').replace('SIP/2.0/UDP', 'SIP/2.0/WS'));
  assert.match(String((await answered)[0]), /^SIP\/2\.0 401/);
  good.close();
});
