// Phones and PBXs that transfer their calls by themselves: REFER (RFC 3515), blind and attended, who may, what is
// refused, who hears whom afterwards.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { heardMs, tone } from './audio.mjs';
import { Baresip } from './baresip.mjs';
import { Calling, payload } from './calling.mjs';
import { SipPhone } from './sip_phone.mjs';
import { until } from './until.mjs';

const password = 'correct-horse-9';
const first = '+13125550190';  // plays 1000 Hz
const second = '+13125550191';  // plays 1600 Hz for a while and hangs up
const busy = '+15005550201';

let calling;
let users = 0;
const phones = [];

before(async () => {
  calling = await Calling.start();
  const scripts = [[first, [{ do: 'tone', hz: 1_000, ms: 30_000 }]], [second, [{ do: 'tone', hz: 1_600, ms: 1_500 }, { do: 'hang_up' }]]];
  for (const [number, steps] of scripts) {
    await calling.tandem.request('PUT', `/sandbox/subscribers/${number}`, { body: { answer_after_ms: 0, steps } });
  }
});
after(async () => {
  for (const phone of phones) phone.close();
  await calling?.stop();
});

/** A credential connection of its own, and the name of its phone. */
async function connect(more = {}) {
  const user = `transferor${++users}`;
  const { outbound, ...rest } = more;
  const { data: connection } = await calling.client.credentialConnections.create({
    connection_name: user, user_name: user, password, webhook_event_url: calling.receiver.url, webhook_api_version: '2',
    outbound: { outbound_voice_profile_id: calling.profile.id, ani_override: calling.number, ...outbound }, ...rest });
  return { user, connection };
}

async function openPhone(user, options = { password }) {
  const phone = await SipPhone.open(calling.tandem.sipPort, { user, ...options });
  phones.push(phone);
  return phone;
}

/** A phone that is registered. */
async function desk(more) {
  const { user, connection } = await connect(more);
  const phone = await openPhone(user);
  assert.equal((await phone.register()).status, 200);
  return { phone, user, connection };
}

const at = (to) => `sip:${to}@127.0.0.1:${calling.tandem.sipPort}`;
const lastCallOf = async (number) => (await calling.phoneCall(number)).id;

/** The phone has called `first`. */
async function talk(more) {
  const side = await desk(more);
  const { dialog } = await side.phone.call(first);
  return { ...side, dialog, outside: await lastCallOf(first) };
}

/** The call that the transfer placed, as its connection's webhooks tell it. */
const placed = async (connection, to) => payload(await calling.receiver.wait((r) => r.json?.data?.event_type === 'call.initiated' &&
  payload(r).connection_id === connection.id && payload(r).to === to && payload(r).direction === 'outgoing'));

/** Both phones outside have heard each other, and the call is over. */
async function assertJoined(outside, transferred) {
  assert.ok(await calling.heardMs(outside, 1_600) > 800);
  assert.ok(await calling.heardMs(transferred, 1_000) > 800);
}

