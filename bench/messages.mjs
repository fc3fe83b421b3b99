// Texts from the API over SMPP to a carrier, its receipts, and the webhooks about both, everything
// durable, against a bare loop of submit and receipt between our SMPP client and server: how many
// a second at most, and how long one takes when there are fewer.
// Usage: node bench/messages.mjs BUILD_DIR
import { execFileSync } from 'node:child_process';
import http from 'node:http';
import { join } from 'node:path';

import { call, cpuSeconds, median, residentMegabytes, seconds, wrk } from './harness.mjs';
import { sendingScript, startTexts } from './texts.mjs';

const build = process.argv[2];
const rounds = Number(process.env.BENCH_ROUNDS ?? 3);
const steadyRate = Number(process.env.BENCH_RATE ?? 500);
const ownHookPort = 18_088;
const webhooksEach = 2;  // message.sent, message.finalized
const patienceMs = 120_000;

/** Messages a second from submit to receipt, without API and store, both ends on one core. */
function bareLoop() {
  const report = execFileSync('taskset', ['-c', '0', join(build, 'smpp_bench'),
    '--benchmark_filter=submit_to_receipt/1', '--benchmark_format=json', '--benchmark_min_time=1'],
  { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return JSON.parse(report).benchmarks[0].items_per_second;
}

/** One burst of messages, waited for until their last webhook. */
async function burst(texts, script) {
  const bare = bareLoop();
  const [before, cpu, start] = [await texts.webhooksTaken(), cpuSeconds(texts.pid), performance.now()];
  const accepted = wrk(`${texts.base}/v2/messages`, { connections: 256, script });
  // wrk may leave without the last answers: what it counted is what is waited for.
  const expected = before + accepted.requests * webhooksEach;
  const deadline = performance.now() + patienceMs;
  let [taken, progress, stall] = [0, performance.now(), 0];
  while (taken < expected && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const now = await texts.webhooksTaken();
    if (now > taken) progress = performance.now();
    stall = Math.max(stall, performance.now() - progress);
    taken = now;
  }
  const took = (performance.now() - start) / 1000;
  const messages = (taken - before) / webhooksEach;
  return { bare, accepted: accepted.rate, rate: messages / took, ratio: messages / took / bare, stall,
    cpu: (cpuSeconds(texts.pid) - cpu) * 1e6 / messages };
}

/** Milliseconds from the API's answer to message.finalized, at a steady rate. */
async function latencies(texts) {
  const [answered, took] = [new Map(), []];
  const finalized = (id) => {
    const at = answered.get(id);
    if (at !== undefined) took.push(performance.now() - at);
    return at !== undefined;
  };
  const early = new Set();  // webhooks that were faster than the answer's way through this process
  const receiver = http.createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => { body += chunk; }).on('end', () => {
      response.end();
      const event = JSON.parse(body).data;
      if (event.event_type === 'message.finalized' && !finalized(event.payload.id)) early.add(event.payload.id);
    });
  }).listen(ownHookPort, '127.0.0.1');
  const total = steadyRate * seconds;
  const begin = performance.now();
  const sending = [];
  for (let i = 0; i < total; i++) {
    const wait = begin + i * 1000 / steadyRate - performance.now();
    if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait));
    sending.push(call('POST', `${texts.base}/v2/messages`, { from: texts.numbers[i % texts.numbers.length],
      to: `+4477008${String(i).padStart(5, '0')}`, text: 'Your code is 123456.', use_profile_webhooks: false,
      webhook_url: `http://127.0.0.1:${ownHookPort}/` }).then(({ data }) => {
      answered.set(data.id, performance.now());
      if (early.delete(data.id)) finalized(data.id);
    }));
  }
  await Promise.all(sending);
  const deadline = performance.now() + patienceMs;
  while (took.length < total && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
  receiver.closeAllConnections?.();
  receiver.close();
  took.sort((a, b) => a - b);
  const at = (share) => took[Math.min(took.length - 1, Math.floor(took.length * share))];
  return { missing: total - took.length, p50: at(0.5), p99: at(0.99) };
}

const texts = await startTexts(build);
try {
  const script = sendingScript(texts);
  const results = [];
  for (let round = 0; round < rounds; round++) results.push(await burst(texts, script));
  const of = (field, digits) => median(results.map((result) => result[field])).toFixed(digits);
  console.log('| bare SMPP loop | accepted by the API | sent, receipt and webhooks through | ratio to the bare loop | CPU us/message | longest pause | MB resident |\n|---:|---:|---:|---:|---:|---:|---:|');
  console.log(`| ${of('bare', 0)}/s | ${of('accepted', 0)}/s | ${of('rate', 0)}/s | ${of('ratio', 3)} | ${of('cpu', 0)} | ${of('stall', 0)} ms | ${residentMegabytes(texts.pid).toFixed(0)} |`);
  const steady = await latencies(texts);
  console.log(`\nAt ${steadyRate}/s, from the answer to message.finalized: p50 ${steady.p50.toFixed(1)} ms, p99 ${steady.p99.toFixed(1)} ms, ${steady.missing} missing.`);
} finally {
  texts.end();
}
