// JsSIP, a browser's SIP library, in Node: its WebSocket is npm's `ws`, its media are plain RTP on a socket
// of ours, as Node has no WebRTC.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import WebSocket from 'ws';
import { fromMuLaw, toMuLaw, tone } from './audio.mjs';

/** As much of an RTCPeerConnection as JsSIP asks for. */
class Media extends EventTarget {
  static last;

  iceGatheringState = 'complete';
  iceConnectionState = 'connected';
  signalingState = 'stable';

  constructor() {
    super();
    Media.last = this;
    this.packets = [];
    this.socket = createSocket('udp4');
    this.socket.on('message', (packet) => { if (packet.length > 12 && (packet[1] & 0x7f) === 0) this.packets.push(packet.subarray(12)); });
    this.bound = new Promise((resolve) => { this.socket.bind(0, '127.0.0.1', resolve); });
  }

  async describe(type) {
    await this.bound;
    const sdp = ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0', `m=audio ${this.socket.address().port} RTP/AVP 0`,
      'a=rtpmap:0 PCMU/8000', 'a=sendrecv', ''].join('\r\n');
    return { type, sdp };
  }
  createOffer() { return this.describe('offer'); }
  createAnswer() { return this.describe('answer'); }
  async setLocalDescription(description) { this.localDescription = description; }
  async setRemoteDescription({ sdp }) {
    const remote = Number(sdp.match(/m=audio (\d+)/)[1]);
    if (this.remote === undefined) this.talk(remote);
  }
  getSenders() { return []; }
  addTrack() {}

  /** Sends a tone of 440 Hz until it is closed. */
  talk(remote) {
    this.remote = remote;
    const sound = toMuLaw(tone(440, 1_000));
    let n = 0;
    this.timer = setInterval(() => {
      const head = Buffer.from([0x80, 0, 0, 0, 0, 0, 0, 0, 9, 9, 9, 9]);
      head.writeUInt16BE(n & 0xffff, 2);
      head.writeUInt32BE(n * 160, 4);
      const at = n * 160 % sound.length;
      this.socket.send(Buffer.concat([head, sound.subarray(at, at + 160)]), remote, '127.0.0.1');
      n += 1;
    }, 20);
  }
  heard() { return fromMuLaw(Buffer.concat(this.packets)); }
  close() {
    clearInterval(this.timer);
    this.socket.close();
  }
}

class Description { constructor(init) { Object.assign(this, init); } }
globalThis.window ??= globalThis;
globalThis.RTCPeerConnection ??= Media;
globalThis.RTCSessionDescription ??= Description;
const JsSIP = createRequire(import.meta.url)('jssip');

/** JsSIP's Socket over `ws`. */
class Socket {
  constructor(url, options) {
    this.url = url;
    this.options = options;
    this.via_transport = url.startsWith('wss') ? 'WSS' : 'WS';
    this.sip_uri = `sip:${new URL(url).host};transport=ws`;
  }
  connect() {
    this.ws = new WebSocket(this.url, 'sip', this.options);
    this.ws.on('open', () => this.onconnect());
    this.ws.on('close', (code, reason) => this.ondisconnect(code !== 1000, code, String(reason)));
    this.ws.on('error', () => {});
    this.ws.on('message', (data) => this.ondata(String(data)));
  }
  disconnect() { this.ws?.close(1000); }
  send(text) {
    this.ws.send(text);
    return true;
  }
  isConnected() { return this.ws?.readyState === WebSocket.OPEN; }
  isConnecting() { return this.ws?.readyState === WebSocket.CONNECTING; }
}

export class Browser {
  static async start({ url, user, password, domain = '127.0.0.1', ca }) {
    const browser = new Browser();
    browser.ua = new JsSIP.UA({ sockets: [new Socket(url, ca ? { ca } : {})], uri: `sip:${user}@${domain}`, password, register_expires: 300, session_timers: false });
    browser.sessions = [];
    browser.ua.on('newRTCSession', ({ originator, session }) => {
      browser.sessions.push(session);
      if (originator === 'remote') session.answer({ mediaStream: { getTracks: () => [] } });
    });
    const registered = once(browser.ua, 'registered');
    const failed = once(browser.ua, 'registrationFailed').then(([{ cause }]) => { throw new Error(`not registered: ${cause}`); });
    browser.ua.start();
    await Promise.race([registered, failed]);
    failed.catch(() => {});
    return browser;
  }

  /** Calls; gives { session, media } once it is answered. */
  async call(to) {
    const session = this.ua.call(`sip:${to}@127.0.0.1`, { mediaConstraints: { audio: true, video: false }, mediaStream: { getTracks: () => [] } });
    const failed = once(session, 'failed').then(([{ cause, message }]) => { throw new Error(`${cause} ${message?.status_code ?? ''}`); });
    await Promise.race([once(session, 'confirmed'), failed]);
    failed.catch(() => {});
    return { session, media: Media.last };
  }

  stop() { this.ua.stop(); }
}
