// Customers who bind to us by SMPP with the credentials of their messaging profile.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { connect } from 'node:net';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import smpp from 'smpp';
import { buyNumber, inboxOf } from './messaging.mjs';
import { credentialsOf, Peer } from './peer.mjs';
import { freePort, Receiver, Tandem } from './tandem.mjs';
import { until } from './until.mjs';

let tandem;
let client;
let hooks;
let profile;
let number;
let port;
let peer;

before(async () => {
  port = await freePort();
  tandem = await Tandem.start({ args: ['--smpp', `127.0.0.1:${port}`, '--smpp-sessions', '3'] });
  client = tandem.client();
  hooks = await Receiver.start();
  profile = (await client.messagingProfiles.create({
    name: 'shop', whitelisted_destinations: ['US', 'GB'], webhook_url: hooks.url, alpha_sender: 'Shop',
  })).data;
  number = await buyNumber(tandem, client, profile.id);
  peer = await Peer.bind(port, profile);
});
after(async () => {
  await peer?.stop();
  await hooks?.stop();
  await tandem?.stop();
});

const about = (id, type) => hooks.wait((r) => r.json?.data?.event_type === type && r.json.data.payload.id === id);
const from = () => number.slice(1);
const submit = (fields) => peer.submit({ source_addr: from(), destination_addr: '13125550201', registered_delivery: 1, ...fields });
const say = (to, text, more) => tandem.request('POST', '/sandbox/messages', { body: { from: '+13125550202', to, text, ...more } });

describe('a bind', () => {
  const tried = async (fields, mode = 'transceiver') => {
    const stranger = await Peer.connect(port);
    const { command_status } = await stranger.ask(`bind_${mode}`, fields);
    await stranger.stop();
    return command_status;
  };

  test('wants the profile and its secret, short or whole', async () => {
    const { system_id, password } = credentialsOf(profile);
    assert.equal(await tried({ system_id, password }), smpp.ESME_ROK);
    assert.equal(await tried({ system_id, password: profile.v1_secret }), smpp.ESME_ROK);
    assert.equal(await tried({ system_id, password: 'guessing' }), smpp.ESME_RINVPASWD);
    assert.equal(await tried({ system_id, password: '' }), smpp.ESME_RINVPASWD);
    assert.equal(await tried({ system_id: 'nobody', password }), smpp.ESME_RINVSYSID);
  });

  test('of a disabled profile fails', async () => {
    const off = (await client.messagingProfiles.create({ name: 'off', whitelisted_destinations: ['US'], enabled: false })).data;
    assert.equal(await tried(credentialsOf(off)), smpp.ESME_RBINDFAIL);
  });

  test('may be one of so many', async () => {
    const more = await Promise.all(['transmitter', 'receiver'].map((mode) => Peer.bind(port, profile, { mode })));
    assert.equal(await tried(credentialsOf(profile)), smpp.ESME_RBINDFAIL);
    await Promise.all(more.map((one) => one.stop()));
    await until(() => tried(credentialsOf(profile)), (status) => status === smpp.ESME_ROK, 'room for another bind');
  });

  test('allows what its mode allows', async () => {
    const receiver = await Peer.bind(port, profile, { mode: 'receiver' });
    const { command_status } = await receiver.submit({ source_addr: from(), destination_addr: '13125550201', short_message: 'x' });
    assert.equal(command_status, smpp.ESME_RINVBNDSTS);
    await receiver.stop();
  });
});

