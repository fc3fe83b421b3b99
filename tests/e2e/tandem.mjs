// Starts the built binary for a test and gives it a client; stops it when the test is over.
import { File } from 'node:buffer';
import { webcrypto } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Telnyx from 'telnyx';

// Debian 12 has Node 18, where these are not global yet.
globalThis.crypto ??= webcrypto;
globalThis.File ??= File;

const binary = process.env.TANDEM_BINARY;
export const apiKey = 'KEY0123456789ABCDEF_e2e';

/** A TCP port that was free a moment ago. */
export async function freePort() {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** A running platform; `kill9()` and `restart()` keep its data. */
export class Tandem {
  static async start(options = {}) {
    const tandem = new Tandem();
    tandem.dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'tandem-e2e-'));
    tandem.ownsData = !options.dataDir;
    tandem.profile = options.profile ?? 'sandbox';
    tandem.extraArgs = options.args ?? [];
    tandem.env = options.env ?? {};
    tandem.scheme = options.https ? 'https' : 'http';
    tandem.port = await freePort();
    tandem.sipPort = await freePort();
    // With `secure`: SIP over TLS and WSS too.
    tandem.sipTlsPort = options.secure && await freePort();
    tandem.sipWssPort = options.secure && await freePort();
    tandem.v6Port = options.v6;  // SIP over IPv6 too
    await tandem.spawn();
    return tandem;
  }

  get origin() {
    return `${this.scheme}://127.0.0.1:${this.port}`;
  }

  get baseURL() {
    return `${this.origin}/v2`;
  }

  async spawn() {
    const args = ['serve', '--profile', this.profile, '--data-dir', this.dataDir,
      '--http', `127.0.0.1:${this.port}`, '--sip', `127.0.0.1:${this.sipPort}${this.v6Port ? `,[::1]:${this.v6Port}` : ''}`,
      '--sip-tls', this.sipTlsPort ? `127.0.0.1:${this.sipTlsPort}` : 'off',
      '--sip-wss', this.sipWssPort ? `127.0.0.1:${this.sipWssPort}` : 'off',
      '--validate-answers', ...this.extraArgs];
    this.log = '';
    this.process = spawn(binary, args, {
      env: { ...process.env, TANDEM_API_KEY: apiKey, ...this.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream.on('data', (chunk) => { this.log = (this.log + chunk).slice(-100_000); });
    }
    this.exited = once(this.process, 'exit');
    await this.ready();
  }

  async ready() {
    const deadline = Date.now() + 20_000;
    while (Date.now() < deadline) {
      if (this.process.exitCode !== null) break;
      const answer = await fetch(`${this.origin}/readyz`).catch(() => null);
      if (answer?.status === 200) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`tandem did not become ready:\n${this.log}`);
  }

  /** The official SDK with only base URL and key changed. */
  client(key = apiKey) {
    return new Telnyx({ apiKey: key, baseURL: this.baseURL, maxRetries: 0 });
  }

  /** A plain request: { status, headers, body (parsed when JSON), text }. */
  async request(method, path, { body, headers = {}, key = apiKey, raw } = {}) {
    const answer = await fetch(`${path.startsWith('/sandbox') || path.startsWith('/.') ? this.origin : this.baseURL}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(key ? { authorization: `Bearer ${key}` } : {}),
        ...(body !== undefined ? { 'content-type': 'application/json' } : {}),
        ...headers,
      },
      body: raw ?? (body !== undefined ? JSON.stringify(body) : undefined),
    });
    const text = await answer.text();
    const json = (answer.headers.get('content-type') ?? '').includes('json');
    return { status: answer.status, headers: answer.headers, text, body: json && text ? JSON.parse(text) : undefined };
  }

  async advance(ms) {
    const { status, text } = await this.request('POST', '/sandbox/clock/advance', { body: { ms } });
    if (status !== 200) throw new Error(`clock: ${status} ${text}`);
  }

  async kill9() {
    this.process.kill('SIGKILL');
    await this.exited;
  }

  async restart() {
    if (this.process.exitCode === null && this.process.signalCode === null) await this.kill9();
    await this.spawn();
  }

  async stop() {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      this.process.kill('SIGTERM');
      await this.exited;
    }
    if (this.ownsData) rmSync(this.dataDir, { recursive: true, force: true });
  }
}

/** A webhook receiver: keeps what came, and lets a test await it. */
export class Receiver {
  static async start(answer = () => 200) {
    const receiver = new Receiver();
    receiver.requests = [];
    receiver.waiting = [];
    receiver.answer = answer;
    receiver.server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => { body += chunk; });
      request.on('end', () => {
        const seen = { method: request.method, url: request.url, headers: request.headers, body };
        try { seen.json = JSON.parse(body); } catch { /* not JSON: the raw body is there */ }
        receiver.requests.push(seen);
        response.statusCode = receiver.answer(seen, receiver.requests.length);
        response.end();
        receiver.waiting = receiver.waiting.filter((check) => !check());
      });
    }).listen(0, '127.0.0.1');
    await once(receiver.server, 'listening');
    receiver.server.unref();  // a test that fails before stop() must not keep the run alive
    receiver.url = `http://127.0.0.1:${receiver.server.address().port}`;
    return receiver;
  }

  /** The first request that `matches`, already here or still to come. */
  wait(matches = () => true, timeoutMs = 10_000) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(
        `no such webhook among: ${this.requests.map((r) => r.json?.data?.event_type ?? r.body).join(', ')}`)), timeoutMs);
      const check = () => {
        const found = this.requests.find(matches);
        if (!found) return false;
        clearTimeout(timer);
        resolve(found);
        return true;
      };
      if (!check()) this.waiting.push(check);
    });
  }

  /** The first event of that type. */
  event(type, timeoutMs) {
    return this.wait((request) => request.json?.data?.event_type === type, timeoutMs);
  }

  async stop() {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}
