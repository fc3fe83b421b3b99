// How texts look on an operator's links, out and in: parts, alphabets, parameters, binds, windows,
// shares. The carriers are npm's `smpp`.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import smpp from 'smpp';
import { Carrier } from './carrier.mjs';
import { buyNumber } from './messaging.mjs';
import { Receiver, Tandem } from './tandem.mjs';
import { until } from './until.mjs';

let directory;
let carriers;
let tandem;
let client;
let hooks;
let number;

before(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tandem-wire-'));
  const names = ['header', 'sar', 'payload', 'heavy', 'light', 'wide'];
  carriers = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await Carrier.start()])));
  const port = (name) => carriers[name].port;
  const config = join(directory, 'tandem.yaml');
  writeFileSync(config, `
smpp-links:
  - {name: header, host: 127.0.0.1, port: ${port('header')}, system-id: a, password: secret, binds: [trx, trx, trx], window: 2}
  - {name: sar, host: 127.0.0.1, port: ${port('sar')}, system-id: b, password: secret, long-text: sar, alphabet: latin1, routes: [{prefix: 44}]}
  - {name: payload, host: 127.0.0.1, port: ${port('payload')}, system-id: c, password: secret, long-text: payload, routes: [{prefix: 49}], reply-ids: hexadecimal, receipt-ids: decimal}
  - {name: heavy, host: 127.0.0.1, port: ${port('heavy')}, system-id: d, password: secret, routes: [{prefix: 33, weight: 4}]}
  - {name: light, host: 127.0.0.1, port: ${port('light')}, system-id: e, password: secret, routes: [{prefix: 33, weight: 1}]}
  - {name: wide, host: 127.0.0.1, port: ${port('wide')}, system-id: f, password: secret, routes: [{prefix: 353}], window: 1000}
`);
  tandem = await Tandem.start({ args: ['--config', config] });
  client = tandem.client();
  hooks = await Receiver.start();
  const profile = (await client.messagingProfiles.create({
    name: 'shop', whitelisted_destinations: ['US', 'GB', 'DE', 'FR', 'IE'], webhook_url: hooks.url,
  })).data;
  number = await buyNumber(tandem, client, profile.id);
  await Promise.all(names.map((name) => carriers[name].bound(name === 'header' ? 3 : 1)));
});
after(async () => {
  await tandem?.stop();
  await hooks?.stop();
  await Promise.all(Object.values(carriers ?? {}).map((carrier) => carrier.stop()));
  rmSync(directory, { recursive: true, force: true });
});

const send = async (to, text) => (await client.messages.send({ from: number, to, text })).data.id;
const ended = async (id) => (await hooks.wait((r) => r.json?.data?.event_type === 'message.finalized' && r.json.data.payload.id === id, 20_000)).json.data.payload;
const submitsTo = (carrier, to) => carrier.submits.filter((submit) => submit.to === to.slice(1));
const received = async (from) => (await hooks.wait((r) => r.json?.data?.event_type === 'message.received'
  && r.json.data.payload.from.phone_number === from)).json.data.payload;

describe('a long text leaves', () => {
  const text = 'Ein längerer Text, der nicht in eine Nachricht passt. '.repeat(4).trim();

  test('with user data headers', async () => {
    const id = await send('+13125550401', text);
    assert.equal((await ended(id)).parts, 2);
    const parts = submitsTo(carriers.header, '+13125550401');
    assert.equal(parts.length, 2);
    assert.ok(parts.every(({ pdu }) => pdu.esm_class & 0x40));
    const headers = parts.map(({ pdu }) => [...pdu.short_message.udh.flatMap?.((e) => [...e]) ?? pdu.short_message.udh]);
    assert.deepEqual(headers.map((h) => h.at(-1)).sort(), [1, 2]);
    assert.equal(new Set(headers.map((h) => h.at(-3))).size, 1);
  });

  test('with parameters', async () => {
    await ended(await send('+447700900401', text));
    const parts = submitsTo(carriers.sar, '+447700900401');
    assert.deepEqual(parts.map(({ pdu }) => [pdu.sar_total_segments, pdu.sar_segment_seqnum]), [[2, 1], [2, 2]]);
    assert.equal(parts[0].pdu.sar_msg_ref_num, parts[1].pdu.sar_msg_ref_num);
  });

  test('in one piece; ids are compared as numbers', async () => {
    const { payload } = carriers;
    payload.answer = () => ({ receipt: 'later' });
    let next = 0xabcd;
    payload.take = function take(session, pdu) {
      const id = (next++).toString(16);
      this.submits.push({ to: pdu.destination_addr, from: pdu.source_addr, text: pdu.message_payload?.message, pdu, id });
      this.receipts.set(id, { from: pdu.source_addr, to: pdu.destination_addr });
      session.send(pdu.response({ message_id: id }));
      this.look();
    };
    const id = await send('+4915112345401', text);
    const submit = await payload.until(() => submitsTo(payload, '+4915112345401')[0], 'the payload');
    assert.equal(submit.text, text);
    await hooks.wait((r) => r.json?.data?.event_type === 'message.sent' && r.json.data.payload.id === id);
    const decimal = String(parseInt(submit.id, 16)).padStart(12, '0');
    payload.report(submit.id, 'DELIVRD', { short_message: `id:${decimal} sub:001 dlvrd:001 submit date:2601010000 done date:2601010001 stat:DELIVRD err:000 text:` });
    assert.equal((await ended(id)).to[0].status, 'delivered');
  });

  test('in UCS-2 when it must, no character cut in two', async () => {
    const emoji = '😀'.repeat(80);
    const id = await send('+13125550402', emoji);
    assert.equal((await ended(id)).encoding, 'UCS-2');
    const parts = submitsTo(carriers.header, '+13125550402').sort((a, b) => a.id.slice(1) - b.id.slice(1));
    assert.ok(parts.every(({ pdu }) => pdu.data_coding === 8));
    assert.equal(parts.map((part) => part.text).join(''), emoji);
    assert.ok(parts.every((part) => !/[\ud800-\udbff]$/.test(part.text)));
  });
});

