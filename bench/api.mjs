// GET and POST of the API against a bare epoll responder in the same run: one server core (0), the
// load generator on the other (1). Usage: node bench/api.mjs BUILD_DIR
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const build = process.argv[2];
const seconds = process.env.BENCH_SECONDS ?? '4';
const rounds = Number(process.env.BENCH_ROUNDS ?? 3);
const scratch = mkdtempSync(join(tmpdir(), 'tandem-bench-'));
const key = 'KEYbench_0123456789abcdef';
const port = { tandem: 18080, bare: 18081, sip: 15060 };

const onCore = (core, command, args, options = {}) =>
  spawn('taskset', ['-c', core, command, ...args], { stdio: 'ignore', ...options });

async function waitFor(url) {
  for (let i = 0; i < 500; i++) {
    const answer = await fetch(url).catch(() => null);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`${url} does not answer`);
}

/** Requests a second and the share of answers that were no 2xx, by wrk on core 1. */
function wrk(url, script) {
  const text = execFileSync('taskset', ['-c', '1', 'wrk', '-t1', '-c64', `-d${seconds}s`, '--latency',
    '-H', `Authorization: Bearer ${key}`, ...(script ? ['-s', script] : []), url], { encoding: 'utf8' });
  const bad = Number(text.match(/Non-2xx or 3xx responses: (\d+)/)?.[1] ?? 0);
  return {
    rate: Number(text.match(/Requests\/sec:\s+([\d.]+)/)[1]),
    p50: text.match(/50%\s+(\S+)/)[1],
    p99: text.match(/99%\s+(\S+)/)[1],
    bad,
  };
}

/** User and system seconds a process has used so far. */
function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

const bare = onCore('0', join(build, 'bare_http'), [String(port.bare)]);
const started = process.hrtime.bigint();
const tandem = onCore('0', join(build, 'tandem'), ['serve', '--profile', 'sandbox', '--data-dir', scratch,
  '--http', `127.0.0.1:${port.tandem}`, '--sip', `127.0.0.1:${port.sip}`, '--shards', '1',
  '--rate-limit', '100000000', '--log-level', 'warn'], { env: { ...process.env, TANDEM_API_KEY: key } });
const base = `http://127.0.0.1:${port.tandem}`;
try {
  await waitFor(`${base}/readyz`);
  const ready = Number(process.hrtime.bigint() - started) / 1e6;
  const resident = Number(readFileSync(`/proc/${tandem.pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]) / 1024;
  console.log(`ready in ${ready.toFixed(0)} ms, ${resident.toFixed(0)} MB resident when idle`);

  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const created = await (await fetch(`${base}/v2/billing_groups`, {
    method: 'POST', headers, body: JSON.stringify({ name: 'bench' }) })).json();
  const post = join(scratch, 'post.lua');
  writeFileSync(post, `wrk.method = "POST"\nwrk.headers["Content-Type"] = "application/json"\nwrk.body = '{"name":"bench"}'\n`);

  const best = {};
  for (let round = 0; round < rounds; round++) {
    const runs = {
      bare: [bare.pid, () => wrk(`http://127.0.0.1:${port.bare}/`)],
      'GET by id': [tandem.pid, () => wrk(`${base}/v2/billing_groups/${created.data.id}`)],
      'POST durable': [tandem.pid, () => wrk(`${base}/v2/billing_groups`, post)],
      'LIST 20': [tandem.pid, () => wrk(`${base}/v2/billing_groups?page%5Bsize%5D=20`)],
    };
    for (const [name, [pid, run]] of Object.entries(runs)) {
      const before = cpuSeconds(pid);
      const result = run();
      result.cpu = ((cpuSeconds(pid) - before) * 1e6) / (result.rate * Number(seconds));
      if (result.bad) throw new Error(`${name}: ${result.bad} answers were no 2xx`);
      if (!best[name] || result.rate > best[name].rate) best[name] = result;
    }
  }
  console.log('\n| request | best req/s | ratio to bare epoll | CPU us/request | p50 | p99 |\n|---|---:|---:|---:|---:|---:|');
  for (const [name, r] of Object.entries(best)) {
    console.log(`| ${name} | ${r.rate.toFixed(0)} | ${(r.rate / best.bare.rate).toFixed(2)} | ${r.cpu.toFixed(1)} | ${r.p50} | ${r.p99} |`);
  }
} finally {
  tandem.kill('SIGKILL');
  bare.kill('SIGKILL');
  rmSync(scratch, { recursive: true, force: true });
}
