// Texts over an operator's SMPP links to carriers that we did not write, and back.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import smpp from 'smpp';
import { Carrier } from './carrier.mjs';
import { buyNumber } from './messaging.mjs';
import { Receiver, Tandem } from './tandem.mjs';

let directory;
let north;
let south;
let secure;
let tandem;
let client;
let hooks;
let number;

/** A certificate for this machine. */
function certificate() {
  const [cert, key] = ['cert.pem', 'key.pem'].map((name) => join(directory, name));
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
    '-subj', '/CN=carrier', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert], { stdio: 'ignore' });
  return { file: cert, cert: readFileSync(cert), key: readFileSync(key) };
}

before(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tandem-carriers-'));
  const tls = certificate();
  north = await Carrier.start();
  south = await Carrier.start();
  secure = await Carrier.start({ tls });
  const config = join(directory, 'tandem.yaml');
  writeFileSync(config, `
smpp-links:
  - {name: north, host: 127.0.0.1, port: ${north.port}, system-id: a, password: secret, network: {carrier: North Mobile, mcc: 310, mnc: "999"}}
  - name: south
    host: 127.0.0.1
    port: ${south.port}
    system-id: b
    password-env: SOUTH_PASSWORD
    binds: [tx, rx]
    routes: [{prefix: 44}]
    refusals: {0x412: 40002}
    receipt-errors: {"000": 40003}
    network-parameter: 0x1403
  - name: secure
    host: 127.0.0.1
    port: ${secure.port}
    tls: true
    tls-ca: ${tls.file}
    system-id: c
    password: secret
    routes: [{prefix: 49}]
`);
  tandem = await Tandem.start({ args: ['--config', config], env: { SOUTH_PASSWORD: 'secret' } });
  client = tandem.client();
  hooks = await Receiver.start();
  const profile = (await client.messagingProfiles.create({
    name: 'shop', whitelisted_destinations: ['US', 'GB', 'DE'], webhook_url: hooks.url,
  })).data;
  number = await buyNumber(tandem, client, profile.id);
  await Promise.all([north.bound(1), south.bound(2), secure.bound(1)]);
});
after(async () => {
  await tandem?.stop();
  await hooks?.stop();
  await Promise.all([north, south, secure].map((carrier) => carrier?.stop()));
  rmSync(directory, { recursive: true, force: true });
});

const send = async (to, text) => (await client.messages.send({ from: number, to, text })).data.id;
const about = (id, type) => hooks.wait((r) => r.json?.data?.event_type === type && r.json.data.payload.id === id, 20_000);
const ended = async (id) => (await about(id, 'message.finalized')).json.data.payload;

describe('a carrier', () => {
  test('gets the text, and its receipt ends the message', async () => {
    const id = await send('+13125550001', 'over the wire');
    const submit = await north.submitted('over the wire');
    assert.equal(submit.to, '13125550001');
    assert.equal(submit.from, number.slice(1));
    assert.equal(submit.session.system, 'a');
    assert.equal((await ended(id)).to[0].status, 'delivered');
  });

  test('that is busy gets it again', async () => {
    let left = 2;
    north.answer = () => (left-- > 0 ? { status: smpp.ESME_RTHROTTLED } : {});
    const id = await send('+13125550002', 'slowly');
    assert.equal((await ended(id)).to[0].status, 'delivered');
    assert.equal(north.count('slowly'), 3);
  });

  test('may be late with its receipt', async () => {
    north.answer = () => ({ receipt: 'later' });
    const id = await send('+13125550003', 'patience');
    await about(id, 'message.sent');
    assert.equal((await client.messages.retrieve(id)).data.to[0].status, 'sent');
    await tandem.advance(3_600_000);
    assert.equal((await client.messages.retrieve(id)).data.to[0].status, 'sent');
    north.report((await north.submitted('patience')).id);
    assert.equal((await ended(id)).to[0].status, 'delivered');
  });

  test('sends texts of handsets', async () => {
    assert.equal(await north.send('13125550004', number.slice(1), 'from a stranger'), smpp.ESME_ROK);
    const got = await hooks.wait((r) => r.json?.data?.event_type === 'message.received');
    assert.equal(got.json.data.payload.text, 'from a stranger');
    assert.equal(got.json.data.payload.from.phone_number, '+13125550004');
  });

  test('is spoken to over TLS', async () => {
    const id = await send('+4915112345678', 'verschlossen');
    assert.equal((await secure.submitted('verschlossen')).session.system, 'c');
    assert.equal((await ended(id)).to[0].status, 'delivered');
  });
});

