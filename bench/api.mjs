// GET and POST of the API against a bare epoll responder, round by round in the same run.
// Usage: node bench/api.mjs BUILD_DIR
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { call, cpuSeconds, median, onServerCore, residentMegabytes, seconds, startTandem, wrk } from './harness.mjs';

const build = process.argv[2];
const rounds = Number(process.env.BENCH_ROUNDS ?? 3);
const barePort = 18_089;

const bare = onServerCore(join(build, 'bare_http'), [String(barePort)]);
const tandem = await startTandem(build, 18_080).catch((error) => { bare.kill('SIGKILL'); throw error; });
try {
  console.log(`ready in ${tandem.readyMs.toFixed(0)} ms, ${residentMegabytes(tandem.pid).toFixed(0)} MB resident when idle`);
  const groups = `${tandem.base}/v2/billing_groups`;
  const created = await call('POST', groups, { name: 'bench' });
  const script = join(tandem.scratch, 'post.lua');
  writeFileSync(script, `wrk.method = "POST"\nwrk.headers["Content-Type"] = "application/json"\nwrk.body = '{"name":"bench"}'\n`);

  // A durable answer waits for the disk, and what waits with it shares one sync: so both few and many
  // clients. A ratio is to the responder with as many of them.
  const runs = [64, 256].flatMap((connections) => [
    ['bare epoll', connections, bare.pid, `http://127.0.0.1:${barePort}/`],
    ['GET by id', connections, tandem.pid, `${groups}/${created.data.id}`],
    ['POST durable', connections, tandem.pid, groups, script],
    ['LIST 20', connections, tandem.pid, `${groups}?page%5Bsize%5D=20`],
  ]);
  const results = new Map();
  for (let round = 0; round < rounds; round++) {
    let limit;
    for (const [name, connections, pid, url, lua] of runs) {
      const before = cpuSeconds(pid);
      const result = wrk(url, { connections, script: lua });
      result.cpu = ((cpuSeconds(pid) - before) * 1e6) / (result.rate * seconds);
      if (name === 'bare epoll') limit = result.rate;
      result.ratio = result.rate / limit;
      const row = `${name} | ${connections}`;
      results.set(row, [...(results.get(row) ?? []), result]);
    }
  }
  console.log('\nMedians over the rounds, each ratio within its round:\n');
  console.log('| request | connections | requests/s | ratio to bare epoll | CPU us/request | p50 us | p99 us |\n|---|---:|---:|---:|---:|---:|---:|');
  for (const [row, list] of results) {
    const of = (field, digits) => median(list.map((result) => result[field])).toFixed(digits);
    console.log(`| ${row} | ${of('rate', 0)} | ${of('ratio', 2)} | ${of('cpu', 1)} | ${of('p50', 0)} | ${of('p99', 0)} |`);
  }
} finally {
  tandem.end();
  bare.kill('SIGKILL');
}
