// linphone, a softphone that we did not write: its console, with files for a microphone and a loudspeaker.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readWav, tone, wav } from './audio.mjs';
import { until } from './until.mjs';

export class Linphone {
  /** Signs in at `server`, a SIP URI; `ca`: whom it trusts. Says a tone of 440 Hz. */
  static async start({ user, password, server, ca, srtp = false }) {
    const phone = new Linphone();
    phone.folder = mkdtempSync(join(tmpdir(), 'linphone-'));
    phone.server = server;
    const { folder } = phone;
    mkdirSync(join(folder, '.local/share/linphone'), { recursive: true });  // without its database it stays off-line
    const config = ['[sip]', 'sip_port=-1', 'sip_tcp_port=-1', 'sip_tls_port=-1', ...(ca ? [`root_ca=${ca}`] : []),
      ...(srtp ? ['media_encryption=srtp', 'media_encryption_mandatory=1'] : []), '[rtp]', 'audio_rtp_port=-1'];
    writeFileSync(join(folder, 'linphonerc'), `${config.join('\n')}\n`);
    writeFileSync(join(folder, 'said.wav'), wav(tone(440, 60_000)));
    phone.output = '';
    phone.process = spawn('linphonec', ['-a', '-c', join(folder, 'linphonerc'), ...(process.env.LPDEBUG ? ['-d', '6'] : []), '-l', process.env.LPDEBUG ?? join(folder, 'log')], { env: { ...process.env, HOME: folder } });
    for (const stream of [phone.process.stdout, phone.process.stderr]) stream.on('data', (chunk) => { phone.output += chunk; });
    phone.exited = once(phone.process, 'exit');
    await phone.reads('linphonec>');
    phone.command('soundcard use files');
    await phone.reads('Using wav files');
    phone.command(`play ${join(folder, 'said.wav')}`);
    phone.command(`record ${join(folder, 'heard.wav')}`);
    phone.command(`register sip:${user}@127.0.0.1 ${server} ${password}`);
    return phone;
  }

  command(text) { this.process.stdin.write(`${text}\n`); }

  /** Until its console says that. */
  reads(text, from = 0) {
    return until(() => this.output.slice(from), (output) => output.includes(text), `"${text}" of linphone`);
  }

  /** Calls a number; comes back when the call stands. */
  call(number) {
    const from = this.output.length;
    this.command(`call ${this.server.replace('sip:', `sip:${number}@`)}`);
    return this.reads('Media streams established', from);
  }

  /** Of its loudspeaker: 16 bits, 48,000 times a second. */
  bytesHeard() { return statSync(join(this.folder, 'heard.wav'), { throwIfNoEntry: false })?.size ?? 0; }

  /** Ends the call: { rate, channels } of what it heard. */
  async hangUp() {
    const from = this.output.length;
    this.command('terminate');
    await this.reads('ended', from);
    return readWav(readFileSync(join(this.folder, 'heard.wav')));
  }

  async stop() {
    this.process.kill('SIGKILL');
    await this.exited;
    rmSync(this.folder, { recursive: true, force: true });
  }
}