describe('receipts', () => {
  test('may have parameters alone', async () => {
    const { header } = carriers;
    header.answer = () => ({ receipt: 'later' });
    const id = await send('+13125550410', 'by parameter');
    const { id: known } = await header.submitted('by parameter');
    await hooks.wait((r) => r.json?.data?.event_type === 'message.sent' && r.json.data.payload.id === id);
    header.report(known, 'DELIVRD', { short_message: '', receipted_message_id: known, message_state: 2 });
    assert.equal((await ended(id)).to[0].status, 'delivered');
    header.answer = () => ({});
  });

  test('may come by data_sm; alerts and outbinds are none, and do no harm', async () => {
    const { header } = carriers;
    header.answer = () => ({ receipt: 'later' });
    const id = await send('+13125550412', 'by data_sm');
    const { id: known } = await header.submitted('by data_sm');
    await hooks.wait((r) => r.json?.data?.event_type === 'message.sent' && r.json.data.payload.id === id);
    const session = header.receiver();
    session.alert_notification({ source_addr: '13125550412', esme_addr: number.slice(1) });
    session.outbind({ system_id: 'carrier', password: 'secret' });
    const answer = await new Promise((resolve) => {
      session.data_sm({ esm_class: 4, source_addr: '13125550412', source_addr_ton: 1, source_addr_npi: 1, destination_addr: number.slice(1),
        receipted_message_id: known, message_state: 2 }, resolve);
    });
    assert.equal(answer.command, 'data_sm_resp');
    assert.equal(answer.command_status, smpp.ESME_ROK);
    assert.equal((await ended(id)).to[0].status, 'delivered');
    header.receipts.delete(known);
    header.answer = () => ({});
  });

  test('may be faster than the answer to their submit', async () => {
    const { header } = carriers;
    header.answer = () => ({ silent: true, receipt: 'later' });
    const id = await send('+13125550414', 'early');
    const submit = await header.submitted('early');
    header.report(submit.id);
    // On the same connection, and answered: the receipt has been read.
    assert.equal(await header.send('13125550415', number.slice(1), 'after the receipt'), smpp.ESME_ROK);
    assert.equal((await client.messages.retrieve(id)).data.to[0].status, 'queued');
    submit.session.send(submit.pdu.response({ message_id: submit.id }));
    assert.equal((await ended(id)).to[0].status, 'delivered');
    assert.equal(header.count('early'), 1);
    header.answer = () => ({});
  });

  test('of messages that nobody here sent are taken, and change nothing', async () => {
    const { header } = carriers;
    const stray = 'id:stray sub:001 dlvrd:001 submit date:2601010000 done date:2601010001 stat:DELIVRD err:000 text:';
    assert.equal(await header.send('13125550413', number.slice(1), stray, { esm_class: 4 }), smpp.ESME_ROK);
    const garbled = await header.send('13125550413', number.slice(1), 'no receipt at all', { esm_class: 4 });
    assert.equal(garbled, smpp.ESME_RX_P_APPN);
    assert.ok(!hooks.requests.some((r) => r.json?.data?.payload?.text?.includes('stray')));
  });

  test('that come after a day are told all the same', async () => {
    const { header } = carriers;
    header.answer = () => ({ receipt: 'later' });
    const id = await send('+13125550411', 'days later');
    const submit = await header.submitted('days later');
    await hooks.wait((r) => r.json?.data?.event_type === 'message.sent' && r.json.data.payload.id === id);
    header.answer = () => ({});
    await tandem.advance(25 * 3_600_000);
    assert.equal((await ended(id)).to[0].status, 'delivery_unconfirmed');
    const record = async () => (await client.detailRecords.list({ filter: { record_type: 'messaging' }, page: { size: 50 } })).data.find((r) => r.uuid === id);
    const first = await record();
    assert.equal(first.status, 'dlr_unconfirmed');
    await header.bound(3);
    header.report(submit.id);
    await hooks.wait((r) => r.json?.data?.event_type === 'message.finalized' && r.json.data.payload.id === id && r.json.data.payload.to[0].status === 'delivered');
    const second = await record();
    assert.deepEqual([second.status, second.cost, second.created_at, second.sent_at], ['delivered', first.cost, first.created_at, first.sent_at]);
    assert.ok(second.updated_at >= first.updated_at);
  });
});

