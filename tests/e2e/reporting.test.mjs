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

test('a report on billing groups has what the ledger took for each', async () => {
  const group = (await client.billingGroups.create({ name: 'Support' })).data;
  await client.billingGroups.create({ name: 'Idle' });
  const found = (await client.availablePhoneNumbers.list({ filter: { country_code: 'US', limit: 1 } })).data;
  await client.numberOrders.create({ phone_numbers: [{ phone_number: found[0].phone_number }], billing_group_id: group.id });
  const now = new Date();
  const { data: { id, status } } = await client.ledgerBillingGroupReports.create({ year: now.getUTCFullYear(), month: now.getUTCMonth() + 1 });
  assert.equal(status, 'pending');
  const { data } = await until(() => client.ledgerBillingGroupReports.retrieve(id), (report) => report.data.status === 'complete', 'the report');
  const file = await (await fetch(data.report_url)).text();
  const lines = file.trim().split('\r\n').map((line) => line.split(','));
  assert.deepEqual(lines[0], ['billing_group_id', 'billing_group_name', 'product', 'amount', 'currency']);
  assert.ok(lines.length >= 2, file);
  for (const [billingGroup, name, product, amount] of lines.slice(1)) {
    assert.deepEqual([billingGroup, name, product], [group.id, 'Support', 'numbers']);
    assert.ok(Number(amount) > 0);
  }
  await assert.rejects(client.ledgerBillingGroupReports.create({ year: 2026, month: 13 }),
    (error) => error.error.errors[0].source.pointer === '/month');
});

test('calls are reported at once, SIM card records listed', async () => {
  const report = (await client.reports.cdrUsageReports.fetchSync({
    aggregation_type: 'CONNECTION', product_breakdown: 'COUNTRY', connections: [17] })).data;
  assert.deepEqual([report.status, report.record_type, report.result], ['COMPLETE', 'cdr_usage_report', { rows: [] }]);
  assert.match(await (await fetch(report.report_url)).text(), /^direction,currency,connection_id,country,attempted,/);
  assert.deepEqual((await client.reports.listWdrs({ imsi: '1' })).data, []);
  assert.deepEqual((await client.seti.retrieveBlackBoxTestResults({ filter: { product: 'voice' } })).data, []);
});
