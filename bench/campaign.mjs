// A campaign: many messages scheduled for the same time through the API, then sent, each with its
// receipt and webhooks. What is measured is memory, and how long it takes.
// Usage: node bench/campaign.mjs BUILD_DIR   (BENCH_CAMPAIGN: messages, 1,000,000 for the whole)
import { readFileSync } from 'node:fs';

import { call, cpuSeconds, residentMegabytes, wrk } from './harness.mjs';
import { advance, sendingScript, startTexts } from './texts.mjs';

const build = process.argv[2];
const wanted = Number(process.env.BENCH_CAMPAIGN ?? 20_000);
const goalMegabytes = 300;
const slice = Number(process.env.BENCH_SECONDS ?? 4);
const webhooksEach = 2;
const aheadMs = 3_600_000;
const reportEveryMs = 10_000;
const patienceMs = 120_000;  // without any progress

function peakMegabytes(pid) {
  return Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmHWM:\s+(\d+)/)[1]) / 1024;
}

const texts = await startTexts(build);
const tell = (what) => console.log(`${what}: ${residentMegabytes(texts.pid).toFixed(0)} MB resident, peak ${peakMegabytes(texts.pid).toFixed(0)} MB`);
try {
  tell('at rest');
  const { data } = await call('GET', `${texts.base}/sandbox/clock`);
  const at = new Date(Date.parse(data.now) + aheadMs).toISOString();
  const script = sendingScript(texts, `,"send_at":"${at}"`);
  let [scheduled, cpu, start] = [0, cpuSeconds(texts.pid), performance.now()];
  while (scheduled < wanted) {
    scheduled += wrk(`${texts.base}/v2/messages`, { connections: 64, script, duration: slice }).requests;
  }
  const per = (count) => `${(count * 1000 / (performance.now() - start)).toFixed(0)}/s, ${((cpuSeconds(texts.pid) - cpu) * 1e6 / count).toFixed(0)} us CPU each`;
  tell(`${scheduled} scheduled, ${per(scheduled)}`);
  // Kept connections were closed for being idle while wrk ran: this process has yet to notice.
  await new Promise((resolve) => setTimeout(resolve, 500));

  const before = await texts.webhooksTaken();
  [cpu, start] = [cpuSeconds(texts.pid), performance.now()];
  await advance(texts, aheadMs);
  let [taken, reported, progress] = [before, performance.now(), performance.now()];
  while (taken - before < scheduled * webhooksEach) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const now = await texts.webhooksTaken();
    if (now > taken) progress = performance.now();
    if (performance.now() - progress > patienceMs) throw new Error(`stuck at ${now - before} webhooks`);
    taken = now;
    if (performance.now() - reported < reportEveryMs) continue;
    reported = performance.now();
    tell(`${Math.floor((taken - before) / webhooksEach)} sent, ${per((taken - before) / webhooksEach)}`);
  }
  tell(`${scheduled} through, ${per(scheduled)}`);
  const peak = peakMegabytes(texts.pid);
  console.log(`peak ${peak.toFixed(0)} MB: ${peak <= goalMegabytes ? 'within' : 'ABOVE'} the goal of ${goalMegabytes} MB`);
} finally {
  texts.end();
}
