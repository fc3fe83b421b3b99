// A WebSocket server (RFC 6455) as small as tests need it: texts, no extensions, no fragments.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { until } from './until.mjs';

function frame(opcode, payload) {
  const short = payload.length < 126;
  const head = Buffer.alloc(short ? 2 : 4);
  head[0] = 0x80 | opcode;
  head[1] = short ? payload.length : 126;
  if (!short) head.writeUInt16BE(payload.length, 2);
  return Buffer.concat([head, payload]);
}

/** { opcode, payload, size } of the first frame of a client, or nothing before it is complete. */
function readFrame(buffer) {
  if (buffer.length < 2) return undefined;
  let size = buffer[1] & 0x7f;
  let at = 2;
  if (size === 126) {
    if (buffer.length < 4) return undefined;
    size = buffer.readUInt16BE(2);
    at = 4;
  }
  if (buffer.length < at + 4 + size) return undefined;
  const mask = buffer.subarray(at, at + 4);
  const payload = Buffer.from(buffer.subarray(at + 4, at + 4 + size).map((byte, i) => byte ^ mask[i % 4]));
  return { opcode: buffer[0] & 0x0f, payload, size: at + 4 + size };
}

/** Takes connections, once `ready` is so; keeps the JSON texts that came. */
export class WebSocketServer {
  static async start() {
    const server = new WebSocketServer();
    server.texts = [];
    server.closed = false;
    server.asked = false;
    server.connections = 0;
    server.http = createServer().listen(0, '127.0.0.1');
    server.http.on('upgrade', (request, socket) => server.accept(request, socket));
    await once(server.http, 'listening');
    server.url = `ws://127.0.0.1:${server.http.address().port}/media`;
    return server;
  }

  async accept(request, socket) {
    this.asked = true;
    await this.ready;
    this.connections += 1;
    const key = createHash('sha1').update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${key}\r\n\r\n`);
    this.socket = socket;
    let pending = Buffer.alloc(0);
    socket.on('error', () => {});
    socket.on('close', () => { this.closed = true; });
    socket.on('data', (bytes) => {
      pending = Buffer.concat([pending, bytes]);
      for (let next = readFrame(pending); next; next = readFrame(pending)) {
        pending = pending.subarray(next.size);
        if (next.opcode === 1) this.texts.push(JSON.parse(next.payload.toString()));
        if (next.opcode === 8) socket.end(frame(8, next.payload));
        if (next.opcode === 9) socket.write(frame(10, next.payload));
      }
    });
  }

  send(value) { this.socket.write(frame(1, Buffer.from(JSON.stringify(value)))); }

  /** The first text of that event that came or comes. */
  async event(name) {
    const find = () => this.texts.find((text) => text.event === name);
    return until(async () => find(), Boolean, `a "${name}" frame`);
  }

  stop() {
    this.socket?.destroy();
    this.http.close();
  }
}
