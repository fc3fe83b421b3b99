// Softphones and browsers that we did not write register, call and are called, with sound both ways: baresip
// over UDP, TCP, and TLS with SRTP, linphone, and JsSIP over WebSockets.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { heardMs, readWav } from './audio.mjs';
import { Baresip } from './baresip.mjs';
import { Browser } from './browser.mjs';
import { Calling } from './calling.mjs';
import { Linphone } from './linphone.mjs';
import { freePort } from './tandem.mjs';
import { until } from './until.mjs';

const password = 'correct-horse-9';
const tonePhone = '+13125550170';

let calling;
let certificate;
let users = 0;
let v6Port;

before(async () => {
  v6Port = await freePort();
  calling = await Calling.start({ secure: true, v6: v6Port });
  certificate = join(calling.tandem.dataDir, 'sip_tls.crt');
  await calling.tandem.request('PUT', `/sandbox/subscribers/${tonePhone}`, { body: { answer_after_ms: 0, steps: [{ do: 'tone', hz: 1_000, ms: 1_500 }, { do: 'wait', ms: 30_000 }] } });
});
after(() => calling?.stop());

/** A credential connection of its own for one phone. */
async function connect(more = {}) {
  const user = `softphone${++users}`;
  const { data } = await calling.client.credentialConnections.create({
    connection_name: user, user_name: user, password, webhook_event_url: calling.receiver.url,
    outbound: { outbound_voice_profile_id: calling.profile.id, ani_override: calling.number }, ...more });
  return { user, connection: data };
}

const status = async (connection) => (await calling.tandem.request('POST', `/credential_connections/${connection.id}/actions/check_registration_status`)).body.data;

/** The application calls the phone, records what it says, and hangs up: the samples. */
async function listenTo(user, more = {}) {
  const call = await calling.dial(`sip:${user}@127.0.0.1`, more);
  await calling.event('call.answered', call.id);
  await calling.actions.startRecording(call.id, { format: 'wav', channels: 'single', max_length: 2 });
  const saved = await calling.event('call.recording.saved', call.id);
  await calling.end(call.id);
  return readWav(Buffer.from(await (await fetch(saved.recording_urls.wav)).arrayBuffer()));
}

/** An outside phone calls the number of the connection, whose INVITE has short names of fields, and hears the phone. */
async function reach(connection) {
  const number = await calling.buyNumber(connection.id);
  const { body } = await calling.tandem.request('POST', '/sandbox/calls', { body: { from: tonePhone, to: number, steps: [{ do: 'wait', ms: 1_500 }, { do: 'hang_up' }] } });
  assert.ok(await calling.heardMs(body.data.id, 440) > 500);
}

const outsideCall = async (id = '') => (await calling.tandem.request('GET', `/sandbox/calls/${id}`)).body.data;

/** How much of our tone the phone outside has heard in its last call, once that is over. */
async function heardOutside() {
  const { id } = await calling.phoneCall(tonePhone);
  const { recording } = await until(() => outsideCall(id), (call) => call.status === 'ended' && call.recording, 'its recording');
  const { rate, channels } = readWav(Buffer.from(await (await fetch(`${calling.tandem.origin}${recording.path}`)).arrayBuffer()));
  return heardMs(channels[0], 440, rate);
}

describe('baresip', () => {
  const ways = [{ transport: 'udp' }, { transport: 'tcp' }, { transport: 'tls', srtp: true }, { transport: 'udp', v6: true }];
  for (const { transport, srtp, v6 } of ways) {
    test(`over ${transport.toUpperCase()}${srtp ? ' with SRTP' : ''}${v6 ? ' and IPv6' : ''}`, async () => {
      const { user, connection } = await connect(srtp ? { encrypted_media: 'SRTP' } : {});
      const { sipPort, sipTlsPort } = calling.tandem;
      const server = v6 ? `[::1]:${v6Port}` : `127.0.0.1:${srtp ? sipTlsPort : sipPort}`;
      const phone = await Baresip.start({ user, password, transport, srtp, ca: certificate, server, ip: v6 ? '::1' : '127.0.0.1' });
      try {
        await phone.registered();
        const registered = await status(connection);
        assert.equal(registered.status, 'Registered');
        assert.equal(registered.transport, transport.toUpperCase());
        assert.match(registered.user_agent, /baresip/);
        await phone.call(tonePhone);
        await until(() => phone.loudness(1_000), (ms) => ms > 700, 'the tone of the phone outside');
        phone.command('hangup');
        assert.ok(await heardOutside() > 500);
        const heard = await listenTo(user, srtp ? { media_encryption: 'SRTP' } : {});
        assert.ok(heardMs(heard.channels[0], 440, heard.rate) > 1_000);
        await reach(connection);
      } finally {
        await phone.stop();
      }
    });
  }

  test('without SRTP is refused by a connection that wants it', async () => {
    const { user } = await connect({ encrypted_media: 'SRTP' });
    const phone = await Baresip.start({ user, password, server: `127.0.0.1:${calling.tandem.sipPort}` });
    try {
      await phone.registered();
      const { param } = await phone.call(tonePhone, 'CALL_CLOSED');
      assert.match(param, /488/);
    } finally {
      await phone.stop();
    }
  });
});

describe('linphone', () => {
  const ways = [['UDP', () => `sip:127.0.0.1:${calling.tandem.sipPort}`],
    ['TLS with SRTP', () => `sip:localhost:${calling.tandem.sipTlsPort};transport=tls`, true]];
  for (const [name, server, srtp] of ways) {
    test(`over ${name}`, async () => {
      const { user, connection } = await connect(srtp ? { encrypted_media: 'SRTP' } : {});
      const phone = await Linphone.start({ user, password, srtp, ca: certificate, server: server() });
      try {
        await until(() => status(connection), ({ status: is }) => is === 'Registered', 'the registration');
        assert.match((await status(connection)).user_agent, /linphone/i);
        await phone.call(tonePhone);
        await until(() => phone.bytesHeard(), (bytes) => bytes > 200_000, 'two seconds of the call');
        const heard = await phone.hangUp();
        assert.ok(heardMs(heard.channels[0], 1_000, heard.rate) > 700);
        assert.ok(await heardOutside() > 500);
        const said = await listenTo(user, srtp ? { media_encryption: 'SRTP' } : {});
        assert.ok(heardMs(said.channels[0], 440, said.rate) > 1_000);
        await reach(connection);
      } finally {
        await phone.stop();
      }
    });
  }
});

describe('JsSIP', () => {
  const ways = [['ws', () => `ws://127.0.0.1:${calling.tandem.port}/sip`], ['wss', () => `wss://127.0.0.1:${calling.tandem.sipWssPort}`]];
  for (const [name, url] of ways) {
    test(`over ${name.toUpperCase()}`, async () => {
      const { user, connection } = await connect();
      const browser = await Browser.start({ url: url(), user, password, ca: readFileSync(certificate) });
      try {
        assert.equal((await status(connection)).transport, name.toUpperCase());
        const { session, media } = await browser.call(tonePhone);
        await until(() => heardMs(media.heard(), 1_000), (ms) => ms > 700, 'the tone of the phone outside');
        session.terminate();
        assert.ok(await heardOutside() > 500);
        const heard = await listenTo(user);
        assert.ok(heardMs(heard.channels[0], 440, heard.rate) > 1_000);
        await reach(connection);
      } finally {
        browser.stop();
      }
    });
  }
});