describe('routes and codes', () => {
  test('the longest prefix wins; a transmitter sends, a receiver gets the receipt', async () => {
    const id = await send('+447700900001', 'to the south');
    assert.equal((await south.submitted('to the south')).session.mode, 'transmitter');
    assert.equal((await ended(id)).to[0].status, 'delivered');
  });

  test('a network is named by the settings of its link, or by a parameter of the receipt', async () => {
    const networkOf = async (id) => {
      const { data } = await client.detailRecords.list({ filter: { record_type: 'messaging' }, page: { size: 50 } });
      const { carrier, mcc, mnc } = data.find((record) => record.uuid === id);
      return [carrier, mcc, mnc];
    };
    north.answer = () => ({});
    const set = await send('+13125550003', 'by setting');
    assert.equal((await ended(set)).to[0].carrier, 'North Mobile');
    assert.deepEqual(await networkOf(set), ['North Mobile', '310', '999']);
    smpp.addTLV('network_code', { id: 0x1403, type: smpp.types.cstring });
    south.answer = () => ({ receipt: 'later' });
    const told = await send('+447700900006', 'by parameter');
    const submit = await south.submitted('by parameter');
    south.report(submit.id, 'DELIVRD', { network_code: '23499' });
    await ended(told);
    assert.deepEqual((await networkOf(told)).slice(1), ['234', '99']);
    south.answer = () => ({});
  });

  test("a carrier's own codes are read as configured", async () => {
    south.answer = () => ({ status: 0x412 });
    assert.equal((await ended(await send('+447700900002', 'spam?'))).errors[0].code, '40002');
    south.answer = () => ({ receipt: 'later' });
    const id = await send('+447700900003', 'blocked?');
    const submit = await south.submitted('blocked?');
    south.report(submit.id, 'UNDELIV');
    const payload = await ended(id);
    assert.equal(payload.to[0].status, 'delivery_failed');
    assert.equal(payload.errors[0].code, '40003');
    south.answer = () => ({});
  });

  test('another link takes over while one is down', async () => {
    const { port } = south;
    await south.stop();
    north.answer = () => ({});
    const id = await send('+447700900004', 'detour');
    await north.submitted('detour');
    assert.equal((await ended(id)).to[0].status, 'delivered');
    south = await Carrier.start({ port });
    await south.bound(2);
    const again = await send('+447700900005', 'straight');
    await south.submitted('straight');
    assert.equal((await ended(again)).to[0].status, 'delivered');
  });
});

describe('a connection that ends before the answer', () => {
  test('the receipt tells that the carrier has it: it is not sent again', async () => {
    north.answer = () => ({ hangUp: true });
    const id = await send('+13125550010', 'taken');
    await north.submitted('taken');
    north.answer = () => ({});
    assert.equal((await ended(id)).to[0].status, 'delivered');
    await tandem.advance(60_000);
    assert.equal((await ended(await send('+13125550010', 'next'))).to[0].status, 'delivered');
    assert.equal(north.count('taken'), 1);
  });

  test('without a receipt it is sent again, after a while', async () => {
    await north.bound(1);
    north.answer = () => ({ hangUp: true, receipt: 'never' });
    const id = await send('+13125550011', 'lost');
    await north.submitted('lost');
    north.answer = () => ({});
    await north.bound(1);
    assert.equal(north.count('lost'), 1);
    await tandem.advance(31_000);
    assert.equal((await ended(id)).to[0].status, 'delivered');
    assert.equal(north.count('lost'), 2);
  });

  test('while its window is full: what the carrier had is not sent again, the rest once', async () => {
    const [window, texts] = [32, 60];
    await north.bound(1);
    north.answer = () => ({ silent: true, receipt: 'later' });
    const mine = () => north.submits.filter(({ text }) => text.startsWith('flap '));
    const ids = await Promise.all(Array.from({ length: texts }, (_, i) => send(`+1312555${7000 + i}`, `flap ${i}`)));
    await north.until(() => mine().length >= window, 'a full window');
    assert.equal(mine().length, window);
    north.answer = () => ({});
    for (const session of north.sessions) session.destroy();
    // Once it is bound again, the carrier gives the receipts that it owes.
    for (const id of ids) assert.equal((await ended(id)).to[0].status, 'delivered');
    assert.deepEqual(Array.from({ length: texts }, (_, i) => north.count(`flap ${i}`)), Array(texts).fill(1));
  });
});
