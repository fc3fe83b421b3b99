// Looking back on usage through the official SDK.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Tandem } from './tandem.mjs';
import { until } from './until.mjs';

let tandem;
let client;
before(async () => {
  tandem = await Tandem.start();
  client = tandem.client();
});
after(() => tandem?.stop());

test('detail records are listed by kind, and the kind must be said', async () => {
  const page = await client.detailRecords.list({ filter: { record_type: 'messaging', date_range: 'today' } });
  assert.deepEqual(page.data, []);
  const { status, body } = await tandem.request('GET', '/detail_records');
  assert.equal(status, 422);
  assert.equal(body.errors[0].code, '10004');
  assert.equal(body.errors[0].source.parameter, 'filter[record_type]');
});

test('usage reports say what they can be asked for, and answer it', async () => {
  const options = (await client.usageReports.getOptions({ product: 'messaging' })).data;
  assert.equal(options.length, 1);
  assert.ok(options[0].product_dimensions.includes('direction'));
  const asked = { product: 'messaging', dimensions: ['direction'], metrics: ['cost', 'count'], date_range: 'today' };
  const report = await client.usageReports.list(asked);
  assert.deepEqual(report.data, []);
  assert.equal(report.meta.total_results, 0);
  await assert.rejects(client.usageReports.list({ ...asked, metrics: ['nonsense'] }),
    (error) => error.status === 400 && error.error.errors[0].source.parameter === 'metrics');
});

test('a report on messages is made in the background and downloaded', async () => {
  const period = { start_date: '2026-01-01T00:00:00Z', end_date: '2030-01-01T00:00:00Z', aggregation_type: 'NO_AGGREGATION' };
  const { data: { id } } = await client.reports.mdrUsageReports.create(period);
  const report = await until(() => client.reports.mdrUsageReports.retrieve(id), ({ data }) => data.status === 'COMPLETE', 'the report');
  const file = await fetch(report.data.report_url);
  assert.equal(file.headers.get('content-type'), 'text/csv');
  assert.match(await file.text(), /^direction,message_type,/);
  const now = await client.reports.mdrUsageReports.fetchSync(period);
  assert.deepEqual(now.data.result, report.data.result);
  assert.equal((await client.reports.mdrUsageReports.list()).data.length, 1);
  await client.reports.mdrUsageReports.delete(id);
  await assert.rejects(client.reports.mdrUsageReports.retrieve(id), (error) => error.status === 404);
  assert.deepEqual((await client.reports.listMdrs()).data, []);
});
