// A SIP phone (RFC 3261) over UDP with G.711 sound, as small as tests need it.
import { createHash, randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { fromMuLaw, toMuLaw } from './audio.mjs';

const md5 = (text) => createHash('md5').update(text).digest('hex');
const token = () => randomBytes(8).toString('hex');

function parse(text) {
  const [head, body = ''] = text.split(/\r\n\r\n/s, 2);
  const [first, ...lines] = head.split('\r\n');
  const short = { v: 'via', f: 'from', t: 'to', i: 'call-id', m: 'contact', c: 'content-type', l: 'content-length', k: 'supported', x: 'session-expires', b: 'referred-by', o: 'event', r: 'refer-to', y: 'identity' };
  const headers = {};
  for (const line of lines) {
    const name = line.slice(0, line.indexOf(':')).trim().toLowerCase();
    (headers[short[name] ?? name] ??= []).push(line.slice(line.indexOf(':') + 1).trim());
  }
  const get = (name) => headers[name]?.[0] ?? '';
  return { first, headers, get, body, text, status: Number(first.match(/^SIP\/2\.0 (\d+)/)?.[1] ?? 0), method: first.split(' ')[0] };
}

const transaction = (request) => `${request.method} ${request.get('via')}`;

const within = (promise, what, ms = 10_000) => {
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error(`no ${what}`)), ms); });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
};

export class SipPhone {
  /** `user` and `password` answer challenges; `from` is the user part of From, `ip` where it is. */
  static async open(sipPort, { user = 'nobody', password, from = user, ip = '127.0.0.1' } = {}) {
    const phone = new SipPhone();
    Object.assign(phone, { sipPort, user, password, from, ip, requests: [], waiting: [], provisionals: [], attributes: [], reports: 0, answers: new Map(), heard1xx: new Set(), taken: new Map(), packets: [] });
    phone.socket = createSocket('udp4').bind(0, ip);
    phone.rtp = createSocket('udp4').bind(0, ip);
    await Promise.all([once(phone.socket, 'listening'), once(phone.rtp, 'listening')]);
    phone.socket.on('message', (datagram) => phone.take(parse(datagram.toString())));
    phone.rtp.on('message', (packet) => {
      if ((packet[1] & 0x7f) === 0) phone.packets.push(packet.subarray(12));
      else if (packet[1] === 200) phone.reports += 1;  // RTCP at the port of RTP
    });
    return phone;
  }

  get port() { return this.socket.address().port; }
  get contact() { return `<sip:${this.user}@${this.ip}:${this.port}>`; }

  take(message) {
    if (message.status) {
      const branch = message.get('via').match(/branch=([^;]+)/)?.[1];
      this.heard1xx.add(branch);
      if (message.status >= 200) this.answers.get(branch)?.(message);
      else this.provisionals.push(message);
      return;
    }
    if (message.method === 'ACK') return;
    // Sent again, as nothing was heard in time: the same answer, once there is one.
    if (this.taken.has(transaction(message))) {
      const answer = this.taken.get(transaction(message));
      if (answer) this.transmit(answer);
      return;
    }
    this.taken.set(transaction(message), '');
    this.requests.push(message);
    this.waiting = this.waiting.filter((check) => !check());
  }

  /** The next request of that method nobody took yet. */
  next(method) {
    return within(new Promise((resolve) => {
      const check = () => {
        const at = this.requests.findIndex((request) => request.method === method);
        if (at < 0) return false;
        resolve(this.requests.splice(at, 1)[0]);
        return true;
      };
      if (!check()) this.waiting.push(check);
    }), method);
  }

  sdp(formats = '0 101') {
    return ['v=0', `o=- 1 1 IN IP4 ${this.ip}`, 's=-', `c=IN IP4 ${this.ip}`, 't=0 0',
      `m=audio ${this.rtp.address().port} RTP/AVP ${formats}`, ...(formats.includes('101') ? ['a=rtpmap:101 telephone-event/8000'] : []), ...this.attributes, 'a=sendrecv', ''].join('\r\n');
  }

  send(lines, body = '', type = 'application/sdp') {
    const text = [...lines, ...(body ? [`Content-Type: ${type}`] : []), `Content-Length: ${body.length}`, '', body].join('\r\n');
    this.transmit(text);
    return text;
  }

  transmit(text) {
    if (!this.closed) this.socket.send(text, this.sipPort, '127.0.0.1');
  }

  respond(request, status, { body = '', headers = [] } = {}) {
    const copied = ['via', 'record-route', 'from', 'call-id', 'cseq'].flatMap((name) => (request.headers[name] ?? []).map((value) => `${name}: ${value}`));
    const to = request.get('to');
    this.taken.set(transaction(request), this.send([`SIP/2.0 ${status}`, ...copied, `To: ${/;tag=/.test(to) ? to : `${to};tag=${this.user}`}`, `Contact: ${this.contact}`, ...headers], body));
  }

  /** Takes a call; its dialog. */
  answer(invite, headers = []) {
    this.respond(invite, '200 OK', { body: this.sdp(), headers });
    this.remote = Number(invite.body.match(/m=audio (\d+)/)?.[1]);
    const local = `${invite.get('to')};tag=${this.user}`;
    return { uri: invite.get('contact').match(/<([^>]+)>/)[1], from: local, to: invite.get('from'), callId: invite.get('call-id'), cseq: 100 };
  }

