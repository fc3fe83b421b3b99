// Where calls of connections go and who may make them, as their settings say: names by NAPTR and SRV, turns,
// timers, privacy, rates, verified callers, SIP URIs; and that phones are reached after a restart.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Calling, codeOf, outside } from './calling.mjs';
import { NameServer } from './dns_server.mjs';
import { SipPhone } from './sip_phone.mjs';
import { apiKey, Tandem } from './tandem.mjs';
import { until } from './until.mjs';

const password = 'correct-horse-9';
const zone = {};
let calling;
let names;
let pbx;

before(async () => {
  names = await NameServer.start(zone);
  calling = await Calling.start({ args: ['--sip-dns', names.address] });
  pbx = await SipPhone.open(calling.tandem.sipPort, { user: 'pbx' });
});
after(async () => {
  pbx?.close();
  await calling?.stop();
  names?.stop();
});

let made = 0;
const name = () => `sip routing ${++made}`;
const call = (to, steps = [{ do: 'wait', ms: 30_000 }]) => calling.tandem.request('POST', '/sandbox/calls', { body: { from: outside, to, steps } });

/** An outside phone calls the number; the PBX takes and ends it: the INVITE. */
async function reach(number, at = pbx) {
  const invited = at.next('INVITE');
  await call(number);
  const invite = await invited;
  assert.equal((await at.bye(at.answer(invite))).status, 200);
  return invite;
}

describe('an FQDN connection', () => {
  let connection;
  let number;
  let fqdn;

  before(async () => {
    ({ data: connection } = await calling.client.fqdnConnections.create({ connection_name: name(),
      outbound: { outbound_voice_profile_id: calling.profile.id, ani_override: calling.number } }));
    number = await calling.buyNumber(connection.id);
  });
  const point = async (dns_record_type, port) => {
    if (fqdn) await calling.client.fqdns.delete(fqdn.id);
    ({ data: fqdn } = await calling.client.fqdns.create({ connection_id: connection.id, fqdn: `${dns_record_type}.example.test`, dns_record_type, port }));
  };

  test('of type a is found at its port', async () => {
    zone['a.example.test A'] = ['127.0.0.1'];
    await point('a', pbx.port);
    assert.match((await reach(number)).first, new RegExp(`@a\\.example\\.test:${pbx.port} `));
  });

  test('of type srv is found by SRV, past a host that is not there', async () => {
    zone['_sip._udp.srv.example.test SRV'] = [{ priority: 2, port: pbx.port, target: 'a.example.test' }, { priority: 1, port: 9, target: 'gone.example.test' }];
    await point('srv', 5060);
    assert.match((await reach(number)).first, /@srv\.example\.test;transport=udp /);
    assert.ok(names.asked.includes('gone.example.test A'));
  });

  test('of type naptr is found by NAPTR', async () => {
    zone['naptr.example.test NAPTR'] = [{ order: 1, service: 'SIP+D2T', replacement: '_sip._tcp.naptr.example.test' }, { order: 0, service: 'SIP+D2U', replacement: '_sip._udp.naptr.example.test' }];
    zone['_sip._udp.naptr.example.test SRV'] = [{ port: pbx.port, target: 'a.example.test' }];
    await point('naptr', 5060);
    assert.match((await reach(number)).first, /@naptr\.example\.test /);
  });

  test('calls from the addresses of its names, and signs in when it says so', async () => {
    // The name above leads here: the PBX needs no password.
    const { final, dialog } = await pbx.call(outside.slice(2));
    assert.equal(final.status, 200, final.first);
    assert.equal((await pbx.bye(dialog)).status, 200);
    const { data: changed } = await calling.client.fqdnConnections.update(connection.id, {
      outbound: { ...connection.outbound, ip_authentication_method: 'credential-authentication' } });
    const signed = await SipPhone.open(calling.tandem.sipPort, { user: changed.user_name, password: changed.password });
    try {
      const second = await signed.call(outside.slice(2));
      assert.equal(second.final.status, 200, second.final.first);
      assert.equal((await signed.bye(second.dialog)).status, 200);
      assert.equal((await signed.register()).status, 403);  // it is called by its name, not by a registration
    } finally {
      signed.close();
    }
  });
});

