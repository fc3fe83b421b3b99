// SIP trunks of the operator profile, with SIPp as the carriers: calls go out over them and come in from
// them; nobody else is answered.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { freePort, Tandem } from './tandem.mjs';
import { until } from './until.mjs';

const scenario = (name) => join(dirname(fileURLToPath(import.meta.url)), 'sipp', `${name}.xml`);
const carrier = '127.0.0.2';
const outside = '+442071838750';

let tandem;
let client;
let application;
let number;
let scratch;
let config;
const running = [];

/** SIPp in the scratch directory; `exit` is its status, 0 when no call failed. */
function sipp(...args) {
  const process = spawn('sipp', ['-i', carrier, '-nostdin', ...args], { cwd: scratch, stdio: 'ignore' });
  running.push(process);
  return { process, exit: once(process, 'exit').then(([code]) => code) };
}

async function orderNumber() {
  const { data: profile } = await client.outboundVoiceProfiles.create({ name: 'everywhere', whitelisted_destinations: ['US', 'GB'] });
  ({ data: application } = await client.callControlApplications.create({
    application_name: 'trunks', webhook_event_url: 'https://example.com/unused', outbound: { outbound_voice_profile_id: profile.id } }));
  const { data: [{ phone_number }] } = await client.availablePhoneNumbers.list({ filter: { country_code: 'US', national_destination_code: '312', limit: 1 } });
  await client.numberOrders.create({ phone_numbers: [{ phone_number }], connection_id: application.id });
  await tandem.advance(61_000);
  await until(async () => (await client.phoneNumbers.list({ filter: { phone_number } })).data[0]?.status === 'active', Boolean);
  return phone_number;
}

const alive = async (id) => (await client.calls.retrieveStatus(id)).data.is_alive;
const records = async (direction) => (await tandem.request('GET', '/detail_records?filter[record_type]=call-control')).body.data
  .filter((record) => record.direction === direction);

before(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'tandem-trunks-'));
  // A number takes its time to be had; the sandbox's clock can be advanced. What it leaves behind the
  // operator's platform goes on with.
  tandem = await Tandem.start();
  client = tandem.client();
  number = await orderNumber();
  await tandem.stop.call({ process: tandem.process, exited: tandem.exited });
  const [good, closed] = [await freePort(), await freePort()];
  sipp('-sf', scenario('carrier'), '-p', String(good));
  sipp('-sf', scenario('closed'), '-p', String(closed));
  config = join(scratch, 'tandem.yaml');
  writeFileSync(config, `trunks:
  - name: closed
    host: ${carrier}
    port: ${closed}
    priority: 1
    health-interval: 1
  - name: carrier
    host: ${carrier}
    port: ${good}
    username: tandem
    password-env: TRUNK_PASSWORD
    register: true
    prefixes: ["+44"]
    health-interval: 1
`);
  Object.assign(tandem, { profile: 'operator', extraArgs: ['--config', config], env: { TANDEM_API_KEY: undefined, TRUNK_PASSWORD: 'trunk-secret' } });
  await tandem.spawn();
});
after(async () => {
  await tandem?.stop();
  for (const process of running) process.kill('SIGKILL');
  rmSync(scratch, { recursive: true, force: true });
});

