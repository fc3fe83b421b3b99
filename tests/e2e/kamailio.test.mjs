// Kamailio stands as the carrier: it registers us and challenges us, over UDP and over TLS; calls go through
// it to a subscriber of its own (SIPp) and come from there.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readWav } from './audio.mjs';
import { Calling } from './calling.mjs';
import { Kamailio } from './kamailio.mjs';
import { freePort } from './tandem.mjs';
import { until } from './until.mjs';

const address = '127.0.0.2';
const subscriber = '127.0.0.4';
const password = 'carrier-secret';
const subscriberCalls = fileURLToPath(new URL('sipp/subscriber.xml', import.meta.url));

let folder;
let carrier;
let calling;
let phone;  // SIPp, answering
let config;
let port;

/** SIPp as the carrier's subscriber; `exit` is 0 when no call failed. */
function sipp(...args) {
  const process = spawn('sipp', ['-i', subscriber, '-nostdin', ...args], { cwd: folder, stdio: 'ignore' });
  return { process, exit: once(process, 'exit').then(([code]) => code) };
}

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tandem-kamailio-'));
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '30', '-subj', '/CN=carrier',
    '-addext', `subjectAltName=IP:${address}`, '-keyout', join(folder, 'carrier.key'), '-out', join(folder, 'carrier.crt')], { stdio: 'ignore' });
  const [tlsPort, behindPort] = [await freePort(), await freePort()];
  port = await freePort();
  phone = sipp('-sn', 'uas', '-rtp_echo', '-p', String(behindPort));
  carrier = await Kamailio.start({ address, port, tlsPort, behind: `${subscriber}:${behindPort}`, user: 'tandem', password, folder });
  const common = `host: ${address}\n    username: tandem\n    password-env: CARRIER_PASSWORD\n    health-interval: 1\n`;
  config = join(folder, 'tandem.yaml');
  writeFileSync(config, `trunks:
  - name: plain
    port: ${port}
    register: true
    prefixes: ["+1312"]
    ${common}
  - name: secure
    port: ${tlsPort}
    transport: tls
    prefixes: ["+1415"]
    ${common}`);
  calling = await Calling.start({ secure: true, args: ['--config', config, '--sip-tls-ca', join(folder, 'carrier.crt')], env: { CARRIER_PASSWORD: password } });
});
after(async () => {
  await calling?.stop();
  phone?.process.kill('SIGKILL');
  await carrier?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('Kamailio', () => {
  test('registers us, and answers over UDP and TLS', async () => {
    await until(() => calling.tandem.log, (log) => log.includes('registered with a trunk'), () => `the registration: ${carrier.log}`);
    assert.doesNotMatch(calling.tandem.log, /a trunk is down/);
  });

  for (const [name, number] of [['UDP', '+13125550199'], ['TLS', '+14155550199']]) {
    test(`carries a call over ${name}, with sound both ways`, async () => {
      const { id } = await calling.dial(number);
      await calling.event('call.answered', id);
      await calling.actions.startRecording(id, { format: 'wav', channels: 'dual', max_length: 3 });
      await calling.actions.speak(id, { payload: 'This is said to somebody who says it back.', voice: 'female' });
      const saved = await calling.event('call.recording.saved', id);
      const { channels } = readWav(Buffer.from(await (await fetch(saved.recording_urls.wav)).arrayBuffer()));
      for (const samples of channels) assert.ok(Math.max(...samples) > 1_000, 'a channel is silent');
      assert.equal((await calling.end(id)).hangup_source, 'caller');
    });
  }

  test('brings calls of its subscribers', async () => {
    const call = sipp('-sf', subscriberCalls, '-s', calling.number, '-m', '1', `${address}:${port}`);
    const initiated = await calling.event('call.initiated', undefined, (p) => p.direction === 'incoming');
    assert.equal(initiated.to, calling.number);
    await calling.actions.answer(initiated.call_control_id, {});
    assert.equal(await call.exit, 0);
    assert.equal((await calling.event('call.hangup', initiated.call_control_id)).hangup_source, 'caller');
  });

  test('is looked at by the doctor, its certificate too', () => {
    const args = ['doctor', '--data-dir', folder, '--http', '127.0.0.1:0', '--sip', '127.0.0.1:0', '--config', config];
    const ask = (...more) => {
      try {
        return execFileSync(process.env.TANDEM_BINARY, [...args, ...more], { env: { ...process.env, CARRIER_PASSWORD: password }, encoding: 'utf8' });
      } catch (error) {
        return error.stdout;  // something is broken
      }
    };
    const trusting = ask('--sip-tls-ca', join(folder, 'carrier.crt'));
    assert.match(trusting, /ok +Trunk plain: .* answers/);
    assert.match(trusting, /ok +Trunk secure: .* takes connections/);
    assert.match(ask(), /broken +Trunk secure: .* a certificate we do not trust/i);
  });

  test('is not called over TLS when its certificate leads to nobody we trust', async () => {
    calling.tandem.extraArgs = ['--config', config];
    await calling.tandem.restart();
    await until(() => calling.tandem.log, (log) => /a trunk is down.*"secure"/.test(log), 'the trunk that cannot be trusted');
  });
});
