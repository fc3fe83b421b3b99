// Recordings that go to the customer's own bucket: S3, Google and Azure as servers that check what is signed.
import assert from 'node:assert/strict';
import { createHash, createHmac, createVerify, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { heardMs, readWav } from './audio.mjs';
import { Calling, codeOf } from './calling.mjs';
import { until } from './until.mjs';

const secretKey = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const azureKey = Buffer.from('an azure account key').toString('base64');
const hmac = (key, text) => createHmac('sha256', key).update(text).digest();
const sha = (bytes) => createHash('sha256').update(bytes).digest('hex');

/** The clouds: objects by path, and what is wrong with requests that are refused. */
class Clouds {
  async start() {
    this.objects = new Map();
    this.refused = [];
    this.answers = [];  // statuses given before anything is looked at
    this.tries = 0;
    this.server = createServer((request, response) => {
      const parts = [];
      request.on('data', (part) => parts.push(part));
      request.on('end', () => this.take(request, Buffer.concat(parts), response));
    }).listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    this.host = `127.0.0.1:${this.server.address().port}`;
    this.url = `http://${this.host}`;
    return this;
  }

  stop() { this.server.close(); }

  take(request, body, response) {
    const path = request.url;
    if (path === '/token') return this.token(body, response);
    ++this.tries;
    const status = this.answers.shift();
    if (status) return response.writeHead(status).end();
    const wrong = path.startsWith('/azure') ? this.azure(request, body) : path.startsWith('/gcs') ? this.gcs(request) : this.s3(request, body);
    if (wrong) {
      this.refused.push(wrong);
      return response.writeHead(403).end();
    }
    this.objects.set(path, { body, type: request.headers['content-type'] });
    return response.writeHead(200).end('{}');
  }

  /** Signature Version 4 as the S3 API reference has it. */
  s3({ method, url, headers }, body) {
    const [, keyId, day, region, service, names, signature] = headers.authorization?.match(
      /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/) ?? [];
    if (!signature) return 'no authorization';
    if (keyId !== 'AKIAEXAMPLE' || region !== 'eu-central-1' || service !== 's3') return 'another scope';
    if (Math.abs(Date.now() - Date.parse(headers['x-amz-date'].replace(/(....)(..)(..T..)(..)(..Z)/, '$1-$2-$3:$4:$5'))) > 60_000) return 'another time';
    if (!['host', 'x-amz-content-sha256', 'x-amz-date'].every((name) => names.split(';').includes(name))) return 'not all is signed';
    if (headers['x-amz-content-sha256'] !== sha(body)) return 'another body';
    const canonical = [method, url, '', ...names.split(';').map((name) => `${name}:${headers[name]}`), '', names, headers['x-amz-content-sha256']].join('\n');
    const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], `${day}/${region}/${service}/aws4_request`, sha(canonical)].join('\n');
    const key = ['aws4_request'].reduce(hmac, hmac(hmac(hmac(`AWS4${secretKey}`, day), region), service));
    return hmac(key, text).toString('hex') === signature ? undefined : 'a wrong signature';
  }

  /** Shared key of Azure's blob service. */
  azure({ method, url, headers }, body) {
    const text = `${method}\n\n\n${body.length}\n\n${headers['content-type']}\n\n\n\n\n\n\nx-ms-blob-type:BlockBlob\nx-ms-date:${headers['x-ms-date']}\nx-ms-version:${headers['x-ms-version']}\n/myaccount${url}`;
    const expected = hmac(Buffer.from(azureKey, 'base64'), text).toString('base64');
    return headers.authorization === `SharedKey myaccount:${expected}` ? undefined : `a wrong signature: ${headers.authorization}`;
  }

  /** A service account's signed statement becomes a token (RFC 7523). */
  token(body, response) {
    const assertion = new URLSearchParams(body.toString()).get('assertion');
    const [head, claims, signature] = assertion.split('.');
    const said = JSON.parse(Buffer.from(claims, 'base64url'));
    const sound = createVerify('RSA-SHA256').update(`${head}.${claims}`).verify(this.publicKey, Buffer.from(signature, 'base64url')) &&
      said.iss === 'recorder@example.iam' && said.aud === `${this.url}/token` && said.exp > Date.now() / 1000;
    response.writeHead(sound ? 200 : 401, { 'content-type': 'application/json' }).end(sound ? '{"access_token":"a-token","expires_in":600}' : '{}');
  }

  gcs({ method, headers }) {
    return method === 'POST' && headers.authorization === 'Bearer a-token' ? undefined : 'no token';
  }
}

let clouds;
let calling;
const s3 = { backend: 's3', configuration: { bucket: 'my-recordings', region: 'eu-central-1', aws_access_key_id: 'AKIAEXAMPLE', aws_secret_access_key: secretKey } };

before(async () => {
  clouds = await new Clouds().start();
  calling = await Calling.start({ args: ['--s3-url', clouds.url, '--gcs-url', `${clouds.url}/gcs`, '--azure-url', `${clouds.url}/azure`] });
});
after(async () => {
  await calling?.stop();
  clouds?.stop();
});

const credentials = () => calling.client.customStorageCredentials;
const connection = () => calling.application.id;

/** A call of which a second of tone is recorded, and what became of that. */
async function recorded(options = {}) {
  const call = await calling.stay([{ do: 'tone', hz: 900, ms: 1_500 }, { do: 'press', keys: '1' }, { do: 'wait', ms: 30_000 }]);
  await calling.actions.startRecording(call.id, { format: 'wav', channels: 'single', ...options });
  await calling.event('call.dtmf.received', call.id);
  await calling.actions.stopRecording(call.id, {});
  return call;
}