describe('a trunk', () => {
  test('is registered with, and known to be up or down', async () => {
    await until(() => tandem.log, (log) => log.includes('registered with a trunk'), 'the registration');
    await until(() => tandem.log, (log) => /a trunk is down.*"closed"/.test(log), 'the trunk that is out of service');
  });

  test('takes calls to numbers nobody owns, signs in, and is billed', async () => {
    const { data: call } = await client.calls.dial({ connection_id: application.id, from: number, to: outside });
    const record = async () => (await client.calls.retrieveStatus(call.call_control_id)).data;
    await until(record, (seen) => seen.call_duration > 0 || !seen.is_alive, 'a talk of a second');
    assert.equal(await alive(call.call_control_id), true);
    await client.calls.actions.hangup(call.call_control_id, {});
    await until(() => alive(call.call_control_id), (is) => !is);
    const [written] = await until(() => records('outbound'), (all) => all.length === 1);
    assert.ok(Number(written.cost) > 0, JSON.stringify(written));
  });

  test('gets no calls that its prefixes do not name', async () => {
    const { data: call } = await client.calls.dial({ connection_id: application.id, from: number, to: '+13125550123' });
    await until(() => alive(call.call_control_id), (is) => !is);  // the only trunk left is down
  });

  test('brings calls to our numbers', async () => {
    const call = sipp('-sn', 'uac', '-s', number, '-m', '1', '-d', '500', `127.0.0.1:${tandem.sipPort}`);
    const active = async () => (await tandem.request('GET', `/connections/${application.id}/active_calls`)).body.data;
    const [ringing] = await until(active, (all) => all.length === 1);
    await client.calls.actions.answer(ringing.call_control_id, {});
    assert.equal(await call.exit, 0);
    await until(active, (all) => all.length === 0);
    assert.equal((await until(() => records('inbound'), (all) => all.length === 1)).length, 1);
  });

  test('has calls whose prompts and streams may come from and go to public addresses only', async () => {
    const requests = [];
    const server = createServer((request, response) => { requests.push(request.url); response.end(); }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const host = `127.0.0.1:${server.address().port}`;
    try {
      const caller = sipp('-sn', 'uac', '-s', number, '-m', '1', '-d', '60000', `127.0.0.1:${tandem.sipPort}`);
      const active = async () => (await tandem.request('GET', `/connections/${application.id}/active_calls`)).body.data;
      const [{ call_control_id: id, call_leg_id: leg }] = await until(active, (all) => all.length === 1);
      await client.calls.actions.answer(id, {});
      await until(async () => (await client.calls.retrieveStatus(id)).data, (seen) => seen.call_duration > 0, 'an answered call');
      await client.calls.actions.startPlayback(id, { audio_url: `http://${host}/prompt.wav` });
      await client.calls.actions.startPlayback(id, { audio_url: 'http://169.254.169.254/latest/meta-data' });
      await client.calls.actions.startStreaming(id, { stream_url: `ws://${host}/stream` });
      await assert.rejects(client.calls.actions.startForking(id, { rx: 'udp:127.0.0.1:9000', tx: 'udp:10.1.2.3:9000' }), /public addresses/);
      const events = async () => (await tandem.request('GET', `/call_events?filter[leg_id]=${leg}&page[size]=50`)).body.data.filter((each) => each.type === 'webhook' || each.type === 'event');
      const told = await until(events, (all) => all.filter((each) => /playback.ended|streaming.failed/.test(each.name)).length === 3, 'what came of it');
      for (const { metadata } of told.filter((each) => each.name === 'call.playback.ended')) {
        const seen = metadata.payload ?? metadata;
        assert.equal(seen.status, 'failed');
        assert.match(seen.status_detail, /^90040/);
      }
      assert.deepEqual(requests, []);
      await client.calls.actions.hangup(id, {});
      caller.process.kill('SIGKILL');
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  test('hears no such number for one that nobody here has', async () => {
    assert.notEqual(await sipp('-sn', 'uac', '-s', outside, '-m', '1', `127.0.0.1:${tandem.sipPort}`).exit, 0);
  });
});

test('a source nobody knows gets no answer at all', async () => {
  const options = (socket, id) => ['OPTIONS sip:127.0.0.1 SIP/2.0',
    `Via: SIP/2.0/UDP ${socket.address().address}:${socket.address().port};branch=z9hG4bK${id};rport`, 'Max-Forwards: 70',
    `From: <sip:x@${socket.address().address}>;tag=${id}`, 'To: <sip:127.0.0.1>', `Call-ID: ${id}`, 'CSeq: 1 OPTIONS', 'Content-Length: 0', '', ''].join('\r\n');
  const open = async (address) => {
    const socket = createSocket('udp4').bind(0, address);
    await once(socket, 'listening');
    return socket;
  };
  const stranger = await open('127.0.0.3');
  const known = await open(carrier);
  try {
    let heard = 0;
    stranger.on('message', () => { heard += 1; });
    const answered = once(known, 'message');
    for (let i = 0; i < 3; i++) stranger.send(options(stranger, `stranger${i}`), tandem.sipPort, '127.0.0.1');
    known.send(options(known, 'known'), tandem.sipPort, '127.0.0.1');
    assert.match((await answered)[0].toString(), /^SIP\/2\.0 200/);
    assert.equal(heard, 0);
  } finally {
    stranger.close();
    known.close();
  }
});

test('the doctor looks at the trunks', async () => {
  const unreached = join(scratch, 'unreached.yaml');
  writeFileSync(unreached, `trunks: [{name: gone, host: localhost, port: ${await freePort()}, transport: tcp}]\n`);
  const env = { ...process.env, TRUNK_PASSWORD: 'trunk-secret' };
  const args = ['doctor', '--profile', 'operator', '--data-dir', scratch, '--http', '127.0.0.1:0', '--sip', '127.0.0.1:0'];
  const ask = (file) => execFileSync(process.env.TANDEM_BINARY, [...args, '--config', file], { env, encoding: 'utf8' });
  assert.match(ask(config), /ok +Trunk carrier: .* answers/);
  assert.match(ask(unreached), /advice +Trunk gone: .* does not answer/);
  assert.match(ask(unreached), /advice +Trunk gone: its calls will not be taken/);
});
