// How fast requests may come from where: strangers are held, the addresses of IP and FQDN connections are not, as
// long as they are theirs.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { Calling } from './calling.mjs';
import { NameServer } from './dns_server.mjs';
import { until } from './until.mjs';

const zone = {};
const count = 1_200;  // strangers have 400 at once, and 100 a second
const batch = 40;
let calling;
let names;

before(async () => {
  names = await NameServer.start(zone);
  calling = await Calling.start({ args: ['--sip-dns', names.address] });
});
after(async () => {
  for (const socket of sources) socket.close();
  await calling?.stop();
  names?.stop();
});

const sources = [];

/** A source at an address that sends OPTIONS, and counts the answers by their status. */
async function source(address) {
  const socket = createSocket('udp4').bind(0, address);
  sources.push(socket);
  await once(socket, 'listening');
  let sent = 0;
  let answers = {};
  socket.on('message', (message) => {
    const status = message.toString('latin1', 8, 11);
    answers[status] = (answers[status] ?? 0) + 1;
  });
  const send = () => {
    const at = `${address}:${socket.address().port}`;
    sent += 1;
    socket.send(['OPTIONS sip:127.0.0.1 SIP/2.0', `Via: SIP/2.0/UDP ${at};branch=z9hG4bK${sent};rport`, 'Max-Forwards: 70', `From: <sip:pbx@${address}>;tag=${sent}`,
      'To: <sip:127.0.0.1>', `Call-ID: ${sent}@${address}`, `CSeq: 1 OPTIONS`, 'Content-Length: 0', '', ''].join('\r\n'), calling.tandem.sipPort, '127.0.0.1');
  };
  /** Sends as many as strangers may not, no faster than they are answered: whether all were taken. */
  const flood = async () => {
    answers = {};
    for (let n = 0; n < count; n += batch) {
      for (let each = 0; each < batch; ++each) send();
      await until(() => answers[200], (taken) => taken >= n + batch, 'answers', 500).catch(() => {});
      if (answers[200] !== n + batch) return false;
    }
    return true;
  };
  return {
    /** Comes back when nothing holds it. */
    free: () => until(flood, Boolean, `freedom of ${address}`, 20_000),
    /** Comes back when some are refused, though they come faster than they can be read. */
    held: () => {
      answers = {};
      const send_all = () => { for (let n = 0; n < count; ++n) send(); return answers[503] ?? 0; };
      return until(send_all, Boolean, `refusals of ${address}`);
    },
  };
}

test('an IP connection is held only before it is there and when it is gone', async () => {
  const pbx = await source('127.0.0.41');
  await pbx.held();
  const { data: connection } = await calling.client.ipConnections.create({ connection_name: 'fast pbx' });
  const { data: ip } = await calling.client.ips.create({ connection_id: connection.id, ip_address: '127.0.0.41', port: 5060 });
  await pbx.free();
  await calling.client.ips.update(ip.id, { ip_address: '127.0.0.42', port: 5060 });
  const moved = await source('127.0.0.42');
  await moved.free();
  await pbx.held();
  await calling.client.ips.delete(ip.id);
  await moved.held();
});

test('an IP connection that is not active is held', async () => {
  const pbx = await source('127.0.0.43');
  const { data: connection } = await calling.client.ipConnections.create({ connection_name: 'resting pbx' });
  await calling.client.ips.create({ connection_id: connection.id, ip_address: '127.0.0.43', port: 5060 });
  await pbx.free();
  await calling.client.ipConnections.update(connection.id, { active: false });
  await pbx.held();
});

test('so is an FQDN connection, where its name leads; not when its calls sign in', async () => {
  zone['fast.example.test A'] = ['127.0.0.44'];
  const pbx = await source('127.0.0.44');
  const { data: connection } = await calling.client.fqdnConnections.create({ connection_name: 'fast name' });
  await calling.client.fqdns.create({ connection_id: connection.id, fqdn: 'fast.example.test', dns_record_type: 'a', port: 5060 });
  await pbx.free();
  await calling.client.fqdnConnections.update(connection.id, { outbound: { ip_authentication_method: 'credential-authentication' } });
  await pbx.held();
});
