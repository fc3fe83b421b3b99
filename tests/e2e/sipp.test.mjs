// The parts of SIP that show only when messages are lost, cross or come late, with SIPp as both ends (RFC 3261, 3262,
// 4028): what it must see is in the scenarios of sipp/.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Calling } from './calling.mjs';
import { freePort } from './tandem.mjs';
import { until } from './until.mjs';

const scenario = (name) => join(dirname(fileURLToPath(import.meta.url)), 'sipp', `${name}.xml`);
const ip = '127.0.0.2';
const slow = '+13125550196';  // rings for a while before it answers
const running = [];
let calling;
let scratch;

before(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'tandem-sipp-'));
  calling = await Calling.start();
  await calling.tandem.request('PUT', `/sandbox/subscribers/${slow}`, { body: { answer_after_ms: 1_500, steps: [{ do: 'wait', ms: 60_000 }] } });
  const { data: connection } = await calling.client.ipConnections.create({ connection_name: 'sipp', outbound: {
    outbound_voice_profile_id: calling.profile.id, ani_override: calling.number, instant_ringback_enabled: false } });
  await calling.client.ips.create({ connection_id: connection.id, ip_address: ip, port: 5060 });
});
after(async () => {
  for (const process of running) process.kill('SIGKILL');
  await calling?.stop();
  rmSync(scratch, { recursive: true, force: true });
});

/** SIPp for one call, without retransmissions of its own; fails with what it did not expect. */
async function sipp(name, port, ...args) {
  const process = spawn('sipp', ['-sf', scenario(name), '-i', ip, '-p', String(port), '-m', '1', '-nr', '-nostdin', '-timeout', '90', '-timeout_error',
    '-trace_err', '-trace_msg', ...args], { cwd: scratch, stdio: 'ignore' });
  running.push(process);
  const [code] = await once(process, 'exit');
  if (code === 0) return;
  const logs = readdirSync(scratch).filter((file) => file.startsWith(`${name}_${process.pid}_`));
  assert.fail(`${name}: SIPp ended with ${code}\n${logs.map((file) => readFileSync(join(scratch, file), 'utf8').slice(-6_000)).join('\n')}`);
}

const caller = async (name) => sipp(name, await freePort(), '-s', slow, `127.0.0.1:${calling.tandem.sipPort}`);

/** The API calls SIPp; its call, and when that is over. */
async function callee(name) {
  const port = await freePort();
  const over = sipp(name, port);
  const call = await calling.dial(`sip:sipp@${ip}:${port}`);
  return { call, over };
}

const callsOf = async (number) => (await calling.tandem.request('GET', `/sandbox/calls?number=${encodeURIComponent(number)}`)).body.data;

describe('with SIPp as the other end', { concurrency: true }, () => {
  test('an INVITE that comes twice is one call; its 200 comes again until the ACK', async () => {
    const before = (await callsOf(slow)).length;
    await caller('lost_ack');
    assert.ok((await callsOf(slow)).length > before);
  });

  test('a CANCEL after the answer changes nothing', () => caller('late_cancel'));

  test('a callee that answers while it is cancelled gets ACK and BYE', async () => {
    const { call, over } = await callee('cancel_race');
    await calling.actions.hangup(call.id, {});
    await over;
    assert.equal((await calling.event('call.hangup', call.id)).hangup_cause, 'originator_cancel');
  });

  test('a 200 that comes twice is acknowledged twice; a BYE comes again until it is answered', async () => {
    const { call, over } = await callee('lost_bye');
    await calling.event('call.dtmf.received', call.id);
    await calling.actions.hangup(call.id, {});
    await over;
  });

  test('a caller that requires reliable provisional responses gets them', () => caller('prack_caller'));

  test('a callee with reliable provisional responses gets PRACK', async () => {
    const { call, over } = await callee('prack_callee');
    await calling.event('call.answered', call.id);
    await calling.actions.hangup(call.id, {});
    await over;
  });

  test('a callee that redirects is not followed: its call fails', async () => {
    const { call, over } = await callee('redirect');
    await over;
    const { sip_hangup_cause: code } = await calling.event('call.hangup', call.id);
    assert.equal(code, '302');
    assert.equal((await callsOf('+13125550142')).length, 0);
  });

  test('a session that is too short is refused, and one that is refreshed goes on', () => caller('short_session'));

  test('a session that nobody refreshes ends before it is over', async () => {
    const { call, over } = await callee('expired_session');
    await over;
    assert.equal((await calling.event('call.hangup', call.id)).hangup_cause, 'unspecified');
  });

  test('a refresh that meets a change of the peer is refused with 491 and tried again', async () => {
    const { over } = await callee('glare');
    await over;
  });
});