describe('credentials', () => {
  test('are kept, shown without what is secret, replaced and forgotten', async () => {
    await assert.rejects(credentials().retrieve(connection()), { status: 404 });
    await assert.rejects(credentials().update(connection(), s3), { status: 404 });
    const made = await credentials().create(connection(), s3);
    assert.equal(made.connection_id, connection());
    assert.equal(made.record_type, 'custom_storage_credentials');
    const { aws_secret_access_key: secret, ...seen } = s3.configuration;
    assert.ok(secret);
    assert.deepEqual((await credentials().retrieve(connection())).data, { backend: 's3', configuration: seen });
    await assert.rejects(credentials().create(connection(), s3), codeOf('10012'));
    const azure = { backend: 'azure', configuration: { bucket: 'calls', account_name: 'myaccount', account_key: azureKey } };
    assert.equal((await credentials().update(connection(), azure)).data.configuration.account_name, 'myaccount');
    await credentials().delete(connection());
    await assert.rejects(credentials().delete(connection()), { status: 404 });
  });

  test('that make no sense are refused with their place', async () => {
    const refused = async (body, code, pointer) => {
      const { status, body: answer } = await calling.tandem.request('POST', `/custom_storage_credentials/${connection()}`, { body });
      assert.ok(status === 400 || status === 422, JSON.stringify(answer));
      assert.deepEqual([answer.errors[0].code, answer.errors[0].source?.pointer], [code, pointer]);
    };
    const { region, ...without } = s3.configuration;
    assert.ok(region);
    await refused({ backend: 's3', configuration: without }, '10004', '/configuration/region');
    await refused({ backend: 's3', configuration: { ...s3.configuration, bucket: '../other' } }, '10015', '/configuration/bucket');
    await refused({ backend: 's3', configuration: { ...s3.configuration, region: 'x.evil.example/' } }, '10015', '/configuration/region');
    await refused({ backend: 'azure', configuration: { bucket: 'calls', account_name: 'a', account_key: 'no base 64!' } }, '10015', '/configuration/account_name');
    await assert.rejects(credentials().create('1234567890123456789', s3), { status: 404 });
  });
});

describe('a recording', () => {
  test('goes to S3, says where it is, and leaves us', async () => {
    await credentials().create(connection(), s3);
    const call = await recorded({ custom_file_name: 'my call' });
    const saved = await calling.event('call.recording.saved', call.id);
    assert.deepEqual(clouds.refused, []);
    const [[path, { body, type }]] = clouds.objects;
    assert.match(path, /^\/my-recordings\/my%20call-\d{10}\.wav$/);
    assert.equal(type, 'audio/wav');
    assert.equal(saved.recording_urls.wav, `${clouds.url}${path}`);
    const { rate, channels } = readWav(body);
    assert.ok(heardMs(channels[0], 900, rate) > 1_000);
    const { data } = await calling.client.recordings.retrieve(saved.recording_id);
    assert.deepEqual(data.download_urls, { wav: `${clouds.url}${path}` });
    await calling.end(call.id);
  });

  test('is tried again on the clock, also by the next process', async () => {
    clouds.answers = [503, 500];
    clouds.tries = 0;
    const { id, call_leg_id } = await recorded();
    await until(() => clouds.tries, (tries) => tries === 1);
    assert.equal(calling.seen('call.recording.saved', id).length, 0);
    await calling.tandem.advance(11 * 60_000);
    await until(() => clouds.tries, (tries) => tries === 2);
    await calling.tandem.restart();
    await calling.tandem.advance(31 * 60_000);
    const saved = await calling.event('call.recording.saved', id);
    assert.equal(clouds.tries, 3);
    assert.match(saved.recording_urls.wav, new RegExp(`${call_leg_id}-\\d+\\.wav$`));
  });

  test('that the bucket refuses stays here, and that is told', async () => {
    await credentials().update(connection(), { ...s3, configuration: { ...s3.configuration, aws_secret_access_key: 'wrong' } });
    const { id } = await recorded();
    assert.equal((await calling.event('call.recording.error', id)).reason, 'Failed to authorize with storage using custom credentials');
    const saved = await calling.event('call.recording.saved', id);
    assert.deepEqual(clouds.refused.splice(0), ['a wrong signature']);
    assert.equal((await fetch(saved.recording_urls.wav)).status, 200);
    await calling.end(id);
  });

  test('goes to Azure and to Google', async () => {
    await credentials().update(connection(), { backend: 'azure', configuration: { bucket: 'calls', account_name: 'myaccount', account_key: azureKey } });
    const azure = await recorded({ format: 'mp3' });
    assert.match((await calling.event('call.recording.saved', azure.id)).recording_urls.mp3, /\/azure\/calls\/.*\.mp3$/);
    await calling.end(azure.id);
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    clouds.publicKey = publicKey;
    const account = JSON.stringify({ type: 'service_account', client_email: 'recorder@example.iam', token_uri: `${clouds.url}/token`,
      private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }) });
    await credentials().update(connection(), { backend: 'gcs', configuration: { bucket: 'calls', credentials: account } });
    const google = await recorded();
    await calling.event('call.recording.saved', google.id);
    assert.deepEqual(clouds.refused, []);
    assert.ok([...clouds.objects.keys()].some((path) => /^\/gcs\/upload\/storage\/v1\/b\/calls\/o\?uploadType=media&name=/.test(path)));
    await calling.end(google.id);
    await credentials().update(connection(), { backend: 'gcs', configuration: { bucket: 'calls', credentials: '{ not json' } });
    const bad = await recorded();
    assert.equal((await calling.event('call.recording.error', bad.id)).reason, 'Invalid credentials json');
    await calling.end(bad.id);
    await credentials().delete(connection());
  });
});
