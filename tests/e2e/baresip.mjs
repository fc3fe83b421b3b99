// baresip, a softphone that we did not write: headless, its microphone is a tone, its loudspeaker a file.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { heardMs, readWav, tone, wav } from './audio.mjs';
import { freePort } from './tandem.mjs';
import { until } from './until.mjs';

const modules = '/usr/lib/baresip/modules';

export class Baresip {
  /** Signs in at `server` ("127.0.0.1:5060") over `transport` from the address `ip`; `ca`: whom it trusts. */
  static async start({ user, password, server, transport = 'udp', ip = '127.0.0.1', ca, srtp = false }) {
    const phone = new Baresip();
    phone.server = `${server};transport=${transport}`;
    phone.folder = mkdtempSync(join(tmpdir(), 'baresip-'));
    phone.events = [];
    const port = await freePort();
    const said = join(phone.folder, 'said.wav');
    writeFileSync(said, wav(tone(440, 60_000)));
    const config = [
      `net_interface ${ip}`, ...(ca ? [`sip_cafile ${ca}`] : []), 'audio_txmode thread', 'rtp_ports 40000-49999',
      `audio_source aufile,${said}`, 'audio_player aubridge,nowhere', 'audio_alert aubridge,nobody', `snd_path ${phone.folder}`,
      `module_path ${modules}`, 'module g711.so', 'module aufile.so', 'module aubridge.so', 'module sndfile.so', 'module srtp.so',
      'module_app account.so', 'module_app menu.so', 'module_app ctrl_tcp.so', `ctrl_tcp_listen 127.0.0.1:${port}`, 'ring_aufile none',
    ];
    writeFileSync(join(phone.folder, 'config'), `${config.join('\n')}\n`);
    writeFileSync(join(phone.folder, 'contacts'), '');
    writeFileSync(join(phone.folder, 'accounts'), `<sip:${user}@${server};transport=${transport}>;auth_user=${user};auth_pass=${password};` +
      `regint=600;answermode=auto;audio_codecs=pcmu${srtp ? ';mediaenc=srtp-mand' : ''}\n`);
    phone.log = '';
    phone.process = spawn('baresip', ['-f', phone.folder, '-v'], { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [phone.process.stdout, phone.process.stderr]) {
      stream.on('data', (chunk) => { phone.log += chunk; });
    }
    phone.exited = once(phone.process, 'exit');
    await phone.control(port);
    return phone;
  }

  /** Events come as JSON in netstrings; commands go the same way. */
  async control(port) {
    const socket = await until(() => new Promise((resolve) => {
      const attempt = connect(port, '127.0.0.1', () => resolve(attempt)).on('error', () => resolve(null));
    }), Boolean, `baresip: ${this.log}`);
    this.socket = socket;
    let text = '';
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      text += chunk;
      for (let colon = text.indexOf(':'); colon > 0; colon = text.indexOf(':')) {
        const size = Number(text.slice(0, colon));
        if (text.length < colon + size + 2) return;
        this.events.push(JSON.parse(text.slice(colon + 1, colon + 1 + size)));
        text = text.slice(colon + size + 2);
      }
    });
  }

  command(command, params = '') {
    const text = JSON.stringify({ command, params });
    this.socket.write(`${text.length}:${text},`);
  }

  /** The first event of that type since `from`. */
  async event(type, from = 0) {
    const find = () => this.events.slice(from).find((event) => event.type === type);
    return until(find, Boolean, `${type} of baresip; seen: ${this.events.map((event) => event.type).join(', ')}\n${this.log.slice(-3000)}`);
  }

  /** It may register before anybody listens to its events. */
  registered() { return until(() => this.log, (log) => log.includes('200 OK'), 'the registration of baresip'); }

  /** Calls; comes back with the event that says it stands, or another that is waited for. */
  async call(number, event = 'CALL_ESTABLISHED') {
    const from = this.events.length;
    this.command('dial', `sip:${number}@${this.server}`);
    return this.event(event, from);
  }

  /** How many milliseconds of the tone have come out of its loudspeaker so far. */
  loudness(hz) {
    const file = readdirSync(this.folder).find((name) => name.endsWith('-dec.wav'));
    if (!file) return 0;
    const bytes = readFileSync(join(this.folder, file));
    if (bytes.length < 100) return 0;
    const { rate, channels } = readWav(bytes);
    return heardMs(channels[0], hz, rate);
  }

  async stop() {
    this.socket?.destroy();
    this.process.kill('SIGTERM');
    setTimeout(() => this.process.kill('SIGKILL'), 2_000).unref();
    await this.exited;
    rmSync(this.folder, { recursive: true, force: true });
  }
}
