// Buckets and objects through requests signed as Amazon's are, their usage and certificates through the SDK.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { elements, S3 } from './s3.mjs';
import { Tandem } from './tandem.mjs';

let tandem;
let client;
let s3;
let stranger;
before(async () => {
  tandem = await Tandem.start();
  client = tandem.client();
  s3 = new S3(tandem);
  const { data } = await client.managedAccounts.create({ business_name: 'Somebody else' });
  stranger = { s3: new S3(tandem, data.api_key), client: tandem.client(data.api_key) };
});
after(() => tandem?.stop());

const code = (wanted) => (error) => String(error.error.errors[0].code) === wanted;
const refused = (answer, status, name) => assert.deepEqual([answer.status, elements(answer.text, 'Code')[0]], [status, name], answer.text);
const etag = (content) => `"${createHash('md5').update(content).digest('hex')}"`;
const put = async (bucket, key, body, more) => {
  const answer = await s3.request('PUT', bucket, key, { body, ...more });
  assert.equal(answer.status, 200, answer.text);
  return answer;
};
const keys = (answer) => elements(answer.text, 'Key').map((key) => key.replaceAll('&amp;', '&'));

describe('buckets', () => {
  test('are made, listed, looked at and removed; a name is one account\'s', async () => {
    const body = '<CreateBucketConfiguration><LocationConstraint>us-east-1</LocationConstraint></CreateBucketConfiguration>';
    assert.equal((await s3.request('PUT', 'photos', undefined, { body })).status, 200);
    refused(await s3.request('PUT', 'photos'), 409, 'BucketAlreadyOwnedByYou');
    refused(await stranger.s3.request('PUT', 'photos'), 409, 'BucketAlreadyExists');
    refused(await s3.request('PUT', 'Photos!'), 400, 'InvalidBucketName');
    assert.deepEqual(elements((await s3.request('GET')).text, 'Name'), ['photos']);
    assert.deepEqual(elements((await stranger.s3.request('GET')).text, 'Name'), []);
    const head = await s3.request('HEAD', 'photos');
    assert.deepEqual([head.status, head.headers.get('x-amz-bucket-region')], [200, 'us-east-1']);
    assert.equal((await s3.request('HEAD', 'nowhere')).status, 404);
    assert.equal((await stranger.s3.request('HEAD', 'photos')).status, 403);
    await put('photos', 'a.txt', 'a');
    refused(await s3.request('DELETE', 'photos'), 409, 'BucketNotEmpty');
    await s3.request('DELETE', 'photos', 'a.txt');
    refused(await stranger.s3.request('DELETE', 'photos'), 403, 'AccessDenied');
    assert.equal((await s3.request('DELETE', 'photos')).status, 204);
    refused(await s3.request('DELETE', 'photos'), 404, 'NoSuchBucket');
    assert.equal((await stranger.s3.request('PUT', 'photos')).status, 200);
  });
});

