// What the benchmarks of calls through the whole platform share: a carrier that calls a number of ours, which
// sends its calls on to the outside, over another carrier.
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { call, startTandem } from './harness.mjs';

export const caller = '127.0.0.2';
export const callee = { host: '127.0.0.3', port: 15_060 };
const outside = '+13125550199';
const apiPort = 18_080;
export const sip = `127.0.0.1:${apiPort + 1}`;
const settleSeconds = 30;

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Reads until `holds` or time is up; what was read last. */
export async function settled(read, holds) {
  let seen = await read();
  for (let i = 0; i < settleSeconds * 10 && !holds(seen); i++) {
    await pause(100);
    seen = await read();
  }
  return seen;
}

/** A number of ours on a connection. */
export async function orderNumber(base, connection_id) {
  const { data: [found] } = await call('GET', `${base}/v2/available_phone_numbers?filter%5Bcountry_code%5D=US&filter%5Blimit%5D=1`);
  await call('POST', `${base}/v2/number_orders`, { phone_numbers: [{ phone_number: found.phone_number }], connection_id });
  await call('POST', `${base}/sandbox/clock/advance`, { ms: 61_000 });
  const status = async () => (await call('GET', `${base}/v2/phone_numbers`)).data[0]?.status;
  if (await settled(status, (is) => is === 'active') !== 'active') throw new Error('the number did not become active');
  return found.phone_number;
}

/** A platform between the two carriers; `profile` adds to the outbound voice profile. */
export async function startTrunked(build, profile = {}, more = []) {
  const scratch = mkdtempSync(join(tmpdir(), 'tandem-bench-trunk-'));
  const config = join(scratch, 'config.yaml');
  writeFileSync(config, `trunks:\n  - {name: in, host: ${caller}, prefixes: ["+999"], health-interval: 0}\n` +
    `  - {name: out, host: ${callee.host}, port: ${callee.port}, health-interval: 0}\n`);
  const tandem = await startTandem(build, apiPort, ['--config', config, '--starting-credit', '1000000', ...more]);
  const end = () => {
    tandem.end();
    rmSync(scratch, { recursive: true, force: true });
  };
  try {
    const { base } = tandem;
    const { data: paying } = await call('POST', `${base}/v2/outbound_voice_profiles`, { name: 'bench', whitelisted_destinations: ['US'], ...profile });
    const { data: connection } = await call('POST', `${base}/v2/ip_connections`, { connection_name: 'bench', outbound: { outbound_voice_profile_id: paying.id } });
    const number = await orderNumber(base, connection.id);
    const { data: [owned] } = await call('GET', `${base}/v2/phone_numbers`);
    await call('PATCH', `${base}/v2/phone_numbers/${owned.id}/voice`,
      { call_forwarding: { call_forwarding_enabled: true, forwards_to: outside, forwarding_type: 'always' } });
    const records = async () => (await call('GET', `${base}/v2/detail_records?filter%5Brecord_type%5D=sip-trunking&page%5Bsize%5D=1`)).meta.total_results;
    return { pid: tandem.pid, base, number, records, end };
  } catch (error) {
    end();
    throw error;
  }
}

/** How a program ended: its exit status. */
export async function ended(program) {
  if (program.exitCode === null && program.signalCode === null) await once(program, 'exit');
  return program.exitCode ?? program.signalCode;
}
