// The inbound-call service of the guide, twice: the example in C++, and the guide's own Node code, for
// which only the host is another. A phone of the sandbox calls, an agent answers and hangs up.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createServer as createTlsServer } from 'node:tls';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { heardMs, readWav, tone } from './audio.mjs';
import { Postgres } from './postgres.mjs';
import { SipPhone } from './sip_phone.mjs';
import { apiKey, freePort, Tandem } from './tandem.mjs';
import { until } from './until.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const example = join(dirname(process.env.TANDEM_BINARY ?? ''), 'inbound_calls');
const caller = '+13125550123';
const token = 'dashboard-secret';

let tandem;
let client;
let postgres;
let agent;  // the SIP phone that calls may be transferred to

before(async () => {
  [tandem, postgres] = await Promise.all([Tandem.start(), Postgres.start()]);
  client = tandem.client();
  await client.credentialConnections.create({ connection_name: 'agents', user_name: 'agentjones', password: 'correct-horse-9' });
  agent = await SipPhone.open(tandem.sipPort, { user: 'agentjones', password: 'correct-horse-9' });
  assert.equal((await agent.register()).status, 200);
});
after(async () => {
  agent?.close();
  await tandem?.stop();
  await postgres?.stop();
});

/** A program that says when it `listens`, with its database. */
class Program {
  constructor(command, args, env) {
    Object.assign(this, { command, args, env, origin: `http://127.0.0.1:${env.API_PORT}` });
  }

