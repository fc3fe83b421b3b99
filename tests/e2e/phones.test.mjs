// The phones of the sandbox: scripts by request, and what is wrong with them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Tandem } from './tandem.mjs';

let tandem;
const number = '/sandbox/subscribers/+13125550177';

before(async () => { tandem = await Tandem.start(); });
after(() => tandem?.stop());

test('a script is set, shown, listed and taken away', async () => {
  const script = { pickup: 'answer', answer_after_ms: 10, steps: [{ do: 'press', keys: '1#' }, { do: 'hang_up' }] };
  const set = await tandem.request('PUT', number, { body: script });
  assert.equal(set.status, 200);
  assert.deepEqual(set.body.data, { number: '+13125550177', ...script });
  assert.deepEqual((await tandem.request('GET', '/sandbox/subscribers')).body.data, [set.body.data]);
  assert.equal((await tandem.request('DELETE', number)).status, 200);
  assert.equal((await tandem.request('DELETE', number)).status, 404);
  assert.deepEqual((await tandem.request('GET', number)).body.data.steps, []);
});

test('reserved numbers show what they do', async () => {
  const { body } = await tandem.request('GET', '/sandbox/subscribers/+15005550201');
  assert.equal(body.data.pickup, 'busy');
});

test('mistakes are told with their place', async () => {
  const rows = [
    ['PUT', number, { steps: [{ do: 'press', keys: 'x' }] }, '/steps/0/keys'],
    ['PUT', number, { pickup: 'perhaps' }, '/pickup'],
    ['POST', '/sandbox/calls', { from: '+13125550177', to: '123' }, '/to'],
    ['POST', '/sandbox/calls', { from: '+13125550177', to: '+13125550178', steps: [{ do: 'dance' }] }, '/steps/0/do'],
  ];
  for (const [method, path, body, pointer] of rows) {
    const answer = await tandem.request(method, path, { body });
    assert.equal(answer.status, 422, answer.text);
    assert.equal(answer.body.errors[0].source.pointer, pointer);
  }
  assert.equal((await tandem.request('PUT', '/sandbox/subscribers/alice', { body: {} })).status, 422);
  assert.equal((await tandem.request('GET', '/sandbox/calls/999')).status, 404);
});

test('a call to a number nobody has ends, and is told as the phone saw it', async () => {
  const { body } = await tandem.request('POST', '/sandbox/calls', { body: { from: '+13125550177', to: '+13125550178' } });
  assert.equal(body.data.direction, 'outgoing');
  const deadline = Date.now() + 10_000;
  let call = body.data;
  while (call.status !== 'ended' && Date.now() < deadline) {
    call = (await tandem.request('GET', `/sandbox/calls/${call.id}`)).body.data;
  }
  assert.equal(call.status, 'ended');
  assert.ok(call.sip_code >= 400, JSON.stringify(call));
  const listed = await tandem.request('GET', '/sandbox/calls?number=%2B13125550177');
  assert.equal(listed.body.data[0].id, call.id);
});

test('speech comes back as sound, from a voice that is listed', async () => {
  const client = tandem.client();
  const { voices } = await client.textToSpeech.listVoices();
  assert.ok(voices.some((voice) => voice.language === 'en-US' && voice.gender === 'female'));
  const sound = await client.textToSpeech.generateSpeech({ text: 'Good morning.', voice: 'AWS.Polly.Joanna' });
  const bytes = Buffer.from(await sound.arrayBuffer());
  assert.ok(bytes.length > 2000, `${bytes.length} bytes`);
  assert.equal(bytes[0], 0xff);  // an MPEG frame
});
