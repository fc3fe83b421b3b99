// What the benchmarks of the HTTP API share: programs pinned to a core (the server's 0, the load
// generator's 1), wrk and what it says.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const seconds = Number(process.env.BENCH_SECONDS ?? 4);
const key = 'KEYbench_0123456789abcdef';
const bearer = `Bearer ${key}`;

export function onServerCore(command, args, options = {}) {
  return spawn('taskset', ['-c', '0', command, ...args], { stdio: 'ignore', ...options });
}

export function onClientCore(command, args) {
  return spawn('taskset', ['-c', '1', command, ...args], { stdio: 'ignore' });
}

async function waitFor(url) {
  for (let i = 0; i < 500; i++) {
    const answer = await fetch(url).catch(() => null);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`${url} does not answer`);
}

/** A sandbox with one shard in a directory of its own; `end()` stops it and clears up. */
export async function startTandem(build, port, more = []) {
  const scratch = mkdtempSync(join(tmpdir(), 'tandem-bench-'));
  const started = process.hrtime.bigint();
  const server = onServerCore(join(build, 'tandem'), ['serve', '--profile', 'sandbox',
    '--data-dir', join(scratch, 'data'), '--http', `127.0.0.1:${port}`, '--sip', `127.0.0.1:${port + 1}`,
    '--shards', '1', '--rate-limit', '100000000', '--log-level', 'warn', ...more],
  { env: { ...process.env, TANDEM_API_KEY: key } });
  const base = `http://127.0.0.1:${port}`;
  const end = () => {
    server.kill('SIGKILL');
    rmSync(scratch, { recursive: true, force: true });
  };
  await waitFor(`${base}/readyz`).catch((error) => { end(); throw error; });
  const readyMs = Number(process.hrtime.bigint() - started) / 1e6;
  return { pid: server.pid, base, scratch, readyMs, end };
}

/** One call of the API; its answer's JSON. */
export async function call(method, url, body) {
  const answer = await fetch(url, { method, body: body && JSON.stringify(body),
    headers: { authorization: bearer, 'content-type': 'application/json' } });
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

const microseconds = { us: 1, ms: 1e3, s: 1e6 };
function latency(text, percentile) {
  const found = text.match(new RegExp(`^ +${percentile}% +([\\d.]+)(us|ms|s)$`, 'm'));
  return Number(found[1]) * microseconds[found[2]];
}

/** Requests a second and latencies in microseconds, by wrk; an answer that is no 2xx fails the run. */
export function wrk(url, { script, connections = 64, duration = seconds } = {}) {
  const text = execFileSync('taskset', ['-c', '1', 'wrk', '-t1', `-c${connections}`, `-d${duration}s`,
    '--latency', '-H', `Authorization: ${bearer}`, ...(script ? ['-s', script] : []), url], { encoding: 'utf8' });
  const bad = text.match(/Non-2xx or 3xx responses: (\d+)/);
  if (bad) throw new Error(`${url}: ${bad[1]} answers were no 2xx`);
  return {
    rate: Number(text.match(/Requests\/sec:\s+([\d.]+)/)[1]),
    requests: Number(text.match(/(\d+) requests in/)[1]),
    p50: latency(text, 50),
    p99: latency(text, 99),
  };
}

/** User and system seconds a process has used so far. */
export function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Resident megabytes of a process. */
export function residentMegabytes(pid) {
  return Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]) / 1024;
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
