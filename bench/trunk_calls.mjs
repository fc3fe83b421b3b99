// What a call costs that the whole platform relays from one carrier to another: two legs, their
// events, a detail record each and the ledger, all durable. SIPp is at both ends. Beside it, in the same run,
// the exchange alone (`call_switch_bench`, relays). Usage: node bench/trunk_calls.mjs BUILD_DIR
// (BENCH_CALLS: calls a second, BENCH_SECONDS: for how long)
import { execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';

import { cpuSeconds, residentMegabytes, seconds } from './harness.mjs';
import { callee, caller, ended, settled, sip, startTrunked } from './trunk.mjs';

const build = process.argv[2];
const rate = Number(process.env.BENCH_CALLS ?? 300);
const calls = Math.round(rate * seconds);

const taker = spawn('sipp', ['-sn', 'uas', '-i', callee.host, '-p', String(callee.port), '-nostdin', '-buff_size', '4194304'], { stdio: 'ignore' });
const tandem = await startTrunked(build).catch((error) => { taker.kill('SIGKILL'); throw error; });
try {
  const before = cpuSeconds(tandem.pid);
  const dialler = spawn('sipp', ['-sn', 'uac', '-s', tandem.number, '-i', caller, '-p', '5060', '-r', String(rate), '-m', String(calls),
    '-l', '20000', '-d', '200', '-buff_size', '4194304', '-nostdin', sip], { stdio: 'ignore' });
  const code = await ended(dialler);
  const written = await settled(tandem.records, (count) => count >= 2 * calls);
  const used = cpuSeconds(tandem.pid) - before;
  console.log(`trunk to trunk ${calls} calls at ${rate}/s  ${((used * 1e6) / calls).toFixed(0)} us CPU a call, ` +
    `${residentMegabytes(tandem.pid).toFixed(0)} MB resident  sipp ${code === 0 ? 'without a failed call' : 'saw failed calls'}, detail records ${written}`);
} finally {
  tandem.end();
  taker.kill('SIGKILL');
}
process.stdout.write(execFileSync(join(build, 'call_switch_bench'), [String(rate), String(Math.max(1, Math.round(seconds)))], { encoding: 'utf8' }));
