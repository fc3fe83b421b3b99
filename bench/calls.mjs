// What a whole call under an application's control costs in processor time: INVITE from a carrier,
// call.initiated out, `answer` in, 200, media ports, BYE, the webhooks, detail record and ledger. Beside
// it, in the same run and at the same rate, the bare SIP answering machine. Usage: node bench/calls.mjs
// BUILD_DIR (BENCH_CALLS: calls a second, BENCH_SECONDS: for how long)
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { call, cpuSeconds, residentMegabytes, seconds, startTandem } from './harness.mjs';
import { orderNumber, settled } from './trunk.mjs';

const build = process.argv[2];
const rate = Number(process.env.BENCH_CALLS ?? 300);
const calls = Math.round(rate * seconds);
const carrier = '127.0.0.2';
const port = 18_080;

/** The application: answers what rings, and counts. */
async function startApplication(base) {
  const counts = {};
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    response.end();
    const { event_type: type, payload } = JSON.parse(body).data;
    counts[type] = (counts[type] ?? 0) + 1;
    if (type !== 'call.initiated') return;
    await call('POST', `${base}/v2/calls/${payload.call_control_id}/actions/answer`, {})
      .catch(() => { counts.refused = (counts.refused ?? 0) + 1; });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { counts, server, url: `http://127.0.0.1:${server.address().port}` };
}

/** A number of ours that the application answers. */
async function applicationNumber(base, url) {
  const { data: application } = await call('POST', `${base}/v2/call_control_applications`, { application_name: 'bench', webhook_event_url: url });
  return orderNumber(base, application.id);
}

/** SIPp as the carrier; its exit status, 0 when no call failed. */
async function callAll(number) {
  const sipp = spawn('sipp', ['-sn', 'uac', '-s', number, '-i', carrier, '-r', String(rate), '-m', String(calls),
    '-l', '20000', '-d', '200', '-buff_size', '4194304', '-nostdin', `127.0.0.1:${port + 1}`], { stdio: 'ignore' });
  const [code] = await once(sipp, 'exit');
  return code;
}

const scratch = mkdtempSync(join(tmpdir(), 'tandem-bench-calls-'));
const config = join(scratch, 'config.yaml');
writeFileSync(config, `trunks:\n  - {name: bench, host: ${carrier}, prefixes: ["+999"], health-interval: 0}\n`);
const tandem = await startTandem(build, port, ['--config', config]);
let application;
try {
  application = await startApplication(tandem.base);
  const number = await applicationNumber(tandem.base, application.url);
  const before = cpuSeconds(tandem.pid);
  const code = await callAll(number);
  const { counts } = application;
  await settled(() => counts['call.hangup'], (ended) => ended >= calls);
  const used = cpuSeconds(tandem.pid) - before;
  const records = async () => (await call('GET', `${tandem.base}/v2/detail_records?filter%5Brecord_type%5D=call-control&page%5Bsize%5D=1`)).meta.total_results;
  const written = await settled(records, (count) => count >= calls);
  const told = ['call.initiated', 'call.answered', 'call.hangup'].map((type) => counts[type] ?? 0).join('/');
  console.log(`call control ${calls} calls at ${rate}/s  ${((used * 1e6) / calls).toFixed(0)} us CPU a call, ` +
    `${residentMegabytes(tandem.pid).toFixed(0)} MB resident  sipp ${code === 0 ? 'without a failed call' : 'saw failed calls'}`);
  console.log(`             webhooks initiated/answered/hangup ${told}, answers refused ${counts.refused ?? 0}, detail records ${written}`);
} finally {
  tandem.end();
  application?.server.close();
  application?.server.closeAllConnections();
  rmSync(scratch, { recursive: true, force: true });
}
process.stdout.write(execFileSync(join(build, 'sip_uas_bench'), [String(rate), String(Math.max(1, Math.round(seconds)))], { encoding: 'utf8' }));