describe('blind transfer', () => {
  test('to a number: both parties talk, the phone is told and leaves', async () => {
    const { phone, dialog, outside, connection } = await talk();
    assert.equal((await phone.refer(dialog, `<${at(second)}>`)).status, 202);
    const seen = await phone.notified();
    assert.equal(seen[0], 100);
    assert.equal(seen.at(-1), 200);
    assert.equal((await phone.bye(dialog)).status, 200);
    const leg = await placed(connection, second);
    assert.equal(leg.from, calling.number);
    assert.equal((await calling.event('call.hangup', leg.call_control_id)).hangup_cause, 'normal_clearing');
    await assertJoined(outside, await lastCallOf(second));
  });

  test('a phone that leaves at once, and one that is told nothing (Refer-Sub: false)', async () => {
    const { phone, dialog, outside } = await talk();
    const answer = await phone.refer(dialog, `"Second" <${at('3125550191')}>`, ['Refer-Sub: false', 'Supported: norefersub']);
    assert.equal(answer.status, 202);
    assert.equal(answer.get('refer-sub'), 'false');
    assert.equal((await phone.bye(dialog)).status, 200);
    await until(() => calling.phoneCall(second), (call) => call?.status === 'ended', 'the end of the transferred call');
    assert.equal(phone.requests.filter(({ method }) => method === 'NOTIFY').length, 0);
    await assertJoined(outside, await lastCallOf(second));
  });

  test('of a call that came in, to another user, who learns who sent it', async () => {
    const { phone, connection } = await desk();
    const colleague = await desk();
    const number = await calling.buyNumber(connection.id);
    const { body } = await calling.tandem.request('POST', '/sandbox/calls', { body: { from: first, to: number, steps: [{ do: 'tone', hz: 1_000, ms: 30_000 }] } });
    const dialog = phone.answer(await phone.next('INVITE'));
    assert.equal((await phone.refer(dialog, `<${at(colleague.user)}>`, [`Referred-By: <${at(phone.user)}>`])).status, 202);
    const invite = await colleague.phone.next('INVITE');
    assert.equal(invite.get('referred-by'), `<${at(phone.user)}>`);
    colleague.phone.respond(invite, '180 Ringing');
    const joined = colleague.phone.answer(invite);
    assert.deepEqual(await phone.notified(), [100, 180, 200]);
    await phone.bye(dialog);
    await colleague.phone.speak(tone(440, 1_000));
    assert.ok(heardMs(colleague.phone.heard(), 1_000) > 500);
    await colleague.phone.bye(joined);
    assert.ok(await calling.heardMs(body.data.id, 440) > 500);
  });

  test('without an answer the two talk on', async () => {
    const { phone, dialog, outside } = await talk();
    assert.equal((await phone.refer(dialog, `<${at(busy)}>`)).status, 202);
    assert.deepEqual(await phone.notified(), [100, 486]);
    await phone.speak(tone(440, 1_000));
    await phone.bye(dialog);
    assert.ok(await calling.heardMs(outside, 440) > 500);
  });

  test('a phone that does not leave is hung up', async () => {
    const { phone, dialog } = await talk();
    assert.equal((await phone.refer(dialog, `<${at(second)}>`)).status, 202);
    await phone.notified();
    phone.respond(await phone.next('BYE'), '200 OK');
  });

  test('by baresip', async () => {
    const { user } = await connect();
    const phone = await Baresip.start({ user, password, server: `127.0.0.1:${calling.tandem.sipPort}` });
    try {
      await phone.registered();
      await phone.call(first);
      const outside = await lastCallOf(first);
      phone.command('transfer', at(second));
      await phone.event('CALL_CLOSED');
      await until(() => calling.phoneCall(second), (call) => call?.status === 'ended', 'the end of the transferred call');
      await assertJoined(outside, await lastCallOf(second));
    } finally {
      await phone.stop();
    }
  });
});

test('attended transfer: the parties of two calls of a phone are joined', async () => {
  const { phone, dialog, outside } = await talk();
  const { dialog: inquiry } = await phone.call(second);
  assert.equal((await phone.refer(dialog, phone.replacing(at(second), inquiry))).status, 202);
  assert.deepEqual(await phone.notified(), [100, 200]);
  phone.respond(await phone.next('BYE'), '200 OK');  // of the inquiry
  await phone.bye(dialog);
  await until(() => calling.phoneCall(second), (call) => call?.status === 'ended', 'the end of the transferred call');
  await assertJoined(outside, await lastCallOf(second));
});

