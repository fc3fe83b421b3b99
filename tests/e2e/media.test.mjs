// Media storage: uploads, files by address, downloads, and what expires.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { toFile } from 'telnyx';
import { Tandem } from './tandem.mjs';

let tandem;
let client;
let files;
let origin;

before(async () => {
  tandem = await Tandem.start();
  client = tandem.client();
  files = createServer((request, response) => {
    response.statusCode = request.url === '/hello.wav' ? 200 : 404;
    response.setHeader('content-type', 'audio/wav');
    response.end('RIFF-hello');
  }).listen(0, '127.0.0.1');
  await once(files, 'listening');
  origin = `http://127.0.0.1:${files.address().port}`;
});

after(async () => {
  files.close();
  await tandem.stop();
});

test('a file by its address is stored, listed, downloaded and deleted', async () => {
  const { data } = await client.media.upload({ media_url: `${origin}/hello.wav`, media_name: 'hello', ttl_secs: 3600 });
  assert.equal(data.media_name, 'hello');
  assert.equal(data.content_type, 'audio/wav');
  const listed = await client.media.list();
  assert.deepEqual(listed.data.map((file) => file.media_name), ['hello']);
  const content = await client.media.download('hello');
  assert.equal(await content.text(), 'RIFF-hello');
  await client.media.delete('hello');
  await assert.rejects(client.media.retrieve('hello'), { status: 404 });
});

test('an upload is there with its bytes until its time is over', async () => {
  const form = new FormData();
  form.set('media', await toFile(Buffer.from('RIFF-upload'), 'prompt.wav', { type: 'audio/wav' }));
  form.set('media_name', 'prompt');
  form.set('ttl_secs', '60');
  const answer = await fetch(`${tandem.baseURL}/media`, {
    method: 'POST', body: form, headers: { authorization: `Bearer ${client.apiKey}` },
  });
  assert.equal(answer.status, 201);
  assert.equal(await (await client.media.download('prompt')).text(), 'RIFF-upload');
  await tandem.advance(61_000);
  const deadline = Date.now() + 5_000;
  let status = 200;
  while (status === 200 && Date.now() < deadline) ({ status } = await tandem.request('GET', '/media/prompt'));
  assert.equal(status, 404);
});

test('an address that gives no file is refused with its field', async () => {
  const { status, body } = await tandem.request('POST', '/media', { body: { media_url: `${origin}/nothing`, media_name: 'x' } });
  assert.equal(status, 422);
  assert.equal(body.errors[0].source.pointer, '/media_url');
});
