// A page of 20 with a filter out of a million rows, through HTTP. The rows are made by the API
// itself, each durable. Usage: node bench/list.mjs BUILD_DIR (BENCH_ROWS: how many rows)
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { call, startTandem, wrk } from './harness.mjs';

const rows = Number(process.env.BENCH_ROWS ?? 1_000_000);
const names = 1_000; // so a filter matches a thousandth
const fillSeconds = 10;
const maxFills = 60;

const tandem = await startTandem(process.argv[2], 18_080);
try {
  const profiles = `${tandem.base}/v2/messaging_profiles`;
  const fill = join(tandem.scratch, 'fill.lua');
  writeFileSync(fill, `
local n = 0
wrk.headers["Content-Type"] = "application/json"
request = function()
  n = n + 1
  local body = '{"name":"p' .. n % ${names} .. '","whitelisted_destinations":["US"]}'
  return wrk.format("POST", nil, nil, body)
end
`);
  const pages = join(tandem.scratch, 'pages.lua');
  writeFileSync(pages, `
local n = 0
request = function()
  n = n + 7919
  return wrk.format("GET", "/v2/messaging_profiles?page%5Bsize%5D=20&filter%5Bname%5D=p" .. n % ${names})
end
`);
  const total = async (query = '') => (await call('GET', `${profiles}?page%5Bsize%5D=20${query}`)).meta.total_results;
  let made = 0;
  let filled;
  for (let i = 0; i < maxFills && made < rows; i++) {
    filled = wrk(profiles, { script: fill, duration: fillSeconds });
    made = await total();
  }
  if (made < rows) throw new Error(`only ${made} rows were made`);
  const matching = await total('&filter%5Bname%5D=p77');
  if (matching < 20 || matching > made / 10) throw new Error(`the filter matches ${matching} of ${made}`);
  console.log(`${made} rows, made at ${filled.rate.toFixed(0)}/s (durable, one more index); a filter matches ${matching} of them\n`);
  console.log('| page of 20 with a filter | requests/s | p50 us | p99 us |\n|---|---:|---:|---:|');
  for (const connections of [1, 8]) {
    const result = wrk(profiles, { script: pages, connections });
    console.log(`| ${connections} at a time | ${result.rate.toFixed(0)} | ${result.p50} | ${result.p99} |`);
  }
} finally {
  tandem.end();
}
