// Texts from the API over SMPP to a carrier, its receipts, and the webhooks about both, everything
// durable, against a bare loop of submit and receipt between our SMPP client and server. The
// platform has core 0; wrk, the carrier and the target of the webhooks share core 1.
// Usage: node bench/messages.mjs BUILD_DIR
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { call, cpuSeconds, median, onClientCore, residentMegabytes, seconds, startTandem, wrk } from './harness.mjs';

const build = process.argv[2];
const rounds = Number(process.env.BENCH_ROUNDS ?? 3);
const [apiPort, hookPort, smppPort] = [18_080, 18_089, 18_090];
const senders = 100;
const webhooksEach = 2;  // message.sent, message.finalized
const patienceMs = 120_000;

const scratch = mkdtempSync(join(tmpdir(), 'tandem-bench-smpp-'));
const config = join(scratch, 'tandem.yaml');
writeFileSync(config, `
smpp-links:
  - {name: peer, host: 127.0.0.1, port: ${smppPort}, window: 1000}
`);
const hooks = onClientCore(join(build, 'bare_http'), [String(hookPort)]);
const peer = onClientCore(join(build, 'smpp_peer'), [String(smppPort)]);
const tandem = await startTandem(build, apiPort, ['--config', config, '--starting-credit', '1000000'])
  .catch((error) => { hooks.kill('SIGKILL'); peer.kill('SIGKILL'); throw error; });

async function webhooksTaken() {
  const text = await (await fetch(`${tandem.base}/metrics`)).text();
  return Number(text.match(/^tandem_webhooks_delivered_total (\d+)/m)[1]);
}

/** Messages a second from submit to receipt, without API and store, both ends on one core. */
function bareLoop() {
  const report = execFileSync('taskset', ['-c', '0', join(build, 'smpp_bench'),
    '--benchmark_filter=submit_to_receipt/1', '--benchmark_format=json', '--benchmark_min_time=1'],
  { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return JSON.parse(report).benchmarks[0].items_per_second;
}

async function profileWithSenders() {
  const profile = await call('POST', `${tandem.base}/v2/messaging_profiles`, { name: 'bench',
    whitelisted_destinations: ['GB'], webhook_url: `http://127.0.0.1:${hookPort}/` });
  const found = await call('GET', `${tandem.base}/v2/available_phone_numbers?filter[country_code]=US&filter[limit]=${senders}&filter[features][]=sms`);
  const numbers = found.data.map(({ phone_number }) => phone_number);
  await call('POST', `${tandem.base}/v2/number_orders`, { messaging_profile_id: profile.data.id,
    phone_numbers: numbers.map((phone_number) => ({ phone_number })) });
  await call('POST', `${tandem.base}/sandbox/clock/advance`, { ms: 120_000 });
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  return numbers;
}

try {
  const numbers = await profileWithSenders();
  const script = join(scratch, 'send.lua');
  writeFileSync(script, `
local n = 0
local from = {${numbers.map((number) => `"${number}"`).join(',')}}
wrk.headers["Content-Type"] = "application/json"
request = function()
  n = n + 1
  return wrk.format("POST", nil, nil, string.format(
    '{"from":"%s","to":"+4477009%05d","text":"Your code is 123456. It is valid for ten minutes."}', from[n % #from + 1], n % 100000))
end
`);
  const results = [];
  for (let round = 0; round < rounds; round++) {
    const bare = bareLoop();
    const [before, cpu, start] = [await webhooksTaken(), cpuSeconds(tandem.pid), performance.now()];
    const accepted = wrk(`${tandem.base}/v2/messages`, { connections: 256, script });
    const expected = before + Math.floor(accepted.rate * seconds) * webhooksEach;
    const deadline = performance.now() + patienceMs;
    // wrk may leave without the last answers: what it counted is what is waited for.
    while (await webhooksTaken() < expected && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const took = (performance.now() - start) / 1000;
    const messages = (await webhooksTaken() - before) / webhooksEach;
    results.push({ bare, accepted: accepted.rate, rate: messages / took, ratio: messages / took / bare,
      cpu: (cpuSeconds(tandem.pid) - cpu) * 1e6 / messages });
  }
  const of = (field, digits) => median(results.map((result) => result[field])).toFixed(digits);
  console.log('| bare SMPP loop | accepted by the API | sent, receipt and webhooks through | ratio to the bare loop | CPU us/message | MB resident |\n|---:|---:|---:|---:|---:|---:|');
  console.log(`| ${of('bare', 0)}/s | ${of('accepted', 0)}/s | ${of('rate', 0)}/s | ${of('ratio', 3)} | ${of('cpu', 0)} | ${residentMegabytes(tandem.pid).toFixed(0)} |`);
} finally {
  tandem.end();
  for (const program of [hooks, peer]) program.kill('SIGKILL');
  rmSync(scratch, { recursive: true, force: true });
}
