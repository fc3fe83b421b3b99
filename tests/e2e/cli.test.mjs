// The `tandem` command as an operator uses it, beside a server that runs.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { freePort, Tandem } from './tandem.mjs';
import { until } from './until.mjs';

let tandem;
let scratch;
before(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'tandem-cli-'));
  tandem = await Tandem.start({ profile: 'operator', env: { TANDEM_API_KEY: undefined } });
});
after(async () => {
  await tandem?.stop();
  rmSync(scratch, { recursive: true, force: true });
});

/** { code, out, err } of `tandem` with these arguments. */
function run(...args) {
  const env = { ...process.env };
  delete env.TANDEM_API_KEY;
  return new Promise((resolve) => {
    execFile(process.env.TANDEM_BINARY, args, { env }, (error, out, err) => resolve({ code: error?.code ?? 0, out, err }));
  });
}
const here = () => ['--profile', 'operator', '--data-dir', tandem.dataDir];

describe('help', () => {
  const commands = ['serve', 'doctor', 'keys', 'credit', 'requests', 'coverage', 'version'];

  test('names every command, and each explains itself', async () => {
    const { code, out } = await run('help');
    assert.equal(code, 0);
    for (const command of commands) {
      assert.match(out, new RegExp(`^  ${command} `, 'm'));
      for (const form of [['help', command], [command, '--help'], [command, '-h']]) {
        const help = await run(...form);
        assert.equal(help.code, 0, form.join(' '));
        assert.match(help.out, new RegExp(`^Usage: tandem ${command}`));
        assert.ok(help.out.split('\n').every((line) => line.length <= 120), help.out);
      }
    }
    assert.match((await run('help', 'serve')).out, /--config FILE/);
  });

  test('wrong usage has status 2 and says what to do', async () => {
    for (const args of [[], ['dance'], ['help', 'dance'], ['serve', '--http', 'nowhere'], ['serve', '--bogus', '1'], ['keys'],
      ['keys', 'revoke'], ['keys', 'create', 'extra'], ['keys', 'list', '--name'], ['credit', 'deposit'], ['credit', 'deposit', 'much'],
      ['requests', '--limit', '0'], ['coverage', 'x']]) {
      const { code, out, err } = await run(...args);
      assert.equal(code, 2, args.join(' '));
      assert.match(out + err, /tandem (help|COMMAND|serve --help)/, args.join(' '));
    }
  });

  test('version', async () => assert.match((await run('version')).out, /^tandem \d+\.\d+\.\d+\n$/));
});

describe('keys', () => {
  const status = async (key) => (await tandem.request('GET', '/billing_groups', { key })).status;

  test('are made, listed and revoked while the server runs', async () => {
    const made = await run('keys', 'create', '--name', 'ci', ...here());
    assert.equal(made.code, 0, made.err);
    const key = made.out.trim();
    assert.match(key, /^KEY/);
    assert.equal(await status(key), 200);
    const listed = await run('keys', 'list', ...here());
    const line = listed.out.split('\n').find((l) => l.includes('  ci'));
    assert.ok(line && !listed.out.includes(key), listed.out);
    assert.equal((await run('keys', 'revoke', ...here(), line.split(' ')[0])).code, 0);
    const refused = await until(() => tandem.request('GET', '/billing_groups', { key }), (answer) => answer.status !== 200, 'a refusal');
    assert.equal(refused.status, 401);
    assert.equal(refused.body.errors[0].code, '20002');
  });

  test('a directory without data is named, not made', async () => {
    const { code, err } = await run('keys', 'list', '--data-dir', join(scratch, 'typo'));
    assert.equal(code, 1);
    assert.match(err, /typo.*--data-dir/);
    assert.ok(!existsSync(join(scratch, 'typo')));
  });

  test('an unknown account and key are refused', async () => {
    assert.equal((await run('keys', 'create', '--account', 'nobody', ...here())).code, 1);
    assert.equal((await run('keys', 'revoke', 'nothing', ...here())).code, 1);
  });
});

test('credit is paid in', async () => {
  const { code, out, err } = await run('credit', 'deposit', ...here(), '25.50');
  assert.equal(code, 0, err);
  assert.match(out, /balance 25.5\d* USD/);
  assert.match((await run('credit', 'show', ...here())).out, /balance 25.5/);
});

test('requests are shown, those without a known key too', async () => {
  const key = (await run('keys', 'create', ...here())).out.trim();
  const good = await tandem.request('GET', '/billing_groups', { key });
  const bad = await tandem.request('GET', '/billing_groups', { key: 'KEYnobody' });
  const lost = await tandem.request('GET', '/nothing_here', { key });
  const ids = [good, bad, lost].map((answer) => answer.headers.get('x-request-id'));
  const { out } = await until(() => run('requests', '--limit', '20', ...here()),
    (result) => ids.every((id) => result.out.includes(id)), 'all three');
  const line = (id) => out.split('\n').find((l) => l.includes(id));
  assert.match(line(ids[0]), /  200  .*GET +\/v2\/billing_groups/);
  assert.match(line(ids[1]), /  401  .*10009/);
  assert.match(line(ids[2]), /  404  .*10005/);
  assert.ok(!out.includes('KEYnobody'));
});

test('coverage is the table of the README', async () => {
  const { out } = await run('coverage');
  const readme = readFileSync('../../README.md', 'utf8');
  assert.match(out, /\| \*\*total\*\* \| \*\*\d+\*\* \| \*\*\d+\*\* \| \*\*822\*\* \|/);
  assert.equal(out.split('\n').length, readme.match(/\| product \|[\s\S]*?\*\*822\*\* \|\n/)[0].split('\n').length);
});

describe('doctor', () => {
  test('finds nothing broken where nothing is', async () => {
    const { code, out } = await run('doctor', '--data-dir', join(scratch, 'new'), '--http', `127.0.0.1:${await freePort()}`,
      '--sip', `127.0.0.1:${await freePort()}`);
    assert.equal(code, 0, out);
    assert.ok(!existsSync(join(scratch, 'new')));
  });

  test('names the fix of what is', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const { code, out } = await run('doctor', '--data-dir', '/dev/null/data', '--http', `127.0.0.1:${blocker.address().port}`);
    blocker.close();
    assert.equal(code, 1);
    for (const finding of ['is taken by another program', '/dev/null is no directory']) assert.ok(out.includes(finding), out);
    const lines = out.split('\n');
    lines.forEach((line, i) => { if (/^BROKEN|^advice/.test(line)) assert.match(lines[i + 1], /^ +fix: /, line); });
  });

  test('sees the platform that runs', async () => {
    assert.match((await run('doctor', ...here())).out, /A platform is running on the data/);
  });
});

test('a second platform is kept off the same data', async () => {
  const { code, err } = await run('serve', ...here(), '--http', '127.0.0.1:0', '--sip', `127.0.0.1:${await freePort()}`);
  assert.equal(code, 1);
  assert.match(err, /another tandem is running.*--data-dir/);
});