describe('a submit', () => {
  test('is a message as by the API: webhooks, price, record, receipt', async () => {
    const answer = await submit({ short_message: 'Hello by SMPP', user_message_reference: 77 });
    assert.equal(answer.command_status, smpp.ESME_ROK);
    const { payload } = (await about(answer.message_id, 'message.finalized')).json.data;
    assert.equal(payload.to[0].status, 'delivered');
    assert.equal(payload.cost.amount, '0.0040');
    assert.equal(payload.messaging_profile_id, profile.id);
    assert.equal((await inboxOf(tandem, '+13125550201'))[0].text, 'Hello by SMPP');
    assert.equal((await client.messages.retrieve(answer.message_id)).data.text, 'Hello by SMPP');
    const receipt = await peer.receipt(answer.message_id);
    assert.equal(receipt.esm_class, 4);
    assert.match(receipt.short_message.message, /stat:DELIVRD err:000/);
    assert.equal(receipt.message_state, 2);
    assert.equal(receipt.user_message_reference, 77);
    assert.equal(receipt.source_addr, '13125550201');
    assert.equal(receipt.destination_addr, from());
    const { data: records } = await client.detailRecords.list({ filter: { record_type: 'messaging', date_range: 'today' } });
    assert.ok(records.some((record) => record.uuid === answer.message_id));
  });

  test('that fails is told with the error', async () => {
    const { message_id } = await submit({ destination_addr: '15005550008', short_message: 'x' });
    const receipt = await peer.receipt(message_id);
    assert.match(receipt.short_message.message, /dlvrd:000 .*stat:UNDELIV err:008/);
  });

  test('wants a receipt of failures only, or none', async () => {
    const silent = await submit({ short_message: 'quiet', registered_delivery: 0 });
    const lucky = await submit({ short_message: 'lucky', registered_delivery: 2 });
    const unlucky = await submit({ short_message: 'unlucky', registered_delivery: 2, destination_addr: '15005550012' });
    await peer.receipt(unlucky.message_id);
    for (const { message_id } of [silent, lucky]) await about(message_id, 'message.finalized');
    const loud = await submit({ short_message: 'loud' });
    await peer.receipt(loud.message_id);
    const told = peer.deliveries.map((pdu) => pdu.receipted_message_id);
    assert.ok(!told.includes(silent.message_id) && !told.includes(lucky.message_id));
  });

  const refusals = [
    ['a receiver that is none', { destination_addr: '12' }, smpp.ESME_RINVDSTADR],
    ['a country that is not on the list', { destination_addr: '4915112345678' }, smpp.ESME_RINVDSTADR],
    ['a sender of somebody else', { source_addr: '13125559999' }, smpp.ESME_RINVSRCADR],
    ['nothing to say', { short_message: '' }, smpp.ESME_RINVMSGLEN],
    ['a time too soon to wait for', { schedule_delivery_time: '000000000100000R' }, smpp.ESME_RINVSCHED],
    ['a validity that is no time', { validity_period: 'tomorrow00000000' }, smpp.ESME_RINVEXPIRY],
    ['binary data', { data_coding: 4, short_message: Buffer.from([1, 2, 3]) }, smpp.ESME_RINVESMCLASS],
  ];
  for (const [what, fields, status] of refusals) {
    test(`is refused for ${what}`, async () => {
      assert.equal((await submit({ short_message: 'x', ...fields })).command_status, status);
    });
  }

  test('to somebody who said STOP is refused', async () => {
    await tandem.request('POST', '/sandbox/messages', { body: { from: '+13125550209', to: number, text: 'STOP' } });
    await hooks.wait((r) => r.json?.data?.payload?.text === 'STOP');
    assert.equal((await submit({ destination_addr: '13125550209', short_message: 'x' })).command_status, smpp.ESME_RSUBMITFAIL);
  });

  test('may be in UCS-2, from a name', async () => {
    const { message_id } = await submit({
      source_addr: 'Shop', source_addr_ton: 5, source_addr_npi: 0, destination_addr: '447400123499', short_message: 'Привет 😀' });
    const { payload } = (await about(message_id, 'message.finalized')).json.data;
    assert.equal(payload.encoding, 'UCS-2');
    assert.equal((await inboxOf(tandem, '+447400123499'))[0].text, 'Привет 😀');
  });

  test('of a long text comes in parts, with headers, parameters or as a payload', async () => {
    const text = 'A rather long text. '.repeat(15).trim();
    const [first, second] = [text.slice(0, 150), text.slice(150)];
    const udh = (part, reference) => Buffer.from([5, 0, 3, reference, 2, part]);
    const byHeader = [
      await submit({ short_message: { udh: udh(2, 9), message: second }, destination_addr: '13125550211' }),
      await submit({ short_message: { udh: udh(1, 9), message: first }, destination_addr: '13125550211' }),
    ];
    const byParameters = [];
    for (const [i, short_message] of [first, second].entries()) {
      byParameters.push(await submit({ short_message, destination_addr: '13125550212',
        sar_msg_ref_num: 5, sar_total_segments: 2, sar_segment_seqnum: i + 1 }));
    }
    const byPayload = [await submit({ message_payload: text, destination_addr: '13125550213' })];
    for (const [answers, id, to] of [[byHeader, byHeader[1], '+13125550211'], [byParameters, byParameters[0], '+13125550212'], [byPayload, byPayload[0], '+13125550213']]) {
      const { payload } = (await about(id.message_id, 'message.finalized')).json.data;
      assert.equal(payload.text, text);
      assert.equal(payload.parts, 2);
      assert.equal((await inboxOf(tandem, to))[0].text, text);
      for (const { message_id } of answers) await peer.receipt(message_id);
    }
  });

  const limits = [
    ['GSM', 0, 'x', 160, 1], ['GSM', 0, 'x', 161, 2], ['GSM', 0, 'x', 1530, 10],
    ['Latin 1', 3, 'é', 160, 1], ['Latin 1 that GSM has not', 3, 'ç', 70, 1], ['Latin 1 that GSM has not', 3, 'ç', 71, 2],
    ['UCS-2', 8, 'я', 70, 1], ['UCS-2', 8, 'я', 71, 2], ['UCS-2', 8, 'я', 670, 10],
  ];
  for (const [alphabet, data_coding, letter, count, parts] of limits) {
    test(`of ${count} letters in ${alphabet} is ${parts} parts`, async () => {
      const text = letter.repeat(count);
      const bytes = Buffer.from(text, data_coding === 8 ? 'utf16le' : 'latin1');
      const { command_status, message_id } = await submit({ data_coding, short_message: '', message_payload: data_coding === 8 ? bytes.swap16() : bytes });
      assert.equal(command_status, smpp.ESME_ROK);
      const { data } = await client.messages.retrieve(message_id);
      assert.deepEqual([data.text, data.parts], [text, parts]);
    });
  }

  test('of one letter more than ten parts hold is refused', async () => {
    for (const [data_coding, bytes] of [[0, Buffer.alloc(1531, 'x')], [8, Buffer.from('я'.repeat(671), 'utf16le').swap16()]]) {
      const { command_status } = await submit({ data_coding, short_message: '', message_payload: bytes });
      assert.equal(command_status, smpp.ESME_RINVMSGLEN);
    }
  });

  test('in broken UCS-2 shows where it is broken', async () => {
    for (const [bytes, text] of [[[0x00, 0x41, 0xd8, 0x3d, 0x00, 0x42], 'A\ufffdB'], [[0x00, 0x41, 0xdc, 0x00], 'A\ufffd'], [[0x00, 0x41, 0x00], 'A\ufffd']]) {
      const { command_status, message_id } = await submit({ data_coding: 8, short_message: Buffer.from(bytes) });
      assert.equal(command_status, smpp.ESME_ROK);
      assert.equal((await client.messages.retrieve(message_id)).data.text, text);
    }
  });

  test('of which a part never comes is given up', async () => {
    const part = await submit({ short_message: { udh: Buffer.from([5, 0, 3, 40, 2, 1]), message: 'lonely' } });
    assert.equal(part.command_status, smpp.ESME_ROK);
    await tandem.advance(6 * 60_000);
    const receipt = await until(async () => peer.deliveries.find((pdu) => pdu.short_message.message.includes(`id:${part.message_id} `)),
      (found) => found, 'its receipt', 20_000);
    assert.match(receipt.short_message.message, /stat:EXPIRED/);
  });

  test('can be looked up and taken back', async () => {
    const { data: { now } } = (await tandem.request('GET', '/sandbox/clock')).body;
    const at = new Date(Date.parse(now) + 3_600_000);
    const { message_id } = await submit({ short_message: 'later', schedule_delivery_time: at });
    const asked = { message_id, source_addr: from(), source_addr_ton: 1, source_addr_npi: 1 };
    assert.equal((await peer.ask('query_sm', asked)).message_state, 1);
    const whole = { ...asked, destination_addr: '13125550201' };
    assert.equal((await peer.ask('cancel_sm', whole)).command_status, smpp.ESME_ROK);
    assert.equal((await peer.ask('query_sm', asked)).message_state, 4);
    assert.equal((await peer.ask('cancel_sm', whole)).command_status, smpp.ESME_RCANCELFAIL);
    assert.equal((await peer.ask('query_sm', { ...asked, message_id: 'nothing' })).command_status, smpp.ESME_RQUERYFAIL);
    const done = await submit({ short_message: 'done' });
    await peer.receipt(done.message_id);
    assert.equal((await peer.ask('query_sm', { ...asked, message_id: done.message_id })).message_state, 2);
  });
});