describe('an IP connection', () => {
  test('has its places in the order it names, or in turns, and gives up on those that are silent', async () => {
    const silent = await SipPhone.open(calling.tandem.sipPort, { user: 'silent' });
    const { data: connection } = await calling.client.ipConnections.create({ connection_name: name(), inbound: { timeout_1xx_secs: 2, ani_number_format: 'E.164' } });
    const place = async (port) => (await calling.client.ips.create({ connection_id: connection.id, ip_address: '127.0.0.1', port })).data.id;
    const first = await place(pbx.port);
    const second = await place(silent.port);
    const number = await calling.buyNumber(connection.id);
    try {
      assert.match((await reach(number)).get('from'), new RegExp(`sip:${outside.slice(1)}@`));
      await calling.client.ipConnections.update(connection.id, { inbound: { ...connection.inbound, default_primary_ip_id: second } });
      const ignored = silent.next('INVITE');
      await reach(number);  // after two seconds without any answer
      await ignored;
      await calling.client.ipConnections.update(connection.id, { inbound: { ...connection.inbound, default_primary_ip_id: first, default_routing_method: 'round-robin' } });
      for (const turn of [pbx, silent, pbx]) await reach(number, turn);
    } finally {
      silent.close();
    }
  });

  test('rings as long as it says, and hears nothing of PRACK unless it wants to', async () => {
    const { data: connection } = await calling.client.ipConnections.create({ connection_name: name(), inbound: { timeout_2xx_secs: 1 } });
    await calling.client.ips.create({ connection_id: connection.id, ip_address: '127.0.0.1', port: pbx.port });
    const number = await calling.buyNumber(connection.id);
    const invited = pbx.next('INVITE');
    await call(number);
    const invite = await invited;
    assert.doesNotMatch(invite.get('supported'), /100rel/);
    pbx.respond(invite, '180 Ringing');
    const cancel = await pbx.next('CANCEL');
    pbx.respond(cancel, '200 OK');
    pbx.respond(invite, '487 Request Terminated');
    await calling.client.ipConnections.update(connection.id, { inbound: { ...connection.inbound, timeout_2xx_secs: 30, prack_enabled: true } });
    assert.match((await reach(number)).get('supported'), /100rel/);
  });

  test('is called at its subdomain of ours, by anybody or by its own account alone', async () => {
    const { data: connection } = await calling.client.ipConnections.create({ connection_name: name(), inbound: { sip_subdomain: 'branch' } });
    await calling.client.ips.create({ connection_id: connection.id, ip_address: '127.0.0.1', port: pbx.port });
    const stranger = await SipPhone.open(calling.tandem.sipPort, { user: 'stranger', from: 'somebody' });
    const { phone: own } = await desk();
    const reachedBy = async (phone) => {
      const invited = pbx.next('INVITE');
      const calls = phone.call('reception', { host: 'branch.127.0.0.1' });
      const invite = await invited;
      assert.match(invite.first, /^INVITE sip:reception@/);
      pbx.answer(invite);
      const { final, dialog } = await calls;
      assert.equal(final.status, 200, final.first);
      assert.equal((await phone.bye(dialog)).status, 200);
    };
    try {
      await reachedBy(stranger);
      await calling.client.ipConnections.update(connection.id, { inbound: { ...connection.inbound, sip_subdomain_receive_settings: 'only_my_connections' } });
      await reachedBy(own);
    } finally {
      own.close();
      stranger.close();
    }
  });

  test('is called over the transport it names', async () => {
    const { createServer } = await import('node:net');
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => { server.on('listening', resolve); });
    const first = new Promise((resolve) => { server.on('connection', (socket) => socket.once('data', (data) => { resolve(String(data)); socket.destroy(); })); });
    const { data: connection } = await calling.client.ipConnections.create({ connection_name: name(), transport_protocol: 'TCP' });
    await calling.client.ips.create({ connection_id: connection.id, ip_address: '127.0.0.1', port: server.address().port });
    const number = await calling.buyNumber(connection.id);
    await call(number);
    assert.match(await first, /^INVITE .*;transport=tcp SIP\/2\.0\r\nv: SIP\/2\.0\/TCP/);
    server.close();
  });
});

