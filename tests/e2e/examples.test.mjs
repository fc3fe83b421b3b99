// The examples of the README run as they are, and say what a newcomer is to see.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { apiKey, Tandem } from './tandem.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const run = promisify(execFile);

describe('examples', () => {
  let tandem;
  let directory;
  before(async () => {
    tandem = await Tandem.start();
    directory = mkdtempSync(join(here, '.example-'));  // below the SDK, so that it is found
  });
  after(async () => {
    rmSync(directory, { recursive: true, force: true });
    await tandem?.stop();
  });

  /** What the example prints, line by line, without the times. */
  async function ladder(name) {
    const script = join(directory, `${name}.mjs`);
    copyFileSync(join(here, '../../examples', name, `${name}.mjs`), script);
    const older = new URL('tandem.mjs', import.meta.url).href;  // gives Node 18 what the SDK misses there
    const { stdout } = await run(process.execPath, ['--import', older, script, tandem.origin],
      { env: { ...process.env, TANDEM_API_KEY: apiKey }, timeout: 90_000 });
    return stdout.trim().split('\n').map((line) => line.trim().replace(/^[\d.]+\s+/, '').replace(/\s+/g, ' '));
  }

  /** Whether the lines that begin so come in this order. */
  function comesInOrder(lines, ...beginnings) {
    let at = -1;
    for (const beginning of beginnings) {
      at = lines.findIndex((line, index) => index > at && line.startsWith(beginning));
      assert.notEqual(at, -1, `${beginning} is missing, or too early, in:\n${lines.join('\n')}`);
    }
  }

  test('a first call: signalling, webhooks, a recording and costs', async () => {
    const lines = await ladder('first_call');
    comesInOrder(lines, 'api -> number ordered', 'sip -> INVITE', 'webhook <- call.initiated', 'webhook <- call.answered',
      'webhook <- call.gather.ended 5', 'sip <- BYE', 'webhook <- call.hangup normal_clearing', 'api <- recording');
    comesInOrder(lines, 'sip <- 200 OK PCMU', 'phone heard', 'bill call-control 0.');
    assert.match(lines.find((line) => line.startsWith('phone heard')), /heard [1-9]\d* ms/);
    comesInOrder(lines, 'bill recording 0.');
  });

  test('a first text: sent, delivered, answered, stopped, refused', async () => {
    comesInOrder(await ladder('first_text'), 'api -> text 1 part', 'webhook <- message.sent', 'webhook <- message.finalized delivered',
      'webhook <- message.received On our way!', 'webhook <- message.received STOP', 'api !! refused 40300');
  });
});
