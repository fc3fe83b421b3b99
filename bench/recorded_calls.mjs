// A thousand calls at once through the whole platform, each relayed from one carrier to another and
// recorded on two channels: how late packets come through, and what a call takes in memory and processor time.
// `call_peer` is at both ends; its packets carry the time when they were sent. Both processors are everybody's.
// Usage: node bench/recorded_calls.mjs BUILD_DIR (BENCH_CALLS_AT_ONCE, BENCH_SECONDS)
import { execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';

import { call, cpuSeconds, residentMegabytes, seconds } from './harness.mjs';
import { callee, caller, ended, pause, settled, sip, startTrunked } from './trunk.mjs';

const build = process.argv[2];
const atOnce = Number(process.env.BENCH_CALLS_AT_ONCE ?? 1000);
const time = Math.max(1, Math.round(seconds));
const recording = { call_recording_type: 'all', call_recording_channels: 'dual', call_recording_format: 'wav' };

/** Runs some calls at once, and gives what the platform took for them. */
async function run(tandem, count, length) {
  const peer = spawn(join(build, 'call_peer'), [sip, caller, callee.host, String(callee.port), tandem.number, String(count), String(length)],
    { stdio: ['pipe', 'pipe', 'inherit'] });
  let said = '';
  peer.stdout.setEncoding('utf8').on('data', (text) => { said += text; });
  await settled(async () => said || peer.exitCode !== null, Boolean);
  const before = cpuSeconds(tandem.pid);
  peer.stdin.end('go\n');
  await pause(length * 900);
  const took = { megabytes: residentMegabytes(tandem.pid), processor: (cpuSeconds(tandem.pid) - before) / (length * 0.9) };
  const code = await ended(peer);
  return { ...took, said: said.trim(), code };
}

const tandem = await startTrunked(build, { call_recording: recording });
try {
  execFileSync('taskset', ['-a', '-p', '-c', '0,1', String(tandem.pid)]);
  await run(tandem, 10, 1);
  const idle = residentMegabytes(tandem.pid);
  const { megabytes, processor, said, code } = await run(tandem, atOnce, time);
  const kept = await settled(async () => (await call('GET', `${tandem.base}/v2/recordings?page%5Bsize%5D=1`)).meta.total_results, (total) => total >= atOnce + 10);
  console.log(`${atOnce} recorded calls at once, ${time} s: ${said.split('\n').join('; ')}${code === 0 ? '' : ' FAILED'}`);
  console.log(`processor ${(processor * 100).toFixed(0)} % of one, memory ${(((megabytes - idle) * 1024) / atOnce).toFixed(1)} KB a call ` +
    `(${megabytes.toFixed(0)} MB, ${idle.toFixed(0)} MB before), recordings kept ${kept}`);
} finally {
  tandem.end();
}