describe('several receivers', () => {
  const multi = (dest_address, fields) => peer.ask('submit_multi', {
    source_addr_ton: 1, source_addr_npi: 1, source_addr: from(), registered_delivery: 1, short_message: 'to all', dest_address, ...fields });
  const address = (destination_addr) => ({ dest_addr_ton: 1, dest_addr_npi: 1, destination_addr });

  test('each get a message; those who cannot are told by name', async () => {
    const answer = await multi([address('12'), address('13125550221'), { dl_name: 'friends' }, address('13125550222'), address('4915112345678')]);
    assert.equal(answer.command_status, smpp.ESME_ROK);
    assert.deepEqual(answer.unsuccess_sme.map((one) => [one.destination_addr, one.error_status_code]).sort(), [
      ['12', smpp.ESME_RINVDSTADR], ['4915112345678', smpp.ESME_RINVDSTADR], ['friends', smpp.ESME_RINVDLNAME]]);
    for (const to of ['13125550221', '13125550222']) {
      const pdu = await peer.delivered((one) => one.receipted_message_id?.toString().replace('\0', '') === answer.message_id && one.source_addr === to, `the receipt of ${to}`);
      assert.equal(pdu.message_state, 2);
      assert.equal((await inboxOf(tandem, `+${to}`))[0].text, 'to all');
    }
    assert.equal((await client.messages.retrieve(answer.message_id)).data.to[0].phone_number, '+13125550221');
  });

  test('of whom none can be reached: it is refused; parts of long texts too', async () => {
    const answer = await multi([{ dl_name: 'friends' }, address('12')]);
    assert.equal(answer.command_status, smpp.ESME_RINVDLNAME);
    const part = { udh: Buffer.from([5, 0, 3, 61, 2, 1]), message: 'half' };
    assert.equal((await multi([address('13125550223')], { short_message: part, esm_class: 0x40 })).command_status, smpp.ESME_RINVESMCLASS);
  });

  test('may get a long text as a payload', async () => {
    const message_payload = 'long '.repeat(60).trim();
    const answer = await multi([address('13125550224')], { short_message: '', message_payload });
    assert.equal(answer.command_status, smpp.ESME_ROK);
    await peer.receipt(answer.message_id);
    assert.equal((await inboxOf(tandem, '+13125550224'))[0].text, message_payload);
  });
});