describe('what is refused', () => {
  /** REFERs that get that answer and leave the call as it is. */
  const rows = [
    ['no Refer-To that can be read', () => '<sip:>', 400],
    ['what is no address of a call', () => '<mailto:alice@example.com>', 416],
    ['another method than INVITE', () => `<${at(second)};method=BYE>`, 603],
    ['a name elsewhere', () => '<sip:alice@example.com>', 403],
    ['a user who is not there', () => `<${at('nobody-here')}>`, 404],
    ['a country that the profile does not whitelist', () => `<${at('+442071838750')}>`, 403],
    ['a call that is not ours', () => `<${at(second)}?Replaces=abc%3Bto-tag%3D1%3Bfrom-tag%3D2>`, 404],
    ['Replaces that cannot be read', () => `<${at(second)}?Replaces=abc>`, 400],
  ];
  test('to where a call of the phone would not go either', async () => {
    const { phone, dialog } = await talk();
    for (const [what, to, status] of rows) {
      assert.equal((await phone.refer(dialog, to())).status, status, what);
    }
    assert.equal((await phone.bye(dialog)).status, 200);
  });

  test('beyond the limits of the connection', async () => {
    const { phone, dialog } = await talk({ outbound: { channel_limit: 1 } });
    assert.equal((await phone.refer(dialog, `<${at(second)}>`)).status, 503);
    await phone.bye(dialog);
  });

  test('one after the other: not while another transfer is under way', async () => {
    const colleague = await desk();
    const { phone, dialog } = await talk();
    assert.equal((await phone.refer(dialog, `<${at(colleague.user)}>`)).status, 202);
    const invite = await colleague.phone.next('INVITE');
    assert.equal((await phone.refer(dialog, `<${at(second)}>`)).status, 491);
    colleague.phone.respond(invite, '486 Busy Here');
    assert.equal((await phone.notified()).at(-1), 486);
    await phone.bye(dialog);
  });

  test('from somebody who did not sign in', async () => {
    const open = await desk({ sip_uri_calling_preference: 'unrestricted' });
    const stranger = await openPhone('stranger', {});
    const calls = stranger.call(open.user);
    const taken = open.phone.answer(await open.phone.next('INVITE'));
    const { dialog } = await calls;
    assert.equal((await stranger.refer(dialog, `<${at(second)}>`)).status, 403);
    // The user, who has signed in, may.
    assert.equal((await open.phone.refer(taken, `<${at(busy)}>`)).status, 202);
    assert.equal((await open.phone.notified()).at(-1), 486);
    await stranger.bye(dialog);
    open.phone.respond(await open.phone.next('BYE'), '200 OK');
  });

  test('of a call that an application owns', async () => {
    const { phone, user } = await desk();
    const call = await calling.dial(at(user));
    const dialog = phone.answer(await phone.next('INVITE'));
    await calling.event('call.answered', call.id);
    assert.equal((await phone.refer(dialog, `<${at(second)}>`)).status, 603);
    await calling.end(call.id);
  });
});

test('phones that answer every call with a transfer end some day', async () => {
  const [one, two] = [await desk(), await desk()];
  const { phone, dialog } = await talk();
  let sides = [[one, two], [two, one]];
  let status = (await phone.refer(dialog, `<${at(one.user)}>`)).status;
  let transfers = 0;
  let last;
  while (status === 202) {
    transfers += 1;
    const [[now, next]] = sides;
    last = { phone: now.phone, dialog: now.phone.answer(await now.phone.next('INVITE')) };
    status = (await last.phone.refer(last.dialog, `<${at(next.user)}>`)).status;
    sides = sides.reverse();
  }
  assert.equal(status, 482);
  assert.equal(transfers, 10);
  await last.phone.bye(last.dialog);
});

test('a PBX that is known by its address transfers a call that came in to a number', async () => {
  const { data: connection } = await calling.client.ipConnections.create({ connection_name: 'pbx', webhook_event_url: calling.receiver.url,
    webhook_api_version: '2', outbound: { outbound_voice_profile_id: calling.profile.id, ani_override: calling.number } });
  const pbx = await openPhone('pbx', {});
  const { data: ip } = await calling.client.ips.create({ connection_id: connection.id, ip_address: '127.0.0.1', port: pbx.port });
  const number = await calling.buyNumber(connection.id);
  const { body } = await calling.tandem.request('POST', '/sandbox/calls', { body: { from: first, to: number, steps: [{ do: 'tone', hz: 1_000, ms: 30_000 }] } });
  const dialog = pbx.answer(await pbx.next('INVITE'));
  // A PBX writes its own host.
  assert.equal((await pbx.refer(dialog, `<sip:${second.slice(2)}@127.0.0.1:${pbx.port}>`)).status, 202);
  assert.equal((await pbx.notified()).at(-1), 200);
  await pbx.bye(dialog);
  assert.equal((await placed(connection, second)).from, calling.number);
  await assertJoined(body.data.id, await lastCallOf(second));
  await calling.client.ips.delete(ip.id);
});
