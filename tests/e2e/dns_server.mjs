// A name server for tests: A, SRV and NAPTR records from a table, NXDOMAIN for everything else.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

const kinds = { 1: 'A', 33: 'SRV', 35: 'NAPTR' };
const text = (value) => Buffer.concat([Buffer.from([value.length]), Buffer.from(value)]);
const name = (value) => Buffer.concat([...value.split('.').filter(Boolean).map(text), Buffer.from([0])]);
const numbers = (...values) => Buffer.concat(values.map((value) => Buffer.from([value >> 8, value & 255])));
const write = {
  A: (address) => Buffer.from(address.split('.').map(Number)),
  SRV: ({ priority = 0, weight = 0, port, target }) => Buffer.concat([numbers(priority, weight, port), name(target)]),
  NAPTR: ({ order = 0, preference = 0, flags = 's', service, replacement }) =>
    Buffer.concat([numbers(order, preference), text(flags), text(service), text(''), name(replacement)]),
};

export class NameServer {
  /** `zone`: { 'name TYPE': [records] }, which may be changed at any time. */
  static async start(zone) {
    const server = new NameServer();
    Object.assign(server, { zone, asked: [] });
    server.socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(server.socket, 'listening');
    server.socket.on('message', (query, { port, address }) => server.socket.send(server.answer(query), port, address));
    server.address = `127.0.0.1:${server.socket.address().port}`;
    return server;
  }

  answer(query) {
    const labels = [];
    let at = 12;
    for (; query[at] !== 0; at += query[at] + 1) labels.push(query.toString('latin1', at + 1, at + 1 + query[at]));
    const question = query.subarray(12, at + 5);
    const kind = kinds[query.readUInt16BE(at + 1)];
    const key = `${labels.join('.').toLowerCase()} ${kind}`;
    this.asked.push(key);
    const records = this.zone[key] ?? [];
    const known = Object.keys(this.zone).some((each) => each.startsWith(`${labels.join('.').toLowerCase()} `));
    const head = Buffer.concat([query.subarray(0, 2), numbers(known ? 0x8580 : 0x8583, 1, records.length, 0, 0)]);
    const answers = records.map((record) => {
      const data = write[kind](record);
      return Buffer.concat([numbers(0xc00c, query.readUInt16BE(at + 1), 1, 0, 60, data.length), data]);
    });
    return Buffer.concat([head, question, ...answers]);
  }

  stop() { this.socket.close(); }
}