  async start() {
    this.process = spawn(this.command, this.args, { env: { ...process.env, ...this.env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let log = '';
    await new Promise((resolve, reject) => {
      for (const stream of [this.process.stdout, this.process.stderr]) {
        stream.on('data', (chunk) => {
          log += chunk;
          if (log.includes('listens')) resolve();
        });
      }
      this.process.once('exit', () => reject(new Error(`${this.command} ended:\n${log}`)));
    });
  }

  async kill(signal = 'SIGKILL') {
    const ended = once(this.process, 'exit');
    this.process.kill(signal);
    await ended;
  }

  async ask(method, path, headers = { authorization: `Bearer ${token}` }, body = undefined) {
    const answer = await fetch(`${this.origin}/api/telnyx${path}`, { method, headers, body });
    return { status: answer.status, body: await answer.json() };
  }

  /** The one call that rings. */
  async pending() {
    const { body } = await until(() => this.ask('GET', '/calls/pending'), (seen) => seen.body.calls?.length === 1, 'a pending call');
    return body.calls[0];
  }
}

/** A number of ours whose calls go to the program. */
async function numberFor(program) {
  const { data: application } = await client.callControlApplications.create({
    application_name: `inbound ${program.env.API_PORT}`, webhook_event_url: `${program.origin}/api/telnyx/webhook` });
  const { data: [found] } = await client.availablePhoneNumbers.list({ filter: { country_code: 'US', features: ['voice'], limit: 1 } });
  const { phone_number } = found;
  await client.numberOrders.create({ phone_numbers: [{ phone_number }], connection_id: application.id });
  await tandem.advance(61_000);
  await until(async () => (await client.phoneNumbers.list({ filter: { phone_number } })).data[0]?.status === 'active', Boolean);
  return phone_number;
}

async function call(to, steps = [{ do: 'wait', ms: 20_000 }]) {
  const { status, body, text } = await tandem.request('POST', '/sandbox/calls', { body: { from: caller, to, steps } });
  assert.ok(status < 300, text);
  return body.data.id;
}

const phoneOf = (id) => async () => (await tandem.request('GET', `/sandbox/calls/${id}`)).body.data;

/** A call to the program is answered by the agent's phone; both hear each other until the agent hangs up. */
async function talkWithAgent(program) {
  const id = await call(await numberFor(program), [{ do: 'tone', hz: 600, ms: 1_500 }, { do: 'wait', ms: 20_000 }]);
  const ringing = await program.pending();
  agent.packets = [];
  const invited = agent.next('INVITE');
  assert.equal((await program.ask('POST', `/calls/${encodeURIComponent(ringing.call_control_id)}/answer`)).status, 200);
  const dialog = agent.answer(await invited);
  await until(phoneOf(id), (seen) => seen.answered_at, 'the answer');
  await until(async () => heardMs(agent.heard(), 600) > 1_000, Boolean, 'the caller');
  await agent.speak(tone(1_300, 800));
  assert.equal((await agent.bye(dialog)).status, 200);
  const ended = await until(phoneOf(id), (seen) => seen.status === 'ended' && seen.recording, 'the end');
  const file = await fetch(`${tandem.origin}${ended.recording.path}`);
  assert.ok(heardMs(readWav(Buffer.from(await file.arrayBuffer())).channels[0], 1_300) > 600, 'the agent');
  return ringing.call_control_id;
}

async function environment(name) {
  return { ...await postgres.database(name), API_PORT: String(await freePort()), TELNYX_API_KEY: apiKey, DASHBOARD_TOKEN: token };
}

describe('the example in C++', () => {
  let service;
  let tables;
  const row = async (table, column, id) => (await tables.query(`SELECT * FROM ${table} WHERE ${column} = $1`, [id])).rows[0];

  before(async () => {
    service = new Program(example, [], { ...await environment('example'), TELNYX_API_BASE: tandem.baseURL,
      TELNYX_PUBLIC_KEY: tandem.log.match(/Webhook key\s+(\S+)/)[1] });
    await service.start();
    tables = new pg.Client(postgres.settings('example'));
    await tables.connect();
  });
  after(async () => {
    await tables?.end();
    await service?.kill('SIGTERM');
  });

  test('a call is shown, survives a restart, is answered, recorded and ended', async () => {
    const number = await numberFor(service);
    const phone = phoneOf(await call(number));
    const ringing = await service.pending();
    assert.equal(ringing.from_number, caller);
    assert.equal(ringing.to_number, number);
    const id = ringing.call_control_id;
    await service.kill();
    await service.start();
    assert.equal((await service.pending()).call_control_id, id);

    assert.equal((await service.ask('POST', `/calls/${encodeURIComponent(id)}/answer`)).status, 200);
    await until(() => row('inbound_calls', 'call_control_id', id), (seen) => seen.status === 'answered');
    assert.deepEqual((await service.ask('GET', '/calls/pending')).body, { success: true, calls: [] });
    assert.ok((await until(phone, (seen) => seen.answered_at)).answered_at);

    await new Promise((resolve) => setTimeout(resolve, 500));  // something to record
    assert.equal((await service.ask('POST', `/calls/${encodeURIComponent(id)}/end`)).status, 200);
    await until(phone, (seen) => seen.status === 'ended');
    const ended = await until(() => row('inbound_calls', 'call_control_id', id), (seen) => seen.status === 'ended');
    assert.ok(ended.answered_at <= ended.ended_at);
    const logged = await until(() => row('call_logs', 'call_sid', id), (seen) => seen.ended_at && seen.recording_url);
    assert.equal(logged.direction, 'inbound');
    assert.equal(logged.outcome, 'answered');
    assert.equal(logged.end_reason, 'normal_clearing');
    const recording = await fetch(logged.recording_url);
    assert.ok((await recording.arrayBuffer()).byteLength > 1_000);
    for (const verb of ['answer', 'end']) {
      assert.equal((await service.ask('POST', `/calls/${encodeURIComponent(id)}/${verb}`)).status, 404);
    }
  });

  test('a call that rings is transferred to the SIP phone of an agent', async () => {
    const env = { ...service.env, API_PORT: String(await freePort()), TELNYX_SIP_USERNAME: 'agentjones' };
    const second = new Program(example, [], env);
    await second.start();
    try {
      const id = await talkWithAgent(second);
      const logged = await until(() => row('call_logs', 'call_sid', id), (seen) => seen.ended_at && seen.recording_url);
      assert.equal(logged.outcome, 'answered');
    } finally {
      await second.kill('SIGTERM');
    }
  });

  test('strangers and nonsense are refused', async () => {
    const forged = JSON.stringify({ data: { event_type: 'call.initiated', payload: { call_control_id: 'v3:forged', from: caller, to: caller } } });
    const seconds = String(Math.floor(Date.now() / 1000));
    const signature = { 'telnyx-timestamp': seconds, 'telnyx-signature-ed25519': Buffer.alloc(64, 1).toString('base64') };
    for (const headers of [{}, signature]) {
      assert.equal((await service.ask('POST', '/webhook', headers, forged)).status, 401);
    }
    assert.equal(await row('inbound_calls', 'call_control_id', 'v3:forged'), undefined);
    assert.equal((await service.ask('GET', '/calls/pending', {})).status, 401);
    assert.equal((await service.ask('GET', '/calls/pending', { authorization: 'Bearer guess' })).status, 401);
    assert.equal((await service.ask('POST', '/calls/v3%3Anobody/answer')).status, 404);
    assert.equal((await service.ask('GET', '/elsewhere')).status, 404);
  });
});

describe("the guide's Node code", () => {
  let service;
  let agentService;  // the same with TELNYX_SIP_USERNAME
  let doorway;
  let scratch;

  /** The platform's API by https under another name: what the code's one changed setting names. */
  async function openDoorway() {
    const [key, cert] = ['key.pem', 'cert.pem'].map((file) => join(scratch, file));
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2',
      '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout', key, '-out', cert], { stdio: 'ignore' });
    doorway = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (socket) => {
      const inside = connect(tandem.port, '127.0.0.1');
      socket.pipe(inside).pipe(socket);
      socket.on('error', () => inside.destroy());
      inside.on('error', () => socket.destroy());
    }).listen(0, '127.0.0.1');
    await once(doorway, 'listening');
    return cert;
  }

  before(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'tandem-guide-'));
    const cert = await openDoorway();
    const env = await environment('guide');
    const tables = new pg.Client(postgres.settings('guide'));
    await tables.connect();
    await tables.query(readFileSync(join(here, '../../examples/inbound_calls/schema.sql'), 'utf8'));
    await tables.end();
    service = new Program(process.execPath, [join(here, 'guide/server.js')], { ...env,
      TELNYX_HOST: `127.0.0.1:${doorway.address().port}`, NODE_EXTRA_CA_CERTS: cert });
    await service.start();
    const withAgent = { ...service.env, API_PORT: String(await freePort()), TELNYX_SIP_USERNAME: 'agentjones' };
    agentService = new Program(process.execPath, [join(here, 'guide/server.js')], withAgent);
    await agentService.start();
  });
  after(async () => {
    await service?.kill();
    await agentService?.kill();
    doorway?.close();
    rmSync(scratch, { recursive: true, force: true });
  });

  test('hears of a call, answers and ends it', async () => {
    const phone = phoneOf(await call(await numberFor(service)));
    const ringing = await service.pending();
    assert.equal(ringing.from_number, caller);
    const path = `/calls/${encodeURIComponent(ringing.call_control_id)}`;
    assert.deepEqual((await service.ask('POST', `${path}/answer`)).body,
      { success: true, message: 'Call answered', callControlId: ringing.call_control_id });
    await until(phone, (seen) => seen.answered_at);
    await until(() => service.ask('GET', '/calls/pending'), (seen) => seen.body.calls.length === 0);
    assert.equal((await service.ask('POST', `${path}/end`)).status, 200);
    await until(phone, (seen) => seen.status === 'ended');
  });

  test('hands a call over to the SIP phone of its agent', async () => {
    const id = await talkWithAgent(agentService);
    await until(() => agentService.ask('GET', '/calls/pending'), (seen) => seen.body.calls.length === 0);
    assert.ok(id);
  });
});