describe('links', () => {
  test('share by weight', async () => {
    const ids = [];
    for (let i = 0; i < 60; ++i) ids.push(await send(`+3361234${5000 + i}`, 'share'));
    await Promise.all(ids.map(ended));
    const [heavy, light] = [carriers.heavy.count('share'), carriers.light.count('share')];
    assert.equal(heavy + light, 60);
    assert.ok(heavy > light && light > 0, `${heavy} to ${light}`);
  });

  test('use all their binds, each within its window', async () => {
    const { header } = carriers;
    const open = new Map();
    const most = new Map();
    const used = new Set();
    const { take } = header;
    header.take = function slow(session, pdu) {
      open.set(session, (open.get(session) ?? 0) + 1);
      most.set(session, Math.max(most.get(session) ?? 0, open.get(session)));
      used.add(session);
      setTimeout(() => {
        open.set(session, open.get(session) - 1);
        take.call(this, session, pdu);
      }, 30);
    };
    const ids = await Promise.all(Array.from({ length: 24 }, (_, i) => send(`+1312555${4500 + i}`, 'window')));
    await Promise.all(ids.map(ended));
    header.take = take;
    assert.equal(used.size, 3);
    assert.ok(Math.max(...most.values()) <= 2);
    assert.equal(header.count('window'), 24);
  });

  test('hold a thousand submits without an answer, and take the answers in any order', async () => {
    const { wide } = carriers;
    const [window, texts, atOnce] = [1000, 1100, 100];
    wide.answer = () => ({ silent: true, receipt: 'later' });
    for (let sent = 0; sent < texts; sent += atOnce) {
      await Promise.all(Array.from({ length: atOnce }, (_, i) => send(`+35386100${1000 + sent + i}`, 'wide')));
    }
    await wide.until(() => wide.submits.length >= window, 'a full window');
    assert.equal(wide.submits.length, window);
    wide.answer = () => ({ receipt: 'later' });
    for (const submit of [...wide.submits].reverse()) {
      submit.session.send(submit.pdu.response({ message_id: submit.id }));
      wide.report(submit.id);
    }
    const delivered = () => hooks.requests.filter((r) => r.json?.data?.event_type === 'message.finalized'
      && r.json.data.payload.text === 'wide' && r.json.data.payload.to[0].status === 'delivered').length;
    await until(delivered, (count) => count === window, 'those of the window', 30_000);
    for (const id of wide.receipts.keys()) wide.report(id);
    await until(delivered, (count) => count === texts, 'the rest', 30_000);
    assert.equal(new Set(wide.submits.map((submit) => submit.to)).size, texts);
    assert.equal(wide.submits.length, texts);
  });

  test('answer enquire_link', async () => {
    const session = [...carriers.header.sessions][0];
    const { command_status } = await new Promise((resolve) => { session.enquire_link({}, resolve); });
    assert.equal(command_status, smpp.ESME_ROK);
  });

  test('are bound again when the carrier hangs up', async () => {
    const { light } = carriers;
    for (const session of light.sessions) session.destroy();
    await light.bound(0);
    await light.bound(1);
  });
});

