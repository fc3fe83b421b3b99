// What the benchmarks of texts share: the platform on core 0; on core 1 a carrier that takes every
// message and sends its receipt at once, and a target that takes every webhook.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { call, onClientCore, startTandem } from './harness.mjs';

const [apiPort, hookPort, smppPort] = [18_080, 18_089, 18_090];
const senders = 100;

/** Everything, with numbers to send from; `hookUrl`: another target of webhooks. */
export async function startTexts(build, { hookUrl = `http://127.0.0.1:${hookPort}/` } = {}) {
  const scratch = mkdtempSync(join(tmpdir(), 'tandem-bench-smpp-'));
  const config = join(scratch, 'tandem.yaml');
  writeFileSync(config, `
smpp-links:
  - {name: peer, host: 127.0.0.1, port: ${smppPort}, window: 1000}
`);
  const helpers = [onClientCore(join(build, 'bare_http'), [String(hookPort)]),
    onClientCore(join(build, 'smpp_peer'), [String(smppPort)])];
  const endHelpers = () => {
    for (const helper of helpers) helper.kill('SIGKILL');
    rmSync(scratch, { recursive: true, force: true });
  };
  const tandem = await startTandem(build, apiPort, ['--config', config, '--starting-credit', '1000000'])
    .catch((error) => { endHelpers(); throw error; });
  const end = () => { tandem.end(); endHelpers(); };
  const numbers = await numbersOf(tandem, hookUrl).catch((error) => { end(); throw error; });
  return { ...tandem, scratch, numbers, end, webhooksTaken: () => webhooksTaken(tandem) };
}

async function numbersOf(tandem, hookUrl) {
  const profile = await call('POST', `${tandem.base}/v2/messaging_profiles`, { name: 'bench',
    whitelisted_destinations: ['GB'], webhook_url: hookUrl });
  const found = await call('GET', `${tandem.base}/v2/available_phone_numbers?filter[country_code]=US&filter[limit]=${senders}&filter[features][]=sms`);
  const numbers = found.data.map(({ phone_number }) => phone_number);
  await call('POST', `${tandem.base}/v2/number_orders`, { messaging_profile_id: profile.data.id,
    phone_numbers: numbers.map((phone_number) => ({ phone_number })) });
  await advance(tandem, 120_000);
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  return numbers;
}

export async function advance(tandem, ms) {
  await call('POST', `${tandem.base}/sandbox/clock/advance`, { ms });
}

async function webhooksTaken(tandem) {
  const text = await (await fetch(`${tandem.base}/metrics`)).text();
  return Number(text.match(/^tandem_webhooks_delivered_total (\d+)/m)[1]);
}

/** The file of a wrk script that sends texts, each to another handset; `more`: members of the body. */
export function sendingScript(texts, more = '') {
  const script = join(texts.scratch, 'send.lua');
  writeFileSync(script, `
local n = 0
local from = {${texts.numbers.map((number) => `"${number}"`).join(',')}}
wrk.headers["Content-Type"] = "application/json"
request = function()
  n = n + 1
  return wrk.format("POST", nil, nil, string.format(
    '{"from":"%s","to":"+4477009%05d","text":"Your code is 123456. It is valid for ten minutes."${more}}', from[n % #from + 1], n % 100000))
end
`);
  return script;
}
