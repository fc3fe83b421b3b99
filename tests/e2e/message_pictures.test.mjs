// Pictures: fetched, checked, kept and handed out by links that expire; and back from handsets.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { Receiver, Tandem } from './tandem.mjs';
import { buyNumber, inboxOf, refused } from './messaging.mjs';

const day = 24 * 3_600_000;
let tandem;
let client;
let hooks;
let files;
let base;
let picture;
let number;

/** A server of files; /endless never ends. */
async function serveFiles() {
  const server = createServer((request, response) => {
    const type = { '/cat.png': 'image/png', '/raw': 'application/octet-stream', '/page': 'text/html', '/half': 'image/jpeg' }[request.url];
    if (request.url === '/endless') {
      response.writeHead(200, { 'content-type': 'image/png' });
      const more = () => { while (!response.destroyed && response.write(Buffer.alloc(65_536))); };
      response.on('drain', more);
      return more();
    }
    if (response.headersSent) return undefined;
    if (!type) return response.writeHead(404).end();
    const body = { '/page': '<html></html>', '/half': Buffer.alloc(600_000, 1) }[request.url] ?? picture;
    return response.writeHead(200, { 'content-type': type }).end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

before(async () => {
  tandem = await Tandem.start();
  client = tandem.client();
  hooks = await Receiver.start();
  picture = Buffer.from(await (await fetch(`${tandem.origin}/sandbox/picture.png`)).arrayBuffer());
  files = await serveFiles();
  base = `http://127.0.0.1:${files.address().port}`;
  const profile = (await client.messagingProfiles.create({
    name: 'gallery', whitelisted_destinations: ['US'], webhook_url: hooks.url,
  })).data;
  number = await buyNumber(tandem, client, profile.id);
});
after(async () => {
  files?.closeAllConnections();
  files?.close();
  await hooks?.stop();
  await tandem?.stop();
});

const about = (id, type) => hooks.wait((r) => r.json?.data?.event_type === type && r.json.data.payload.id === id);
const send = (more) => client.messages.send({ from: number, to: '+13125550151', ...more });
const bytesAt = async (url) => Buffer.from(await (await fetch(url)).arrayBuffer());

test('the picture of the sandbox is a PNG', () => {
  assert.equal(picture.subarray(1, 4).toString(), 'PNG');
  assert.equal(picture.readUInt32BE(16), 64);
});

describe('out', () => {
  test('a picture reaches the handset, and its link ends', async () => {
    const { data } = await send({ media_urls: [`${base}/cat.png`, `${base}/raw`], subject: 'Cat', text: 'Look' });
    assert.equal(data.type, 'MMS');
    const sha256 = createHash('sha256').update(picture).digest('hex');
    for (const item of data.media) {
      assert.equal(item.content_type, 'image/png');
      assert.equal(item.size, picture.length);
      assert.equal(item.sha256, sha256);
    }
    const { payload } = (await about(data.id, 'message.finalized')).json.data;
    assert.equal(payload.to[0].status, 'delivered');
    const [text] = await inboxOf(tandem, '+13125550151');
    assert.equal(text.subject, 'Cat');
    assert.equal(text.media.length, 2);
    for (const { url } of [payload.media[0], text.media[1]]) assert.deepEqual(await bytesAt(url), picture);
    await tandem.advance(8 * day);
    assert.equal((await fetch(text.media[0].url)).status, 403);
    const again = (await client.messages.retrieve(data.id)).data.media[0].url;
    assert.deepEqual(await bytesAt(again), picture);
  });

  test('a group sees all its members, and what one of them answers', async () => {
    const to = ['+13125550152', '+13125550153'];
    const { data } = await client.messages.sendGroupMms({ from: number, to, media_urls: [`${base}/cat.png`] });
    assert.deepEqual(data.to.map((receiver) => receiver.phone_number), to);
    const { payload } = (await about(data.id, 'message.finalized')).json.data;
    assert.deepEqual(payload.to.map((receiver) => receiver.status), ['delivered', 'delivered']);
    const [text] = await inboxOf(tandem, to[0]);
    assert.deepEqual(text.others, [to[1]]);
    await tandem.request('POST', '/sandbox/messages', { body: { from: to[0], to: number, others: [to[1]], text: 'Count me in' } });
    const reply = await hooks.wait((r) => r.json?.data?.payload?.text === 'Count me in');
    assert.equal(reply.json.data.payload.type, 'MMS');
    assert.deepEqual(reply.json.data.payload.cc.map(({ phone_number }) => phone_number), [to[1]]);
    const [heard] = await inboxOf(tandem, to[1]);
    assert.deepEqual([heard.text, heard.from, heard.others], ['Count me in', to[0], [number]]);
  });

  const rows = [
    ['a file that is not there', ['/none.png']],
    ['a page', ['/page']],
    ['two files of more than 1 MB together', ['/half', '/half']],
    ['an endless file', ['/endless']],
  ];
  for (const [what, paths] of rows) {
    test(`40317: ${what}`, () => refused(send({ media_urls: paths.map((path) => base + path) }), '40317'));
  }
  test('40317: a server that is not there', () => refused(send({ media_urls: ['http://127.0.0.1:9/1.png'] }), '40317'));
  test('40333 is said after the files are fetched too', async () => {
    const { data: [{ id }] } = await client.phoneNumbers.list({ filter: { phone_number: number } });
    const poor = (await client.messagingProfiles.create({
      name: 'poor', whitelisted_destinations: ['US'], daily_spend_limit: '0.001', daily_spend_limit_enabled: true,
    })).data.id;
    const { data: { messaging_profile_id } } = await client.phoneNumbers.messaging.retrieve(id);
    await client.phoneNumbers.messaging.update(id, { messaging_profile_id: poor });
    await refused(send({ media_urls: [`${base}/cat.png`] }), '40333');
    await client.phoneNumbers.messaging.update(id, { messaging_profile_id });
  });
});

describe('pictures that are too large', () => {
  const gm = (...args) => execFileSync('gm', ['convert', ...args], { maxBuffer: 64 << 20 });
  let large;
  before(async () => {
    const noise = gm('-size', '1100x1100', 'plasma:fractal', '+noise', 'Gaussian', 'png:-');
    large = {
      '/noise.png': noise,
      '/noise.jpg': execFileSync('gm', ['convert', 'png:-', '-quality', '99', 'jpeg:-'], { input: noise, maxBuffer: 64 << 20 }),
      '/noise.webp': execFileSync('gm', ['convert', 'png:-', '-resize', '900x900', '-define', 'webp:lossless=true', 'webp:-'], { input: noise, maxBuffer: 64 << 20 }),
      '/noise.gif': execFileSync('gm', ['convert', 'png:-', 'gif:-'], { input: noise, maxBuffer: 64 << 20 }),
      '/bomb.png': gm('-size', '12000x12000', 'xc:white', 'png:-'),
      '/broken.jpg': Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(1_500_000, 7)]),
      '/sound.mp3': Buffer.alloc(1_200_000, 1),
    };
    large['/bomb.png'] = Buffer.concat([large['/bomb.png'], Buffer.alloc(Math.max(0, 1_200_000 - large['/bomb.png'].length))]);
    files.prependListener('request', (request, response) => {
      const body = large[request.url];
      if (!body) return;
      const type = { png: 'image/png', jpg: 'image/jpeg', webp: 'image/webp', gif: 'image/gif', mp3: 'audio/mpeg' }[request.url.split('.')[1]];
      response.writeHead(200, { 'content-type': type }).end(body);
    });
    const { data: [{ messaging_profile_id }] } = await client.phoneNumbers.messaging.list();
    await client.messagingProfiles.update(messaging_profile_id, { mms_transcoding: true });
  });

  const media = async (...paths) => (await send({ media_urls: paths.map((path) => base + path) })).data.media;
  const total = (items) => items.reduce((sum, { size }) => sum + size, 0);

  for (const path of ['/noise.png', '/noise.jpg', '/noise.webp']) {
    test(`${path} becomes a smaller JPEG`, async () => {
      assert.ok(large[path].length > 1 << 20, `${large[path].length}`);
      const [item] = await media(path);
      assert.equal(item.content_type, 'image/jpeg');
      assert.ok(item.size <= 1 << 20 && item.size > 10_000, `${item.size}`);
      const bytes = await bytesAt(item.url);
      assert.equal(bytes.length, item.size);
      assert.deepEqual([...bytes.subarray(0, 3)], [0xff, 0xd8, 0xff]);
    });
  }
  test('a GIF stays one', async () => {
    const [item] = await media('/noise.gif');
    assert.equal(item.content_type, 'image/gif');
    assert.ok(item.size <= 1 << 20);
  });
  test('several share the room, and small ones stay as they are', async () => {
    const items = await media('/noise.png', '/cat.png', '/noise.jpg');
    assert.ok(total(items) <= 1 << 20, `${total(items)}`);
    assert.equal(items[1].size, picture.length);
  });
  for (const path of ['/sound.mp3', '/broken.jpg', '/bomb.png', '/endless']) {
    test(`40317: ${path} cannot be made smaller`, () => refused(send({ media_urls: [base + path] }), '40317'));
  }
  test('40317: all the same without mms_transcoding', async () => {
    const { data: [{ messaging_profile_id }] } = await client.phoneNumbers.messaging.list();
    await client.messagingProfiles.update(messaging_profile_id, { mms_transcoding: false });
    await refused(send({ media_urls: [`${base}/noise.png`] }), '40317');
  });
});

test('where no picture can go, a profile may have its link sent', async () => {
  const { data: [{ messaging_profile_id }] } = await client.phoneNumbers.messaging.list();
  await client.messagingProfiles.update(messaging_profile_id, { whitelisted_destinations: ['US', 'GB'] });
  const asked = { to: '+447400123456', media_urls: [`${base}/cat.png`], subject: 'Cat', text: 'Look' };
  await refused(send(asked), '40301');
  await client.messagingProfiles.update(messaging_profile_id, { mms_fall_back_to_sms: true });
  const { data } = await send(asked);
  assert.equal(data.type, 'SMS');
  assert.equal(data.text, `Cat\nLook\n${base}/cat.png`);
  await about(data.id, 'message.finalized');
});

describe('in', () => {
  const from = '+13125550155';
  const handset = (body) => tandem.request('POST', '/sandbox/messages', { body: { from, to: number, ...body } });
  const received = (text) => hooks.wait((r) => r.json?.data?.event_type === 'message.received' && r.json.data.payload.text === text);

  test('a picture is kept', async () => {
    await handset({ text: 'a cat', media_urls: [`${base}/cat.png`] });
    const { payload } = (await received('a cat')).json.data;
    assert.equal(payload.type, 'MMS');
    assert.equal(payload.media[0].content_type, 'image/png');
    assert.deepEqual(await bytesAt(payload.media[0].url), picture);
  });

  test('one that cannot be had keeps its address', async () => {
    await handset({ text: 'no cat', media_urls: [`${base}/none.png`] });
    const { payload } = (await received('no cat')).json.data;
    assert.equal(payload.media[0].url, `${base}/none.png`);
  });

  test('a handset answers with a picture', async () => {
    const { data } = await send({ to: '+15005550108', text: 'Show me' });
    await about(data.id, 'message.finalized');
    const got = await hooks.wait((r) => r.json?.data?.event_type === 'message.received' && r.json.data.payload.from.phone_number === '+15005550108');
    assert.deepEqual(await bytesAt(got.json.data.payload.media[0].url), picture);
  });
});
