// A thousand calls at once through the whole platform, each relayed from one carrier to another and
// recorded on two channels: how late packets come through, and what a call takes in memory and processor time.
// `call_peer` is at both ends; its packets carry the time when they were sent. Both processors are everybody's.
// Memory is the slope between a fifth of them and all, each on a platform of its own that has been at work.
// Usage: node bench/recorded_calls.mjs BUILD_DIR (BENCH_CALLS_AT_ONCE, BENCH_SECONDS)
import { execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';

import { call, cpuSeconds, seconds } from './harness.mjs';
import { databaseKilobytes, privateKilobytes } from './memory.mjs';
import { callee, caller, ended, pause, settled, sip, startTrunked } from './trunk.mjs';

const build = process.argv[2];
const atOnce = Number(process.env.BENCH_CALLS_AT_ONCE ?? 1000);
const time = Math.max(1, Math.round(seconds));
const warmUp = 100;
const fewer = Math.ceil(atOnce / 5);
const recording = { call_recording_type: 'all', call_recording_channels: 'dual', call_recording_format: 'wav' };

const memory = async (tandem) => ({ all: privateKilobytes(tandem.pid), database: await databaseKilobytes(tandem.base) });
const recordings = async (tandem) => (await call('GET', `${tandem.base}/v2/recordings?page%5Bsize%5D=1`)).meta.total_results;

/** Runs some calls at once, and gives what the platform took for them: before audio flows, and while it does. */
async function run(tandem, count, length) {
  const peer = spawn(join(build, 'call_peer'), [sip, caller, callee.host, String(callee.port), tandem.number, String(count), String(length)],
    { stdio: ['pipe', 'pipe', 'inherit'] });
  let said = '';
  peer.stdout.setEncoding('utf8').on('data', (text) => { said += text; });
  await settled(async () => said || peer.exitCode !== null, Boolean);
  const up = await memory(tandem);
  const before = cpuSeconds(tandem.pid);
  peer.stdin.end('go\n');
  await pause(length * 900);
  const processor = (cpuSeconds(tandem.pid) - before) / (length * 0.9);
  const talking = await memory(tandem);
  return { up, talking, processor, code: await ended(peer), said: said.trim() };
}

/** On a platform of its own that has had others before. */
async function measure(count, length) {
  const tandem = await startTrunked(build, { call_recording: recording });
  try {
    execFileSync('taskset', ['-a', '-p', '-c', '0,1', String(tandem.pid)]);
    await run(tandem, warmUp, 1);
    await settled(() => recordings(tandem), (total) => total >= warmUp);
    await pause(1000);
    const took = await run(tandem, count, length);
    const kept = await settled(() => recordings(tandem), (total) => total >= warmUp + count);
    return { ...took, kept: kept - warmUp };
  } finally {
    tandem.end();
  }
}

const some = await measure(fewer, 1);
const all = await measure(atOnce, time);
const slope = (when, what) => (all[when][what] - some[when][what]) / (atOnce - fewer);
const calls = (when) => (slope(when, 'all') - slope(when, 'database')).toFixed(1);
console.log(`${atOnce} recorded calls at once, ${time} s: ${all.said.split('\n').join('; ')}${all.code === 0 ? '' : ' FAILED'}`);
console.log(`processor ${(all.processor * 100).toFixed(0)} % of one, recordings kept ${all.kept}`);
console.log(`memory a call ${calls('talking')} KB (${calls('up')} KB before audio flows), and ${slope('talking', 'database').toFixed(1)} KB ` +
  'of its rows in the database\'s cache, which ends at 64 MB; private memory ' +
  `${(some.talking.all / 1024).toFixed(0)} MB with ${fewer} calls, ${(all.talking.all / 1024).toFixed(0)} MB with ${atOnce}`);
