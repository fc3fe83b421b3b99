// Documents, requirements and groups that answer them.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { apiKey, Tandem } from './tandem.mjs';
import { until, untilStatus } from './until.mjs';

let tandem;
let client;
before(async () => {
  tandem = await Tandem.start();
  client = tandem.client();
});
after(() => tandem?.stop());

const content = Buffer.from('%PDF-1.4 nothing to see here');
const upload = async (fields = {}) => (await client.documents.upload({
  file: content.toString('base64'), filename: 'passport.pdf', customer_reference: 'MY REF 001', ...fields })).data;

test('a document is uploaded, described, changed, downloaded with and without a key', async () => {
  const document = await upload();
  assert.equal(document.size.amount, content.length);
  assert.equal(document.sha256, createHash('sha256').update(content).digest('hex'));
  assert.equal(document.content_type, 'application/pdf');
  assert.equal(document.status, 'pending');

  const download = await client.documents.download(document.id);
  assert.deepEqual(Buffer.from(await download.arrayBuffer()), content);

  const { url } = (await client.documents.generateDownloadLink(document.id)).data;
  const open = await fetch(url);
  assert.equal(open.status, 200);
  assert.equal(open.headers.get('content-type'), 'application/pdf');
  assert.match(open.headers.get('content-disposition'), /passport\.pdf/);
  assert.deepEqual(Buffer.from(await open.arrayBuffer()), content);
  assert.equal((await fetch(`${url.slice(0, -4)}AAAA`)).status, 403);

  const changed = await client.documents.update(document.id, { filename: 'id.pdf' });
  assert.equal(changed.data.filename, 'id.pdf');
  for (const filter of [{ filename: { contains: 'id' } }, { customer_reference: { eq: 'MY REF 001' } },
    { customer_reference: { in: ['MY REF 001', 'other'] } }, { created_at: { gt: '2020-01-01T00:00:00.000Z' } }]) {
    const page = await client.documents.list({ filter });
    assert.ok(page.data.some((item) => item.id === document.id), JSON.stringify(filter));
  }
  assert.equal((await client.documents.list({ filter: { filename: { contains: 'passport' } } })).data.length, 0);

  await tandem.advance(60_000);
  await untilStatus(() => client.documents.retrieve(document.id), 'verified');
  await tandem.advance(2 * 3600_000);
  assert.equal((await fetch(url)).status, 403);  // the link has expired
  await until(() => client.documents.list(), (page) => page.data.length === 0, 'expiry of an unused document');
});

test('a multipart upload keeps name, type and bytes', async () => {
  const form = new FormData();
  form.set('file', new Blob([content], { type: 'image/png' }), 'bill.png');
  form.set('customer_reference', 'form');
  const answer = await fetch(`${tandem.baseURL}/documents`, {
    method: 'POST', headers: { authorization: `Bearer ${apiKey}` }, body: form });
  assert.equal(answer.status, 200, await answer.clone().text());
  const { data } = await answer.json();
  assert.equal(data.filename, 'bill.png');
  assert.equal(data.content_type, 'image/png');
  assert.equal(data.customer_reference, 'form');
  assert.equal(data.sha256, createHash('sha256').update(content).digest('hex'));
  await client.documents.delete(data.id);
});