/** A credential connection and its phone, registered. */
async function desk(more = {}) {
  const user = `routed${++made}`;
  const { data: connection } = await calling.client.credentialConnections.create({ connection_name: user, user_name: user, password,
    webhook_event_url: calling.receiver.url, outbound: { outbound_voice_profile_id: calling.profile.id, ani_override: calling.number }, ...more });
  const phone = await SipPhone.open(calling.tandem.sipPort, { user, password });
  assert.equal((await phone.register()).status, 200);
  return { user, connection, phone };
}
const status = async (connection) => (await calling.client.credentialConnections.actions.checkRegistrationStatus(connection.id)).data.status;

describe('a caller', () => {
  test('who asks for privacy is hidden from the callee', async () => {
    const { user, phone } = await desk();
    const { data: connection } = await calling.client.ipConnections.create({ connection_name: name() });
    await calling.client.ips.create({ connection_id: connection.id, ip_address: '127.0.0.1', port: pbx.port });
    const number = await calling.buyNumber(connection.id);
    const invited = pbx.next('INVITE');
    const calls = phone.call(number, { headers: ['Privacy: id'] });
    const invite = await invited;
    assert.match(invite.get('from'), /anonymous@anonymous\.invalid/);
    assert.match(invite.get('privacy'), /id/);
    pbx.answer(invite);
    const { final, dialog } = await calls;
    assert.equal(final.status, 200, `${user}: ${final.first}`);
    await phone.bye(dialog);
    phone.close();
  });

  test('is the connection\'s own when that says so, and numbers are dialled as at home', async () => {
    const { connection, phone } = await desk({ outbound: { outbound_voice_profile_id: calling.profile.id, ani_override: calling.number, ani_override_type: 'emergency' } });
    try {
      assert.equal((await phone.call('3125550142')).final.status, 403);  // its user name is no caller
      await calling.client.credentialConnections.update(connection.id, { outbound: { ...connection.outbound, ani_override_type: 'normal' } });
      const { final, dialog } = await phone.call('01113125550142');
      assert.equal(final.status, 200, final.first);
      assert.equal((await calling.phoneCall('+13125550142')).from, calling.number);
      assert.equal((await phone.bye(dialog)).status, 200);
    } finally {
      phone.close();
    }
  });

  test('may be a number that the account has verified', async () => {
    const mine = '+13125550161';
    const dial = () => calling.client.calls.dial({ connection_id: calling.application.id, from: mine, to: outside });
    await assert.rejects(dial(), codeOf('10010'));
    await calling.client.verifiedNumbers.create({ phone_number: mine, verification_method: 'sms' });
    const texts = async () => (await calling.tandem.request('GET', `/sandbox/messages?number=${encodeURIComponent(mine)}`)).body.data;
    const [text] = await until(texts, (list) => list?.length > 0, 'the code');
    await calling.client.verifiedNumbers.actions.submitVerificationCode(mine, { verification_code: text.text.match(/\d{6}/)[0] });
    const { data } = await dial();
    await calling.event('call.answered', data.call_control_id);
    await calling.end(data.call_control_id);
    await calling.client.verifiedNumbers.delete(mine);
    await assert.rejects(dial(), codeOf('10010'));
  });

  test('by SIP URI reaches users of the own account, strangers only those who are open to all', async () => {
    const { user, connection, phone } = await desk({ sip_uri_calling_preference: 'internal' });
    const stranger = await SipPhone.open(calling.tandem.sipPort, { user: 'stranger', from: 'somebody' });
    const prefer = (sip_uri_calling_preference) => calling.client.credentialConnections.update(connection.id, { sip_uri_calling_preference });
    try {
      const invited = phone.next('INVITE');
      const own = await calling.dial(`sip:${user}@127.0.0.1`);
      phone.respond(await invited, '486 Busy Here');
      await calling.event('call.hangup', own.id);
      await prefer('disabled');
      await assert.rejects(calling.dial(`sip:${user}@127.0.0.1`), codeOf('10015'));
      await prefer('unrestricted');
      const heard = phone.next('INVITE');
      const calls = stranger.call(user);
      phone.answer(await heard);
      const { final, dialog } = await calls;
      assert.equal(final.status, 200, final.first);
      assert.equal((await stranger.bye(dialog)).status, 200);
    } finally {
      phone.close();
      stranger.close();
    }
  });
});

