// The first text: orders a number, sends a text to a handset of the sandbox, waits for its receipt,
// gets an answer, is told to STOP and finds the way blocked. Start the platform with `make run`, then:
//
//   npm install telnyx
//   TANDEM_API_KEY=KEY... node examples/first_text/first_text.mjs [http://127.0.0.1:8080]
import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import Telnyx from 'telnyx';

const origin = process.argv[2] ?? 'http://127.0.0.1:8080';
const client = new Telnyx({ apiKey: process.env.TANDEM_API_KEY, baseURL: `${origin}/v2`, maxRetries: 0 });
const handset = '+13125550123';
const started = Date.now();

/** One rung of the ladder: who, what. */
function rung(who, what, detail = '') {
  const seconds = ((Date.now() - started) / 1000).toFixed(3).padStart(8);
  console.log(`${seconds}  ${who.padEnd(8)} ${what.padEnd(26)} ${detail}`);
}

async function sandbox(path, body) {
  const answer = await fetch(`${origin}/sandbox${path}`, body && {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body),
  });
  return (await answer.json()).data;
}

/** Webhooks: printed as they come, and awaited by what they tell. */
async function listen() {
  const waiting = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    response.end();
    const { event_type: type, payload } = JSON.parse(body).data;
    rung('webhook', `<- ${type}`, payload.direction === 'inbound' ? payload.text : payload.to[0].status);
    for (const one of waiting) if (one.fits(type, payload)) one.resolve(payload);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const next = (type, fits) => new Promise((resolve) => {
    waiting.push({ fits: (said, payload) => said === type && fits(payload), resolve });
  });
  return { server, next, url: `http://127.0.0.1:${server.address().port}/webhooks` };
}

/** A number of our own that sends with the profile. */
async function orderNumber(profile) {
  const { data: [{ phone_number }] } = await client.availablePhoneNumbers.list({
    filter: { country_code: 'US', features: ['sms'], limit: 1 },
  });
  await client.numberOrders.create({ phone_numbers: [{ phone_number }], messaging_profile_id: profile });
  rung('api', '-> number ordered', phone_number);
  await sandbox('/clock/advance', { ms: 61_000 });  // orders take a minute of the sandbox's clock
  for (let tries = 0; tries < 100; tries += 1) {
    const { data: [number] } = await client.phoneNumbers.list({ filter: { phone_number } });
    if (number?.status === 'active') return phone_number;
    await pause(100);
  }
  throw new Error(`${phone_number} did not become active`);
}

const hooks = await listen();
const { data: profile } = await client.messagingProfiles.create({
  name: `first text ${started}`, whitelisted_destinations: ['US'], webhook_url: hooks.url,
});
const number = await orderNumber(profile.id);

const finalized = hooks.next('message.finalized', (message) => message.text === 'Your table is ready.');
const { data: message } = await client.messages.send({ from: number, to: handset, text: 'Your table is ready.' });
rung('api', '-> text', `${message.parts} part of ${message.encoding}`);
const { cost } = await finalized;
const [{ text }] = await sandbox(`/messages?number=${encodeURIComponent(handset)}&limit=1`);
rung('handset', 'got', `"${text}" for ${cost.amount} ${cost.currency}`);

for (const words of ['On our way!', 'STOP']) {
  const heard = hooks.next('message.received', (inbound) => inbound.text === words);
  rung('handset', 'sends', words);
  await sandbox('/messages', { from: handset, to: number, text: words });
  await heard;
}

const blocked = await client.messages.send({ from: number, to: handset, text: 'Are you sure?' }).then(
  () => { throw new Error('a text went to somebody who said STOP'); },
  (error) => error.error.errors[0],
);
rung('api', '!! refused', `${blocked.code} ${blocked.title}`);
hooks.server.close();
