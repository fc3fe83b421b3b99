// kill -9 while texts are on their way: what was accepted is sent once, what came in is not lost.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Carrier } from './carrier.mjs';
import { buyNumber } from './messaging.mjs';
import { Receiver, Tandem } from './tandem.mjs';

const texts = 90;
const killAfter = 30;

let directory;
let carrier;
let tandem;
let client;
let hooks;
let number;
before(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tandem-kill-'));
  carrier = await Carrier.start();
  const config = join(directory, 'tandem.yaml');
  writeFileSync(config, `
smpp-links:
  - {name: carrier, host: 127.0.0.1, port: ${carrier.port}, system-id: a, password: secret, window: 10}
`);
  tandem = await Tandem.start({ args: ['--config', config] });
  client = tandem.client();
  hooks = await Receiver.start();
  const profile = (await client.messagingProfiles.create({
    name: 'shop', whitelisted_destinations: ['US'], webhook_url: hooks.url,
  })).data;
  number = await buyNumber(tandem, client, profile.id);
  await carrier.bound();
});
after(async () => {
  await tandem?.stop();
  await hooks?.stop();
  await carrier?.stop();
  rmSync(directory, { recursive: true, force: true });
});

const finalized = (id) => hooks.wait(
  (r) => r.json?.data?.event_type === 'message.finalized' && r.json.data.payload.id === id, 60_000);

test('every accepted text is sent once, those in flight when it died too', async () => {
  // Every fifth text is taken without an answer, as when the answer gets lost: only its receipt
  // tells that the carrier has it.
  carrier.answer = ({ text }) => ({ silent: Number(text) % 5 === 0, receipt: 'later' });
  const accepted = new Map();
  const sending = Array.from({ length: texts }, (_, i) => client.messages
    .send({ from: number, to: `+1312555${String(1000 + i)}`, text: String(i) })
    .then(({ data }) => accepted.set(data.id, String(i)), () => {}));
  await carrier.until(() => carrier.submits.length >= killAfter, `${killAfter} submits`);
  await tandem.kill9();
  await Promise.all(sending);
  const before = carrier.submits.length;
  assert.ok(accepted.size > 0);

  carrier.answer = () => ({});
  await tandem.restart();
  await carrier.bound();
  // All receipts of the first life are taken before the doubt about its submits ends.
  const owed = new Set(carrier.submits.slice(0, before).map((submit) => submit.id));
  await carrier.until(() => ![...owed].some((id) => carrier.receipts.has(id)), 'receipts of the first life to be taken');
  await tandem.advance(31_000);
  for (const id of accepted.keys()) {
    const { json } = await finalized(id);
    assert.equal(json.data.payload.to[0].status, 'delivered');
  }
  for (const [id, text] of accepted) assert.equal(carrier.count(text), 1, `text ${text} (${id})`);
});

test('a text of a handset that was accepted is received', async () => {
  const sent = await Promise.all(Array.from({ length: 10 }, (_, i) => tandem.request('POST', '/sandbox/messages',
    { body: { from: `+1312555200${i}`, to: number, text: `survivor ${i}` } })));
  for (const { status } of sent) assert.equal(status, 202);
  await tandem.kill9();
  await tandem.restart();
  for (let i = 0; i < sent.length; ++i) {
    await hooks.wait((r) => r.json?.data?.event_type === 'message.received' && r.json.data.payload.text === `survivor ${i}`, 30_000);
  }
});