test('a document by its address is fetched behind the answer', async () => {
  let failures = 1;
  const server = createServer((request, response) => {
    if (request.url === '/gone.pdf') response.statusCode = 404;
    else if (failures-- > 0) response.statusCode = 503;
    else response.setHeader('content-type', 'application/pdf');
    response.end(content);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const base = `http://127.0.0.1:${server.address().port}`;
  try {
    const fetched = (await client.documents.upload({ url: `${base}/deed.pdf` })).data;
    assert.equal(fetched.filename, 'deed.pdf');
    assert.equal(fetched.status, 'pending');
    assert.equal(fetched.sha256, undefined);
    const gone = (await client.documents.upload({ url: `${base}/gone.pdf` })).data;
    await untilStatus(() => client.documents.retrieve(gone.id), 'denied');
    const refused = await tandem.request('GET', `/documents/${gone.id}/download`);
    assert.equal(refused.status, 422);
    assert.equal(refused.body.errors[0].code, '10027');
    assert.match(refused.body.errors[0].detail, /404/);
    await until(async () => failures, (left) => left === 0, 'the first try');
    await tandem.advance(60_000);  // the server was down for a moment: once more
    await until(() => client.documents.retrieve(fetched.id), ({ data }) => data.sha256, 'the file');
    const document = (await client.documents.retrieve(fetched.id)).data;
    assert.equal(document.sha256, createHash('sha256').update(content).digest('hex'));
    assert.equal(document.size.amount, content.length);
    const download = await client.documents.download(fetched.id);
    assert.deepEqual(Buffer.from(await download.arrayBuffer()), content);
    await tandem.advance(60_000);
    await untilStatus(() => client.documents.retrieve(fetched.id), 'verified');
  } finally {
    server.close();
  }
});

test('what is no document is refused', async () => {
  for (const [body, pointer] of [[{ file: '***' }, '/file'], [{ file: '' }, '/file'], [{ url: 'ftp://example.com/a.pdf' }, '/url']]) {
    const answer = await tandem.request('POST', '/documents', { body });
    assert.ok([400, 422].includes(answer.status), answer.text);
    assert.equal(answer.body.errors[0].source.pointer, pointer);
  }
});

test('requirements are listed by country, type and action', async () => {
  const types = await client.requirementTypes.list({ filter: { name: { contains: 'address' } } });
  assert.ok(types.data.length >= 3);
  assert.deepEqual((await client.requirementTypes.retrieve(types.data[0].id)).data, types.data[0]);
  const german = await client.requirements.list({ filter: { country_code: 'DE', phone_number_type: 'local', action: 'ordering' } });
  assert.equal(german.data.length, 1);
  assert.ok(german.data[0].requirements_types.some((type) => type.type === 'document'));
  assert.deepEqual((await client.requirements.retrieve(german.data[0].id)).data, german.data[0]);
  const asked = await client.regulatoryRequirements.retrieve({ filter: { phone_number: '+493012345678' } });
  assert.equal(asked.data[0].country_code, 'DE');
  assert.equal(asked.data[0].regulatory_requirements.length, german.data[0].requirements_types.length);
  const numbers = await client.phoneNumbersRegulatoryRequirements.retrieve({ filter: { phone_number: '+493012345678,+13125550000' } });
  assert.deepEqual(numbers.data.map((entry) => entry.regulatory_requirements.length > 0), [true, false]);
});

test('a group is filled in, submitted, and approved in time', async () => {
  const address = await client.addresses.create({
    first_name: 'Anna', last_name: 'Beispiel', business_name: 'Beispiel GmbH', street_address: 'Unter den Linden 77',
    locality: 'Berlin', postal_code: '10117', country_code: 'DE' });
  const abroad = await client.addresses.create({
    first_name: 'Anna', last_name: 'Beispiel', business_name: 'Beispiel GmbH', street_address: '12 Rue de Rivoli',
    locality: 'Paris', postal_code: '75004', country_code: 'FR' });
  const group = await client.requirementGroups.create({ action: 'ordering', country_code: 'DE', phone_number_type: 'local' });
  assert.equal(group.status, 'unapproved');
  await assert.rejects(client.requirementGroups.submitForApproval(group.id), (error) => error.error.errors[0].code === '10004');

  const addressed = group.regulatory_requirements.find((one) => one.field_type === 'address_id');
  await assert.rejects(client.requirementGroups.update(group.id, {
    regulatory_requirements: [{ requirement_id: addressed.requirement_id, field_value: abroad.data.id }] }), /country of the numbers/);

  const document = await upload();
  const values = group.regulatory_requirements.map((one) => ({
    requirement_id: one.requirement_id, field_value: one.field_type === 'address_id' ? address.data.id : document.id }));
  const filled = await client.requirementGroups.update(group.id, { regulatory_requirements: values, customer_reference: 'Berlin' });
  assert.ok(filled.regulatory_requirements.every((one) => one.field_value));
  assert.equal(filled.customer_reference, 'Berlin');

  const links = await client.documentLinks.list({ filter: { linked_record_type: 'requirement_group', linked_resource_id: group.id } });
  assert.ok(links.data.length > 0 && links.data.every((link) => link.document_id === document.id));
  await assert.rejects(client.documents.delete(document.id), (error) => error.error.errors[0].code === '10021');

  assert.equal((await client.requirementGroups.submitForApproval(group.id)).status, 'pending-approval');
  await tandem.advance(2 * 3600_000);
  const approved = await until(() => client.requirementGroups.retrieve(group.id), (one) => one.status === 'approved');
  assert.ok(approved.regulatory_requirements.every((one) => one.status === 'approved'));
  assert.equal((await client.requirementGroups.list({ filter: { status: 'approved', country_code: 'DE' } })).length, 1);
  assert.equal((await client.requirementGroups.list({ filter: { status: 'declined' } })).length, 0);
  assert.equal((await client.documents.retrieve(document.id)).data.id, document.id);  // in use: did not expire

  await client.requirementGroups.delete(group.id);
  await client.documents.delete(document.id);
});

test('a group with a refused document is declined', async () => {
  const document = await upload({ filename: 'denied.pdf' });
  const group = await client.requirementGroups.create({ action: 'porting', country_code: 'GB', phone_number_type: 'local' });
  const address = (await client.addresses.list({ filter: { street_address: { contains: 'Rivoli' } } })).data[0];
  const value = { address_id: address.id, document_id: document.id, textual: 'Anna Beispiel' };
  await client.requirementGroups.update(group.id, { regulatory_requirements: group.regulatory_requirements.map((one) => ({
    requirement_id: one.requirement_id, field_value: value[one.field_type] })) });
  await client.requirementGroups.submitForApproval(group.id);
  await tandem.advance(3600_000);
  await until(() => client.requirementGroups.retrieve(group.id), (one) => one.status === 'declined');
});