test('data_sm is a submit with its text as payload', async () => {
  const answer = await peer.ask('data_sm', { source_addr_ton: 1, source_addr_npi: 1, source_addr: from(),
    dest_addr_ton: 1, dest_addr_npi: 1, destination_addr: '13125550225', registered_delivery: 1, message_payload: 'by data_sm' });
  assert.equal(answer.command_status, smpp.ESME_ROK);
  await peer.receipt(answer.message_id);
  assert.equal((await inboxOf(tandem, '+13125550225'))[0].text, 'by data_sm');
});

describe('a message that was not sent yet', () => {
  const inAnHour = async () => new Date(Date.parse((await tandem.request('GET', '/sandbox/clock')).body.data.now) + 3_600_000);
  const named = (message_id) => ({ message_id, source_addr: from(), source_addr_ton: 1, source_addr_npi: 1 });

  test('gets another text, and is paid for as it is then', async () => {
    const money = async () => Math.round(Number((await client.balance.retrieve()).data.available_credit) * 10_000);
    const before = await money();
    const { message_id } = await submit({ short_message: 'first words', destination_addr: '13125550231', schedule_delivery_time: await inAnHour() });
    const replaced = await peer.ask('replace_sm', { ...named(message_id), registered_delivery: 1, short_message: 'second words '.repeat(15).trim() });
    assert.equal(replaced.command_status, smpp.ESME_ROK);
    assert.equal(before - await money(), 80);
    assert.equal((await peer.ask('query_sm', named(message_id))).message_state, 1);
    await tandem.advance(3_600_000);
    await peer.receipt(message_id);
    assert.equal((await inboxOf(tandem, '+13125550231'))[0].text, 'second words '.repeat(15).trim());
    assert.equal((await peer.ask('replace_sm', { ...named(message_id), short_message: 'third' })).command_status, smpp.ESME_RREPLACEFAIL);
  });

  test('is left alone when the new text cannot be sent, or somebody else asks', async () => {
    const { message_id } = await submit({ short_message: 'stays', destination_addr: '13125550232', schedule_delivery_time: await inAnHour() });
    const tries = [{ short_message: '' }, { short_message: 'x', source_addr: '13125559999' }, { short_message: 'x', message_id: 'nothing' },
      { short_message: 'x', validity_period: 'soon000000000000' }];
    for (const fields of tries) {
      assert.equal((await peer.ask('replace_sm', { ...named(message_id), ...fields })).command_status, smpp.ESME_RREPLACEFAIL);
    }
    assert.equal((await client.messages.retrieve(message_id)).data.text, 'stays');
    assert.equal((await peer.ask('cancel_sm', { ...named(message_id), destination_addr: '13125550232' })).command_status, smpp.ESME_ROK);
    const receipt = await peer.receipt(message_id);
    assert.match(receipt.short_message.message, /stat:DELETED/);
  });
});