describe('objects', () => {
  before(() => s3.request('PUT', 'files'));

  test('come back as they were put, whole and in parts', async () => {
    const content = randomBytes(3_000_000);
    const made = await put('files', 'dir/big file.bin', content, { headers: { 'content-type': 'video/mp4', 'x-amz-meta-owner': 'me' } });
    assert.equal(made.headers.get('etag'), etag(content));
    const whole = await s3.request('GET', 'files', 'dir/big file.bin');
    assert.ok(whole.bytes.equals(content));
    assert.deepEqual(['content-type', 'etag', 'x-amz-meta-owner', 'accept-ranges'].map((name) => whole.headers.get(name)), ['video/mp4', etag(content), 'me', 'bytes']);
    assert.ok(Date.parse(whole.headers.get('last-modified')));
    const part = await s3.request('GET', 'files', 'dir/big file.bin', { headers: { range: 'bytes=1000-1999' } });
    assert.deepEqual([part.status, part.headers.get('content-range')], [206, 'bytes 1000-1999/3000000']);
    assert.ok(part.bytes.equals(content.subarray(1000, 2000)));
    const end = await s3.request('GET', 'files', 'dir/big file.bin', { headers: { range: 'bytes=-10' } });
    assert.ok(end.bytes.equals(content.subarray(-10)));
    refused(await s3.request('GET', 'files', 'dir/big file.bin', { headers: { range: 'bytes=3000000-' } }), 416, 'InvalidRange');
    assert.equal((await s3.request('GET', 'files', 'dir/big file.bin', { headers: { 'if-none-match': etag(content) } })).status, 304);
    const head = await s3.request('HEAD', 'files', 'dir/big file.bin');
    assert.deepEqual([head.status, head.headers.get('content-length'), head.bytes.length], [200, '3000000', 0]);
    refused(await s3.request('GET', 'files', 'none'), 404, 'NoSuchKey');
    refused(await stranger.s3.request('GET', 'files', 'dir/big file.bin'), 403, 'AccessDenied');
    refused(await stranger.s3.request('PUT', 'files', 'mine', { body: 'x' }), 403, 'AccessDenied');
    refused(await s3.request('PUT', 'nowhere', 'x', { body: 'x' }), 404, 'NoSuchBucket');
  });

  test('are replaced, survive a fall, and are removed', async () => {
    await put('files', 'note', 'first');
    await put('files', 'note', 'second');
    await tandem.restart();
    assert.equal((await s3.request('GET', 'files', 'note')).text, 'second');
    assert.equal((await s3.request('DELETE', 'files', 'note')).status, 204);
    assert.equal((await s3.request('DELETE', 'files', 'note')).status, 204);
    refused(await s3.request('GET', 'files', 'note'), 404, 'NoSuchKey');
    await put('files', 'same', 'equal content');
    await put('files', 'other', 'equal content');
    await s3.request('DELETE', 'files', 'same');
    assert.equal((await s3.request('GET', 'files', 'other')).text, 'equal content');
    await put('files', 'empty', '');
    assert.equal((await s3.request('GET', 'files', 'empty')).bytes.length, 0);
  });

  test('what arrives otherwise than announced is not kept', async () => {
    refused(await s3.request('PUT', 'files', 'bad', { body: 'right', tamper: 'wrong' }), 400, 'BadDigest');
    refused(await s3.request('PUT', 'files', 'bad', { body: 'x', headers: { 'content-md5': createHash('md5').update('y').digest('base64') } }), 400, 'BadDigest');
    refused(await s3.request('PUT', 'files', 'k'.repeat(1025), { body: 'x' }), 400, 'KeyTooLongError');
    refused(await s3.request('PUT', 'files', 'part', { body: 'x', query: { partNumber: '1', uploadId: 'u' } }), 501, 'NotImplemented');
    const chunked = { hash: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER', headers: { 'content-encoding': 'aws-chunked', 'x-amz-decoded-content-length': '5' } };
    await put('files', 'chunks', '5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n', chunked);
    assert.equal((await s3.request('GET', 'files', 'chunks')).text, 'hello');
    refused(await s3.request('PUT', 'files', 'cut', { body: '5\r\nhel', ...chunked }), 400, 'IncompleteBody');
    refused(await s3.request('GET', 'files', 'bad'), 404, 'NoSuchKey');
  });

  test('are listed in order, by prefix, in groups and page by page', async () => {
    await s3.request('PUT', 'tree');
    for (const key of ['a.txt', 'b/1', 'b/2', 'b/c/3', 'd & e', 'é', 'z'.repeat(900)]) await put('tree', key, key);
    const list = (query) => s3.request('GET', 'tree', undefined, { query: { 'list-type': '2', ...query } });
    assert.deepEqual(keys(await list({})), ['a.txt', 'b/1', 'b/2', 'b/c/3', 'd & e', 'z'.repeat(900), 'é']);
    assert.deepEqual(keys(await list({ prefix: 'b/' })), ['b/1', 'b/2', 'b/c/3']);
    const grouped = await list({ delimiter: '/' });
    assert.deepEqual([keys(grouped), elements(grouped.text, 'CommonPrefixes>\\s*<Prefix').length], [['a.txt', 'd & e', 'z'.repeat(900), 'é'], 0]);
    assert.match(grouped.text, /<CommonPrefixes><Prefix>b\/<\/Prefix><\/CommonPrefixes>/);
    assert.match((await list({ delimiter: '/', prefix: 'b/' })).text, /<CommonPrefixes><Prefix>b\/c\/<\/Prefix><\/CommonPrefixes>/);
    const seen = [];
    for (let token; ;) {
      const page = await list({ 'max-keys': '2', ...(token && { 'continuation-token': token }) });
      assert.ok(keys(page).length <= 2);
      seen.push(...keys(page));
      [token] = elements(page.text, 'NextContinuationToken');
      if (!token) break;
    }
    assert.equal(seen.length, 7);
    assert.deepEqual(keys(await list({ 'start-after': 'b/2' })), ['b/c/3', 'd & e', 'z'.repeat(900), 'é']);
    assert.deepEqual(keys(await s3.request('GET', 'tree', undefined, { query: { marker: 'b/c/3', 'max-keys': '1' } })), ['d & e']);
    refused(await list({ 'max-keys': 'many' }), 400, 'InvalidArgument');
    const body = `<Delete><Object><Key>b/1</Key></Object><Object><Key>d &amp; e</Key></Object><Object><Key>none</Key></Object></Delete>`;
    const gone = await s3.request('POST', 'tree', undefined, { query: { delete: '' }, body });
    assert.deepEqual(keys(gone), ['b/1', 'd & e', 'none']);
    assert.deepEqual(keys(await list({ prefix: 'b' })), ['b/2', 'b/c/3']);
    refused(await s3.request('POST', 'tree', undefined, { query: { delete: '' }, body: '<Delete/>' }), 400, 'MalformedXML');
  });

  test('who signs wrongly is refused', async () => {
    refused(await new S3(tandem, s3.key, 'wrong').request('GET', 'files'), 403, 'AccessDenied');
    refused(await new S3(tandem, 'KEYunknown').request('GET', 'files'), 403, 'AccessDenied');
    refused(await s3.request('GET', 'files', undefined, { date: new Date(Date.now() - 3_600_000) }), 403, 'AccessDenied');
  });

  test('links need no login, for their object and their time', async () => {
    await put('files', 'shared/file.txt', 'for everybody');
    const { content } = await client.storage.buckets.createPresignedURL('shared/file.txt', { bucketName: 'files', ttl: 60 });
    assert.equal(await (await fetch(content.presigned_url)).text(), 'for everybody');
    assert.equal((await fetch(content.presigned_url.replace('file.txt', 'other.txt'))).status, 403);
    assert.equal((await fetch(content.presigned_url, { method: 'PUT', body: 'x' })).status, 403);
    await assert.rejects(stranger.client.storage.buckets.createPresignedURL('shared/file.txt', { bucketName: 'files' }), code('10005'));
    await tandem.advance(61_000);
    assert.equal((await fetch(content.presigned_url)).status, 403);
  });
});

describe('what a bucket holds, and who vouches for it', () => {
  test('usage is counted', async () => {
    await s3.request('PUT', 'measured');
    await put('measured', 'x', 'a'.repeat(2_000));
    await s3.request('GET', 'measured', 'x');
    const [usage] = (await client.storage.buckets.usage.getBucketUsage('measured')).data;
    assert.deepEqual([usage.num_objects, usage.size, usage.size_kb], [1, 2_000, 2]);
    const period = { filter: { start_time: new Date(Date.now() - 86_400_000).toISOString(), end_time: new Date(Date.now() + 3 * 86_400_000).toISOString() } };
    const [day] = (await client.storage.buckets.usage.getAPIUsage('measured', period)).data;
    const of = (category) => day.categories.find((one) => one.category === category);
    assert.deepEqual([of('put_obj').bytes_received, of('get_obj').bytes_sent, of('get_obj').ops], [2_000, 2_000, 1]);
    assert.equal(day.total.ops, 3);
    await assert.rejects(stranger.client.storage.buckets.usage.getBucketUsage('measured'), code('10005'));
    await assert.rejects(client.storage.buckets.usage.getAPIUsage('measured', { filter: { start_time: period.filter.end_time, end_time: period.filter.start_time } }), code('10015'));
  });

  test('certificates are checked, shown and removed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tandem-cert-'));
    const make = (name) => execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '30', '-subj', `/CN=${name}/O=Acme/OU=Files`,
      '-keyout', join(folder, `${name}.key`), '-out', join(folder, `${name}.pem`)], { stdio: 'ignore' });
    make('a.example.com');
    make('b.example.com');
    const file = (name) => new File([readFileSync(join(folder, name))], name, { type: 'application/x-pem-file' });
    const certificates = client.storage.buckets.sslCertificate;
    await assert.rejects(certificates.retrieve('files'), code('10005'));
    const { data } = await certificates.create('files', { certificate: file('a.example.com.pem'), private_key: file('a.example.com.key') });
    assert.deepEqual(data.issued_to, { common_name: 'a.example.com', organization: 'Acme', organization_unit: 'Files' });
    assert.ok(Date.parse(data.valid_to) > Date.now() + 20 * 86_400_000);
    assert.ok(!JSON.stringify(data).includes('PRIVATE KEY'));
    assert.deepEqual((await certificates.retrieve('files')).data, data);
    await assert.rejects(certificates.create('files', { certificate: file('a.example.com.pem'), private_key: file('b.example.com.key') }), code('10015'));
    await assert.rejects(certificates.create('files', { certificate: file('a.example.com.key'), private_key: file('a.example.com.key') }), code('10015'));
    await assert.rejects(stranger.client.storage.buckets.sslCertificate.retrieve('files'), code('10005'));
    assert.equal((await certificates.delete('files')).data.id, data.id);
    await assert.rejects(certificates.delete('files'), code('10005'));
    rmSync(folder, { recursive: true });
  });
});