  lines(method, uri, { from, to, callId, cseq, headers = [] }, branch) {
    return [`${method} ${uri} SIP/2.0`, `Via: SIP/2.0/UDP ${this.ip}:${this.port};branch=${branch};rport`, 'Max-Forwards: 70',
      `From: ${from}`, `To: ${to}`, `Call-ID: ${callId}`, `CSeq: ${cseq} ${method}`, `Contact: ${this.contact}`, 'User-Agent: e2e phone', ...headers];
  }

  /** The final response to a request; answers one challenge. */
  async ask(method, uri, dialog, body = '', type = undefined) {
    const branch = `z9hG4bK${token()}`;
    const answered = new Promise((resolve) => { this.answers.set(branch, resolve); });
    const send = () => this.send(this.lines(method, uri, dialog, branch), body, type);
    send();
    const again = setInterval(() => { if (!this.heard1xx.has(branch)) send(); }, 500);
    const final = await within(answered, `response to ${method}`).finally(() => clearInterval(again));
    this.answers.delete(branch);
    if (method === 'INVITE' && final.status >= 300) {
      this.send(this.lines('ACK', uri, { ...dialog, to: final.get('to'), headers: [] }, branch));
    }
    const challenged = final.headers['www-authenticate'] ?? final.headers['proxy-authenticate'];
    if (!challenged || !this.password || dialog.signed) return final;
    const name = final.status === 407 ? 'Proxy-Authorization' : 'Authorization';
    const headers = [...(dialog.headers ?? []), `${name}: ${this.digest(challenged, method, uri)}`];
    return this.ask(method, uri, Object.assign(dialog, { cseq: dialog.cseq + 1, headers, signed: true }), body, type);
  }

  digest(challenges, method, uri) {
    const challenge = challenges.find((line) => /MD5/.test(line)) ?? challenges[0];
    const [realm, nonce] = ['realm', 'nonce'].map((name) => challenge.match(new RegExp(`${name}="([^"]*)"`))[1]);
    const response = md5(`${md5(`${this.user}:${realm}:${this.password}`)}:${nonce}:00000001:c0ffee:auth:${md5(`${method}:${uri}`)}`);
    return `Digest username="${this.user}", realm="${realm}", nonce="${nonce}", uri="${uri}", algorithm=MD5, qop=auth, nc=00000001, cnonce="c0ffee", response="${response}"`;
  }

  register() {
    const me = `<sip:${this.user}@127.0.0.1>`;
    return this.ask('REGISTER', 'sip:127.0.0.1', { from: `${me};tag=${token()}`, to: me, callId: token(), cseq: 1, headers: ['Expires: 300'] });
  }

  /** Calls; gives the final response and, when it was answered, the dialog. */
  async call(to, { headers = [], formats, host = `127.0.0.1:${this.sipPort}` } = {}) {
    const uri = `sip:${to}@${host}`;
    const dialog = { from: `<sip:${this.from}@127.0.0.1>;tag=${token()}`, to: `<${uri}>`, callId: token(), cseq: 1, headers };
    const final = await this.ask('INVITE', uri, dialog, this.sdp(formats));
    if (final.status !== 200) return { final };
    this.remote = Number(final.body.match(/m=audio (\d+)/)[1]);
    const established = { ...dialog, uri: final.get('contact').match(/<([^>]+)>/)[1], to: final.get('to'), headers: [], signed: false };
    this.send(this.lines('ACK', established.uri, established, `z9hG4bK${token()}`));
    return { final, dialog: established };
  }

  /** Asks that the other party be connected with `to` (RFC 3515); gives the final response. */
  refer(dialog, to, headers = []) {
    dialog.cseq += 1;
    return this.ask('REFER', dialog.uri, { ...dialog, headers: [`Refer-To: ${to}`, ...headers] });
  }

  /** Takes reports on a REFER up to the last one: their status codes. */
  async notified() {
    const seen = [];
    for (;;) {
      const notify = await this.next('NOTIFY');
      this.respond(notify, '200 OK');
      seen.push(Number(notify.body.match(/^SIP\/2\.0 (\d+)/)[1]));
      if (/^terminated/.test(notify.get('subscription-state'))) return seen;
    }
  }

  /** Refer-To of an attended transfer: `to`, in the call that we have with it. */
  replacing(to, dialog) {
    const tag = (party) => party.match(/;tag=([^;]+)/)[1];
    const replaces = `${dialog.callId};to-tag=${tag(dialog.to)};from-tag=${tag(dialog.from)}`;
    return `<${to}?Replaces=${encodeURIComponent(replaces)}>`;
  }

  /** Ends a call that was made or taken. */
  bye(dialog) { return this.ask('BYE', dialog.uri, { ...dialog, cseq: dialog.cseq + 1 }); }

  /** Sends sound, 20 ms a packet, in real time. */
  async speak(samples) {
    const bytes = toMuLaw(samples);
    const start = Date.now();
    for (let n = 0; n * 160 < bytes.length; ++n) {
      const head = Buffer.from([0x80, 0, 0, 0, 0, 0, 0, 0, 0x12, 0x34, 0x56, 0x78]);
      head.writeUInt16BE(n, 2);
      head.writeUInt32BE(n * 160, 4);
      this.rtp.send(Buffer.concat([head, bytes.subarray(n * 160, n * 160 + 160)]), this.remote, '127.0.0.1');
      const ahead = start + (n + 1) * 20 - Date.now();
      if (ahead > 0) await new Promise((resolve) => setTimeout(resolve, ahead));
    }
  }

  /** What was heard so far. */
  heard() { return fromMuLaw(Buffer.concat(this.packets)); }

  close() {
    this.closed = true;
    this.socket.close();
    this.rtp.close();
  }
}