describe('a long text comes in', () => {
  const part = (reference, total, sequence) => Buffer.from([5, 0, 3, reference, total, sequence]);
  const words = ['The first part, ', 'the second part ', 'and the third.'];

  test('out of order and with repetitions', async () => {
    const { header } = carriers;
    for (const sequence of [3, 1, 1, 3, 2]) {
      const status = await header.send('13125550420', number.slice(1), { udh: part(7, 3, sequence), message: words[sequence - 1] });
      assert.equal(status, smpp.ESME_ROK);
    }
    const payload = await received('+13125550420');
    assert.equal(payload.text, words.join(''));
    assert.equal(payload.parts, 3);
    assert.equal(payload.encoding, 'GSM-7');
    // A repetition that comes late makes no second text.
    await header.send('13125550420', number.slice(1), { udh: part(7, 3, 2), message: words[1] });
    await header.send('13125550420', number.slice(1), 'something else');
    await hooks.wait((r) => r.json?.data?.payload?.text === 'something else');
    const all = hooks.requests.filter((r) => r.json?.data?.payload?.from?.phone_number === '+13125550420');
    assert.deepEqual(all.map((r) => r.json.data.payload.text).sort(), [words.join(''), 'something else'].sort());
  });

  test('in UCS-2, by parameters, over kill -9', async () => {
    const { header } = carriers;
    const sar = (n) => ({ data_coding: 8, sar_msg_ref_num: 900, sar_total_segments: 2, sar_segment_seqnum: n });
    await header.send('13125550421', number.slice(1), 'Hälfte 😀 ', sar(1));
    await tandem.kill9();
    await tandem.restart();
    await header.bound(3);
    await header.send('13125550421', number.slice(1), 'und Rest', sar(2));
    const payload = await received('+13125550421');
    assert.equal(payload.text, 'Hälfte 😀 und Rest');
    assert.equal(payload.encoding, 'UCS-2');
  });

  test('whose last part never comes is handed over after an hour', async () => {
    await carriers.header.send('13125550422', number.slice(1), { udh: part(9, 2, 1), message: 'only half ' }, { data_coding: 8 });
    await tandem.advance(61 * 60_000);
    const hook = await hooks.wait((r) => r.json?.data?.payload?.from?.phone_number === '+13125550422', 90_000);
    assert.equal(hook.json.data.payload.text, 'only half ');
    assert.equal(hook.json.data.payload.encoding, 'UCS-2');
  });
});

describe('a text comes in', () => {
  const raw = (bytes, fields) => carriers.header.send('13125550430', number.slice(1), Buffer.from(bytes), fields);
  const rows = [
    ['the extension table', { data_coding: 0 }, [0x1b, 0x65, 0x1b, 0x3c, 0x1b, 0x3e], '€[]'],
    ['Latin 1', { data_coding: 3 }, [0x47, 0x72, 0xfc, 0xdf, 0x65], 'Grüße'],
    ['ASCII', { data_coding: 1 }, [0x48, 0x69, 0x40], 'Hi@'],
    ['a national table (Turkish, single shift)', { data_coding: 0, esm_class: 0x40 }, [3, 0x24, 1, 1, 0x1b, 0x53, 0x1b, 0x67], 'Şğ'],
    ['surrogates', { data_coding: 8 }, [0xd8, 0x3d, 0xde, 0x00], '😀'],
    ['a broken surrogate', { data_coding: 8 }, [0x00, 0x41, 0xd8, 0x3d], 'A\ufffd'],
  ];
  for (const [what, fields, bytes, text] of rows) {
    test(`in ${what}`, async () => {
      assert.equal(await raw(bytes, fields), smpp.ESME_ROK);
      const hook = await hooks.wait((r) => r.json?.data?.event_type === 'message.received' && r.json.data.payload.text === text);
      assert.equal(hook.json.data.payload.encoding, fields.data_coding === 8 ? 'UCS-2' : 'GSM-7');
    });
  }

  test('with a broken header: it is refused for good', async () => {
    assert.equal(await raw([200, 0, 3, 1], { esm_class: 0x40 }), smpp.ESME_RX_P_APPN);
  });

  test('from a number without its type', async () => {
    await carriers.sar.send('13125550431', number.slice(1), 'typeless', { source_addr_ton: 0, dest_addr_ton: 0 });
    const hook = await hooks.wait((r) => r.json?.data?.payload?.text === 'typeless');
    assert.equal(hook.json.data.payload.from.phone_number, '+13125550431');
  });

  test('as latin1 by data coding 0 where the link says so', async () => {
    await carriers.sar.send('447700900431', number.slice(1), Buffer.from([0xe9, 0x74, 0xe9]), { data_coding: 0 });
    await hooks.wait((r) => r.json?.data?.payload?.text === 'été');
  });
});

test('what is sent to a number that nobody has is taken and forgotten', async () => {
  assert.equal(await carriers.header.send('13125550440', '13125559999', 'hello?'), smpp.ESME_ROK);
  const { data } = await client.detailRecords.list({ filter: { record_type: 'messaging', date_range: 'today' } });
  assert.ok(!data.some((record) => record.cli === '+13125550440'));
});
