// The first call: orders a number, lets a phone of the sandbox call it, answers, asks for a digit,
// records, hangs up, and prints what happened. Start the platform with `make run`, then:
//
//   npm install telnyx
//   TANDEM_API_KEY=KEY... node examples/first_call/first_call.mjs [http://127.0.0.1:8080]
import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import Telnyx from 'telnyx';

const origin = process.argv[2] ?? 'http://127.0.0.1:8080';
const client = new Telnyx({ apiKey: process.env.TANDEM_API_KEY, baseURL: `${origin}/v2`, maxRetries: 0 });
const caller = '+13125550123';
const started = Date.now();

const ladder = [];

/** One rung of the ladder: who, in which direction, what, and when. */
function rung(who, what, detail = '', at = Date.now()) {
  ladder.push({ at, line: `${who.padEnd(8)} ${what.padEnd(26)} ${detail}` });
}

function printLadder() {
  ladder.sort((a, b) => a.at - b.at);
  for (const { at, line } of ladder) {
    console.log(`${((at - started) / 1000).toFixed(3).padStart(8)}  ${line}`);
  }
}

/** What the phone sent and got by SIP. Its times are of the sandbox's clock, so they are taken from the call's start. */
function addSignalling(call, begun) {
  const at = (time) => begun + (Date.parse(time) - Date.parse(call.started_at));
  rung('sip', '-> INVITE', `${call.from} to ${call.to}`, at(call.started_at));
  rung('sip', '<- 200 OK', call.codec, at(call.answered_at));
  rung('sip', '<- BYE', call.hangup_cause, at(call.ended_at));
}

async function post(path, body) {
  const answer = await fetch(`${origin}${path}`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body),
  });
  return (await answer.json()).data;
}

/** What the application does when it hears of something. */
const reactions = {
  'call.initiated': ({ call_control_id: id }) => {
    rung('api', '-> answer');
    return client.calls.actions.answer(id, {});
  },
  'call.answered': async ({ call_control_id: id }) => {
    rung('api', '-> record_start');
    await client.calls.actions.startRecording(id, { channels: 'dual', format: 'wav' });
    rung('api', '-> gather_using_speak');
    await client.calls.actions.gatherUsingSpeak(id, {
      payload: 'Welcome. Please press a digit.', voice: 'female', language: 'en-US',
      minimum_digits: 1, maximum_digits: 1,
    });
  },
  'call.gather.ended': ({ call_control_id: id, digits }) => {
    rung('api', '-> hangup', `after digit ${digits}`);
    return client.calls.actions.hangup(id, {});
  },
};

/** Webhooks, printed and acted upon in the order in which they come. */
async function listen() {
  const done = {};
  const finished = new Promise((resolve) => { done.resolve = resolve; });
  const seen = new Set();
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    response.end();
    const { event_type: type, payload } = JSON.parse(body).data;
    rung('webhook', `<- ${type}`, payload.hangup_cause ?? payload.digits ?? '');
    seen.add(type);
    await reactions[type]?.(payload)?.catch?.((error) => rung('api', '!! refused', error.message));
    if (seen.has('call.hangup') && seen.has('call.recording.saved')) done.resolve(payload);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, finished, url: `http://127.0.0.1:${server.address().port}/webhooks` };
}

/** A number of our own whose calls go to a new application. */
async function orderNumber(webhooks) {
  const { data: application } = await client.callControlApplications.create({
    application_name: `first call ${Date.now()}`, webhook_event_url: webhooks,
  });
  const { data: [found] } = await client.availablePhoneNumbers.list({
    filter: { country_code: 'US', features: ['voice'], limit: 1 },
  });
  await client.numberOrders.create({
    phone_numbers: [{ phone_number: found.phone_number }], connection_id: application.id,
  });
  rung('api', '-> number ordered', found.phone_number);
  await post('/sandbox/clock/advance', { ms: 61_000 });  // orders take a minute of the sandbox's clock
  for (let tries = 0; tries < 100; tries += 1) {
    const { data } = await client.phoneNumbers.list({ filter: { phone_number: found.phone_number } });
    if (data[0]?.status === 'active') return found.phone_number;
    await pause(100);
  }
  throw new Error(`${found.phone_number} did not become active`);
}

/** The phone's side of the call; its recording is there a moment after the end. */
async function whatThePhoneHeard(id) {
  for (let tries = 0; tries < 100; tries += 1) {
    const { data } = await (await fetch(`${origin}/sandbox/calls/${id}`)).json();
    if (data.status === 'ended' && data.recording) return data;
    await pause(50);
  }
  throw new Error('The phone kept no recording.');
}

async function addCosts() {
  const kept = [];
  for (const record_type of ['call-control', 'sip-trunking', 'recording']) {
    const { data } = await client.detailRecords.list({ filter: { record_type } }).catch(() => ({ data: [] }));
    kept.push(...data);
  }
  for (const record of kept) {
    rung('bill', record.record_type, `${record.cost ?? '0'} ${record.currency ?? 'USD'}`);
  }
}

const { server, finished, url } = await listen();
const number = await orderNumber(url);
const begun = Date.now();
const call = await post('/sandbox/calls', {
  from: caller, to: number, steps: [{ do: 'wait', ms: 3000 }, { do: 'press', keys: '5' }],
});
const timeout = setTimeout(() => { printLadder(); console.error('The call did not come to its end.'); process.exit(1); }, 60_000);
await finished;
clearTimeout(timeout);
const { data: [recording] } = await client.recordings.list();
rung('api', '<- recording', `${recording.duration_millis} ms ${recording.download_urls.wav}`);
const heard = await whatThePhoneHeard(call.id);
addSignalling(heard, begun);
rung('phone', 'heard', `${heard.recording?.duration_millis ?? 0} ms, ended by ${heard.hangup_cause}`);
await addCosts();
printLadder();
server.close();
server.closeAllConnections();
