// What settings of SIP connections change on the wire: names of fields, Contact, the tone that callers hear, timeouts,
// fields of carriers that are passed on.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { heardMs } from './audio.mjs';
import { Calling, outside } from './calling.mjs';
import { NameServer } from './dns_server.mjs';
import { SipPhone } from './sip_phone.mjs';
import { until } from './until.mjs';

const password = 'correct-horse-9';
const silent = '+13125550195';  // rings for a long time
const talking = '+13125550197';
const carrierIp = '127.0.0.2';
const zone = { 'branch.example.test A': ['127.0.0.4'] };
const phones = [];
let calling;
let names;
let scratch;
let pbx;
let made = 0;

async function openPhone(user, options = {}) {
  const phone = await SipPhone.open(calling.tandem.sipPort, { user, ...options });
  phones.push(phone);
  return phone;
}

before(async () => {
  names = await NameServer.start(zone);
  scratch = mkdtempSync(join(tmpdir(), 'tandem-settings-'));
  const config = join(scratch, 'tandem.yaml');
  writeFileSync(config, `trunks:\n  - name: carrier\n    host: ${carrierIp}\n    prefixes: ["+44"]\n`);
  calling = await Calling.start({ args: ['--sip-dns', names.address, '--config', config] });
  pbx = await openPhone('pbx', { ip: '127.0.0.3' });
  await calling.tandem.request('PUT', `/sandbox/subscribers/${silent}`, { body: { answer_after_ms: 60_000 } });
  await calling.tandem.request('PUT', `/sandbox/subscribers/${talking}`, { body: { answer_after_ms: 0, steps: [{ do: 'tone', hz: 1_000, ms: 30_000 }] } });
});
after(async () => {
  for (const phone of phones) phone.close();
  await calling?.stop();
  names?.stop();
  rmSync(scratch, { recursive: true, force: true });
});

/** An IP connection at the PBX, with a number. */
async function office(more = {}) {
  const { data: connection } = await calling.client.ipConnections.create({ connection_name: `office ${++made}`, ...more });
  await calling.client.ips.create({ connection_id: connection.id, ip_address: pbx.ip, port: pbx.port });
  return { connection, number: await calling.buyNumber(connection.id) };
}

/** A credential connection with its phone. */
async function desk(more = {}) {
  const user = `settings${++made}`;
  const { outbound, ...rest } = more;
  const { data: connection } = await calling.client.credentialConnections.create({ connection_name: user, user_name: user, password,
    outbound: { outbound_voice_profile_id: calling.profile.id, ani_override: calling.number, instant_ringback_enabled: false, ...outbound }, ...rest });
  const phone = await openPhone(user, { password });
  assert.equal((await phone.register()).status, 200);
  return { connection, phone };
}

/** An outside phone calls the number: the INVITE that the PBX got and refused. */
async function invited(number) {
  const invite = pbx.next('INVITE');
  await calling.tandem.request('POST', '/sandbox/calls', { body: { from: outside, to: number, steps: [] } });
  const got = await invite;
  pbx.respond(got, '486 Busy Here');
  return got;
}

const ringing = (phone, holds = () => true) => until(() => phone.provisionals.find((message) => message.status > 100 && holds(message)), Boolean, 'ringing');

test('sip_compact_headers_enabled: short names of fields, or long ones', async () => {
  const { connection, number } = await office();
  const compact = await invited(number);
  for (const name of ['v', 'f', 't', 'i', 'm', 'c', 'l', 'k']) assert.match(compact.text, new RegExp(`\r\n${name}: `));
  assert.doesNotMatch(compact.text, /\r\n(Via|From|To|Call-ID|Contact|Content-Type|Content-Length|Supported): /);
  await calling.client.ipConnections.update(connection.id, { inbound: { ...connection.inbound, sip_compact_headers_enabled: false } });
  assert.match((await invited(number)).text, /\r\nVia: .*\r\nCall-ID: .*\r\nContact: /s);
});

test('encode_contact_header_enabled: nothing in our Contact that a gateway could take for its business', async () => {
  const hex = (text) => Buffer.from(text).toString('hex');
  const { connection, number } = await office({ inbound: { ani_number_format: '+E.164' } });
  assert.match((await invited(number)).get('contact'), new RegExp(`<sip:\\${outside}@`));
  await calling.client.ipConnections.update(connection.id, { encode_contact_header_enabled: true });
  assert.match((await invited(number)).get('contact'), new RegExp(`<sip:${hex(outside)}@`));

  const { phone } = await desk({ encode_contact_header_enabled: true });
  const { final, dialog } = await phone.call(outside);
  assert.match(final.get('contact'), new RegExp(`<sip:${hex(outside)}@`));
  assert.equal((await phone.bye(dialog)).status, 200);
});

test('rtcp_settings: the port of RTCP, and how often reports come', async () => {
  const rtcp_settings = { port: 'rtcp-mux', report_frequency_secs: 1 };
  const { connection, number } = await office({ rtcp_settings });
  assert.match((await invited(number)).body, /\r\na=rtcp-mux\r\n/);
  await calling.client.ipConnections.update(connection.id, { rtcp_settings: { ...rtcp_settings, port: 'rtp+1' } });
  assert.doesNotMatch((await invited(number)).body, /rtcp-mux/);

  const { phone } = await desk({ rtcp_settings });
  phone.attributes = ['a=rtcp-mux'];
  const { final, dialog } = await phone.call(talking);
  assert.match(final.body, /\r\na=rtcp-mux\r\n/);
  await until(() => phone.reports, (reports) => reports >= 2, 'reports', 4_000);
  await phone.bye(dialog);
});