describe('what numbers get', () => {
  test('comes as deliver_sm, and as a webhook all the same', async () => {
    await say(number, 'Hi peer');
    const pdu = await peer.text('Hi peer');
    assert.equal(pdu.source_addr, '13125550202');
    assert.equal(pdu.destination_addr, from());
    await hooks.wait((r) => r.json?.data?.payload?.text === 'Hi peer');
  });

  test('comes in parts when it is long, and with the links of its files', async () => {
    await say(number, 'Grüße '.repeat(40).trim());
    await peer.delivered((pdu) => pdu.short_message.udh && pdu.short_message.message.endsWith('Grüße'), 'the last part');
    assert.equal(peer.deliveries.filter((pdu) => pdu.short_message.udh && pdu.short_message.message.includes('Grüße')).length, 2);
    await say(number, 'a picture', { media_urls: ['/sandbox/picture.png'] });
    await peer.delivered((pdu) => pdu.short_message.message.includes('/files/'), 'the link');
  });

  test('waits for a peer that is away, over kill -9, and comes again when it was not taken', async () => {
    await peer.stop();
    await say(number, 'are you there?');
    await hooks.wait((r) => r.json?.data?.payload?.text === 'are you there?');
    const id = await client.messages.send({ from: number, to: '+13125550203', text: 'no receipt for this' });
    assert.ok(id);
    await tandem.kill9();
    await tandem.restart();
    peer = await Peer.connect(port);
    let left = 2;
    peer.answer = () => (left-- > 0 ? smpp.ESME_RX_T_APPN : smpp.ESME_ROK);
    assert.equal((await peer.ask('bind_transceiver', credentialsOf(profile))).command_status, smpp.ESME_ROK);
    await peer.text('are you there?');
    assert.equal(peer.deliveries.length, 1);
  });
});

describe('strangers', () => {
  test('who guess passwords are not listened to for a while', async () => {
    const statuses = [];
    for (let i = 0; i < 12; ++i) {
      const guesser = await Peer.connect(port);
      statuses.push((await guesser.ask('bind_transceiver', { system_id: profile.id.slice(-12), password: `guess${i}` })).command_status);
      await guesser.stop();
    }
    assert.ok(statuses.includes(smpp.ESME_RBINDFAIL), statuses.join());
    assert.equal((await submit({ short_message: 'still served' })).command_status, smpp.ESME_ROK);
  });

  test('who send garbage, or nothing, are cut off', async () => {
    for (const bytes of [Buffer.alloc(64, 0xff), Buffer.from('GET / HTTP/1.1\r\n\r\n'), Buffer.from([0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 1])]) {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => {});
      socket.write(bytes);
      socket.resume();
      await once(socket, 'close');
    }
    const silent = connect(port, '127.0.0.1');
    silent.on('error', () => {});
    silent.resume();
    await once(silent, 'close');
    assert.equal((await submit({ short_message: 'unimpressed' })).command_status, smpp.ESME_ROK);
  });
});

test('over TLS, and no faster than allowed', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'tandem-peers-'));
  const [cert, key] = ['cert.pem', 'key.pem'].map((name) => join(directory, name));
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
    '-subj', '/CN=tandem', '-keyout', key, '-out', cert], { stdio: 'ignore' });
  const secure = await freePort();
  // HTTPS with a certificate that no client of the test knows: asked by curl, which is told so.
  const flags = ['--smpp-tls', `127.0.0.1:${secure}`, '--tls-cert', cert, '--tls-key', key];
  const doctor = spawnSync(process.env.TANDEM_BINARY, ['doctor', '--data-dir', join(directory, 'doctor'), ...flags], { encoding: 'utf8' });
  assert.match(doctor.stdout, /SMPP over TLS: 127\.0\.0\.1:\d+ \(TCP\) is free/);
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
  let platform;
  try {
    platform = await Tandem.start({ args: [...flags, '--smpp-throughput', '5'], https: true });
    const shop = (await platform.client().messagingProfiles.create({ name: 'tls', whitelisted_destinations: ['US'] })).data;
    const quick = await Peer.bind(secure, shop, { tls: true, mode: 'transmitter' });
    const answers = await Promise.all(Array.from({ length: 20 }, () => quick.submit({ source_addr: '13125559999', destination_addr: '13125550201', short_message: 'x' })));
    const count = (status) => answers.filter(({ command_status }) => command_status === status).length;
    assert.ok(count(smpp.ESME_RTHROTTLED) >= 10, 'most are throttled');
    assert.ok(count(smpp.ESME_RINVSRCADR) >= 1, 'some are looked at');
    await quick.stop();
  } finally {
    await platform?.stop();
    delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    rmSync(directory, { recursive: true, force: true });
  }
});