test('a session description may name a host; one that has no address is refused with 488', async () => {
  const { phone } = await desk();
  zone['media.example.test A'] = ['127.0.0.1'];
  const plain = phone.sdp.bind(phone);
  const naming = (host) => { phone.sdp = (formats) => plain(formats).replace('c=IN IP4 127.0.0.1', `c=IN IP4 ${host}`); };
  try {
    naming('media.example.test');
    const { final, dialog } = await phone.call('3125550170');
    assert.equal(final.status, 200, final.first);
    await until(() => phone.packets.length, (count) => count > 20, 'sound that was sent to the name');
    assert.equal((await phone.bye(dialog)).status, 200);
    naming('nowhere.example.test');
    const refused = (await phone.call('3125550170')).final;
    assert.equal(refused.status, 488, refused.first);
    assert.match(refused.get('warning'), /301 .*no address/);
  } finally {
    phone.close();
  }
});

describe('a registration', () => {
  test('outlives the process: calls reach the phone without another REGISTER', async () => {
    const { user, connection, phone } = await desk();
    try {
      await calling.tandem.restart();
      assert.equal(await status(connection), 'Registered');
      const invited = phone.next('INVITE');
      const { id } = await calling.dial(`sip:${user}@127.0.0.1`);
      phone.respond(await invited, '486 Busy Here');
      assert.equal((await calling.event('call.hangup', id)).hangup_cause, 'user_busy');
    } finally {
      phone.close();
    }
  });

  test('ends with the phone, its user or its password, and not by the clock of the sandbox', async () => {
    const { connection, phone } = await desk();
    const me = `<sip:${phone.user}@127.0.0.1>`;
    const register = (seconds) => phone.ask('REGISTER', 'sip:127.0.0.1', { from: `${me};tag=a${made}`, to: me, callId: `again${++made}`, cseq: 1, headers: [`Expires: ${seconds}`] });
    try {
      await calling.tandem.advance(3_600_000);
      assert.equal(await status(connection), 'Registered');
      assert.equal((await register(0)).status, 200);
      assert.equal(await status(connection), 'Not Registered');
      assert.equal((await register(300)).status, 200);
      await calling.client.credentialConnections.update(connection.id, { password: 'another-horse-8' });
      await until(() => status(connection), (is) => is === 'Not Registered', 'the end of its registration');
    } finally {
      phone.close();
    }
  });
});

test('calls begin no faster than they may: by the account, the profile and the connection', async () => {
  const own = [];
  for (const kind of ['account', 'profile', 'connection']) {
    const tandem = await Tandem.start({ dataDir: undefined, args: [`--${kind}-cps`, '2'] });
    own.push(tandem);
    const fast = Object.assign(new Calling(), { tandem, client: tandem.client(apiKey), receiver: calling.receiver });
    const { data: profile } = await fast.client.outboundVoiceProfiles.create({ name: 'fast', whitelisted_destinations: ['US'] });
    const { data: application } = await fast.client.callControlApplications.create({ application_name: 'fast', webhook_event_url: calling.receiver.url, outbound: { outbound_voice_profile_id: profile.id } });
    const number = await fast.buyNumber(application.id);
    const dial = () => fast.client.calls.dial({ connection_id: application.id, from: number, to: '+13125550131' });
    await dial();
    await dial();
    await assert.rejects(dial(), codeOf('10011'), kind);
    await tandem.stop();
  }
  assert.equal(own.length, 3);
});