test('users who are called by their name: inbound of their connection counts', async () => {
  const callee = await desk({ inbound: { codecs: ['G711A'], sip_compact_headers_enabled: false } });
  const { phone } = await desk();
  const invite = callee.phone.next('INVITE');
  const calls = phone.call(callee.phone.user);
  const got = await invite;
  assert.match(got.text, /\r\nVia: /);
  assert.match(got.body, /m=audio \d+ RTP\/AVP 8 /);
  callee.phone.respond(got, '486 Busy Here');
  assert.equal((await calls).final.status, 486);
});

describe('ringback', () => {
  test('generate_ringback_tone of the callee: 183 and a tone while it rings', async () => {
    const { number } = await office({ inbound: { generate_ringback_tone: true }, outbound: { localization: 'DE' } });
    const { phone } = await desk();
    const invite = pbx.next('INVITE');
    const calls = phone.call(number);
    const got = await invite;
    assert.equal(phone.provisionals.filter(({ status }) => status > 100).length, 0);
    pbx.respond(got, '180 Ringing');
    await ringing(phone, ({ status, body }) => status === 183 && /m=audio/.test(body));
    await until(() => heardMs(phone.heard(), 425), (ms) => ms > 400, 'the tone');
    pbx.respond(got, '486 Busy Here');
    assert.equal((await calls).final.status, 486);
  });

  test('generate_ringback_tone of the caller', async () => {
    const { phone } = await desk({ outbound: { generate_ringback_tone: true, localization: 'DE' } });
    phone.call(silent).catch(() => {});  // it rings on
    await ringing(phone, ({ status, body }) => status === 183 && /m=audio/.test(body));
    await until(() => heardMs(phone.heard(), 425), (ms) => ms > 400, 'the tone');
  });

  test('without it the caller hears 180', async () => {
    const { phone } = await desk();
    phone.call(silent).catch(() => {});
    assert.equal((await ringing(phone)).status, 180);
  });

  for (const [instant, tells] of [[true, 'at once'], [false, 'when it does']]) {
    test(`instant_ringback_enabled ${instant}: the caller hears that it rings ${tells}`, async () => {
      const { number } = await office();
      const { phone } = await desk({ outbound: { instant_ringback_enabled: instant } });
      const invite = pbx.next('INVITE');
      const calls = phone.call(number);
      const got = await invite;
      if (instant) await ringing(phone);
      else assert.equal(phone.provisionals.filter(({ status }) => status > 100).length, 0);
      pbx.respond(got, '486 Busy Here');
      assert.equal((await calls).final.status, 486);
    });
  }
});

test('outbound timeouts of an FQDN connection: silent carriers are passed over, unanswered calls end', async () => {
  const branch = await openPhone('branch', { ip: '127.0.0.4' });
  const profile = (await calling.client.outboundVoiceProfiles.create({ name: 'two countries', whitelisted_destinations: ['US', 'GB'] })).data;
  const { data: connection } = await calling.client.fqdnConnections.create({ connection_name: 'short of time', outbound: {
    outbound_voice_profile_id: profile.id, ani_override: calling.number, timeout_1xx_secs: 1, timeout_2xx_secs: 2 } });
  await calling.client.fqdns.create({ connection_id: connection.id, fqdn: 'branch.example.test', dns_record_type: 'a', port: branch.port });
  await until(() => names.asked.includes('branch.example.test A'), Boolean, 'the look-up of the name');
  // Nobody is at the carrier's port; after it the sandbox has the number.
  const { final, dialog } = await branch.call('+442071838750');
  assert.equal(final.status, 200, final.first);
  assert.equal((await branch.bye(dialog)).status, 200);
  branch.provisionals = [];
  assert.equal((await branch.call(silent)).final.status, 480);
  assert.equal((await ringing(branch)).status, 180);
});

test('fields of a carrier\'s call: Identity and ISUP for those who want them', async () => {
  const carrier = await openPhone('carrier', { ip: carrierIp });
  const fields = { identity: 'eyJhbGciOiJFUzI1NiJ9..sig;info=<https://cert.example.test/c.pem>;alg=ES256', 'p-charge-info': '<sip:+442071838750@carrier.example.test>' };
  const headers = Object.entries(fields).map(([name, value]) => `${name}: ${value}`);
  const { connection, number } = await office({ inbound: { isup_headers_enabled: true } });
  const reached = async () => {
    const invite = pbx.next('INVITE');
    const calls = carrier.call(number, { headers });
    const got = await invite;
    pbx.respond(got, '486 Busy Here');
    assert.equal((await calls).final.status, 486);
    return got;
  };
  const plain = await reached();
  assert.equal(plain.get('identity'), '');
  assert.equal(plain.get('p-charge-info'), '');  // by UDP
  await calling.client.ipConnections.update(connection.id, { inbound: { ...connection.inbound, shaken_stir_enabled: true } });
  assert.equal((await reached()).get('identity'), fields.identity);
});
