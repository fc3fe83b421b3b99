// The operator profile: texts leave over the links of the configuration file, and nothing is in the
// box; the doctor looks at the links.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Carrier } from './carrier.mjs';
import { freePort, Tandem } from './tandem.mjs';

const binary = process.env.TANDEM_BINARY;
const env = { ...process.env, TANDEM_API_KEY: undefined };

let directory;
let config;
let carrier;
before(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tandem-operator-'));
  carrier = await Carrier.start();
  config = join(directory, 'tandem.yaml');
  writeFileSync(config, `
starting-credit: 10
smpp-links:
  - {name: north, host: 127.0.0.1, port: ${carrier.port}, system-id: a, password: secret}
`);
});
after(async () => {
  await carrier?.stop();
  rmSync(directory, { recursive: true, force: true });
});

test('a text leaves over the link, and its receipt ends it', async () => {
  const dataDir = join(directory, 'data');
  const said = execFileSync(binary, ['keys', 'create', '--name', 'e2e', '--profile', 'operator',
    '--data-dir', dataDir, '--config', config], { env, encoding: 'utf8' });
  const [key] = said.match(/KEY\w+/);
  const tandem = await Tandem.start({ profile: 'operator', dataDir, args: ['--config', config], env });
  try {
    const client = tandem.client(key);
    const profile = (await client.messagingProfiles.create({
      name: 'shop', whitelisted_destinations: ['GB'], alpha_sender: 'TheShop',
    })).data;
    await carrier.bound();
    const { data } = await client.messages.send({
      from: 'TheShop', to: '+447700900001', text: 'real', messaging_profile_id: profile.id });
    const submit = await carrier.submitted('real');
    assert.equal(submit.from, 'TheShop');
    assert.equal(submit.pdu.source_addr_ton, 5);
    await carrier.until(() => carrier.receipts.size === 0, 'its receipt to be taken');
    assert.equal((await client.messages.retrieve(data.id)).data.to[0].status, 'delivered');
  } finally {
    await tandem.stop();
  }
});

test('the doctor says whether the carrier takes connections', async () => {
  const ports = ['--http', `127.0.0.1:${await freePort()}`, '--sip', `127.0.0.1:${await freePort()}`];
  const ask = (file) => spawnSync(binary, ['doctor', '--profile', 'operator', '--data-dir', join(directory, 'doctor'),
    '--config', file, ...ports], { env, encoding: 'utf8' });
  assert.match(ask(config).stdout, /SMPP link north: 127\.0\.0\.1:\d+ takes connections/);
  const wrong = join(directory, 'wrong.yaml');
  writeFileSync(wrong, `smpp-links: [{name: gone, host: 127.0.0.1, port: ${await freePort()}}]`);
  const answer = ask(wrong);
  assert.match(answer.stdout, /SMPP link gone: .*refused/i);
  assert.notEqual(answer.status, 0);
});
