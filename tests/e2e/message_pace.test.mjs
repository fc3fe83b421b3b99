// How fast messages go, how many may wait, and what the operator sets about it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { buyNumber, inboxOf, refused } from './messaging.mjs';
import { Peer } from './peer.mjs';
import { freePort, Receiver, Tandem } from './tandem.mjs';
import { until } from './until.mjs';

let directory;
let tandem;
let client;
let hooks;
let profile;
let number;
let peer;

before(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tandem-pace-'));
  const config = join(directory, 'tandem.yaml');
  writeFileSync(config, 'messages: {long-code: 4, short-code: 0, queue: 12, smart-encoding: true}\n');
  const port = await freePort();
  tandem = await Tandem.start({ args: ['--config', config, '--smpp', `127.0.0.1:${port}`] });
  client = tandem.client();
  hooks = await Receiver.start();
  profile = (await client.messagingProfiles.create({ name: 'shop', whitelisted_destinations: ['US'], webhook_url: hooks.url })).data;
  number = await buyNumber(tandem, client, profile.id);
  await tandem.request('POST', '/sandbox/short_codes', { body: { short_code: '72345', country_code: 'US' } });
  const { data: [code] } = await client.shortCodes.list();
  await client.shortCodes.update(code.id, { messaging_profile_id: profile.id });
  peer = await Peer.bind(port, profile);
});
after(async () => {
  await peer?.stop();
  await hooks?.stop();
  await tandem?.stop();
  rmSync(directory, { recursive: true, force: true });
});

/** Once there is room in the queue. */
const sooner = (ask) => until(() => ask().catch((error) => ({ full: error.status === 429 })), ({ full }) => !full, 'room in the queue');
const to = (i) => `+1312555${String(4000 + i)}`;
const send = (i, more) => client.messages.send({ from: number, to: to(i), text: 'Hello', ...more });
const sentAt = async (id) => {
  const hook = await hooks.wait((r) => r.json?.data?.event_type === 'message.finalized' && r.json.data.payload.id === id, 20_000);
  return Date.parse(hook.json.data.payload.sent_at);
};

describe('a long code', () => {
  test('sends so many a second, in order; a short code as fast as it can', async () => {
    const ids = [];
    for (let i = 0; i < 7; ++i) ids.push((await send(i)).data.id);
    const quick = [];
    for (let i = 0; i < 7; ++i) quick.push((await client.messages.send({ from: '72345', to: to(i), text: 'Hello' })).data.id);
    const times = await Promise.all(ids.map(sentAt));
    assert.deepEqual(times, [...times].sort((a, b) => a - b));
    assert.ok(times.at(-1) - times[0] >= 1_200, `${times.at(-1) - times[0]} ms`);
    const fast = await Promise.all(quick.map(sentAt));
    assert.ok(Math.max(...fast) < times.at(-1));
  });

  test('lets what is urgent pass', async () => {
    const ids = [];
    for (let i = 0; i < 6; ++i) ids.push((await send(20 + i)).data.id);
    const urgent = await peer.submit({ source_addr: number.slice(1), destination_addr: to(30).slice(1), short_message: 'now', priority_flag: 1 });
    assert.ok(await sentAt(urgent.message_id) < await sentAt(ids.at(-1)));
  });
});

test('by SMPP, one that waits for its turn gets another text or is taken back', async () => {
  const named = { source_addr: number.slice(1), source_addr_ton: 1, source_addr_npi: 1 };
  const ids = [];
  for (let i = 0; i < 8; ++i) {
    const answer = await peer.submit({ ...named, destination_addr: to(100 + i).slice(1), short_message: `text ${i}`, registered_delivery: 1 });
    assert.equal(answer.command_status, 0);
    ids.push(answer.message_id);
  }
  const [other, gone] = ids.slice(-2);
  assert.equal((await peer.ask('replace_sm', { ...named, message_id: other, short_message: 'instead', registered_delivery: 1 })).command_status, 0);
  assert.equal((await peer.ask('cancel_sm', { ...named, message_id: gone, destination_addr: to(107).slice(1) })).command_status, 0);
  assert.match((await peer.receipt(gone)).short_message.message, /stat:DELETED/);
  assert.match((await peer.receipt(other)).short_message.message, /stat:DELIVRD/);
  assert.deepEqual((await inboxOf(tandem, to(106))).map((t) => t.text), ['instead']);
  await Promise.all(ids.slice(0, -2).map((id) => peer.receipt(id)));
  assert.deepEqual(await inboxOf(tandem, to(107)), []);
  assert.equal((await peer.ask('cancel_sm', { ...named, message_id: other, destination_addr: to(106).slice(1) })).command_status, 0x11);
});

test('40318: more wait than may, by the API and by SMPP; later there is room again', async () => {
  const answers = await Promise.allSettled(Array.from({ length: 25 }, (_, i) => send(40 + i)));
  const full = answers.filter(({ status }) => status === 'rejected');
  assert.ok(full.length >= 5, `${full.length}`);
  for (const { reason } of full) {
    assert.equal(reason.status, 429);
    assert.equal(reason.error.errors[0].code, '40318');
  }
  const submits = await Promise.all(Array.from({ length: 15 }, (_, i) => peer.submit(
    { source_addr: number.slice(1), destination_addr: to(70 + i).slice(1), short_message: 'x' })));
  assert.ok(submits.some(({ command_status }) => command_status === 0x14), 'ESME_RMSGQFUL');
  await sooner(() => send(90));
});

test('typographic characters are sent as GSM has them, where the operator wants that', async () => {
  const text = '“Smart” – isn’t it…';
  const { data } = await sooner(() => client.messages.send({ from: '72345', to: to(91), text }));
  assert.equal(data.encoding, 'GSM-7');
  assert.equal(data.text, text);
  await sentAt(data.id);
  assert.equal((await inboxOf(tandem, to(91)))[0].text, '"Smart" - isn\'t it...');
});

test('40314: the operator turns messages of an account off and on', async () => {
  const command = (verb) => {
    const done = spawnSync(process.env.TANDEM_BINARY, ['messaging', verb, '--data-dir', tandem.dataDir], { encoding: 'utf8' });
    assert.equal(done.status, 0, done.stderr);
    return done.stdout;
  };
  assert.match(command('off'), /off {2}/);
  const asked = client.messages.send({ from: '72345', to: to(81), text: 'Hello' });
  await refused(asked, '40314');
  const { command_status } = await peer.submit({ source_addr: '72345', source_addr_ton: 3, source_addr_npi: 0, destination_addr: to(81).slice(1), short_message: 'x' });
  assert.equal(command_status, 0x45);  // ESME_RSUBMITFAIL
  command('on');
  await sooner(() => client.messages.send({ from: '72345', to: to(81), text: 'Hello' }));
});

test('the configuration says what it does not understand', () => {
  const wrong = join(directory, 'wrong.yaml');
  writeFileSync(wrong, 'messages: {long-code: fast}\n');
  const done = spawnSync(process.env.TANDEM_BINARY, ['serve', '--config', wrong], { encoding: 'utf8' });
  assert.notEqual(done.status, 0);
});
