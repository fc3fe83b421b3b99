// Numbers through the official SDK: what can be had.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Tandem } from './tandem.mjs';

let tandem;
let client;
before(async () => {
  tandem = await Tandem.start();
  client = tandem.client();
});
after(() => tandem?.stop());

const search = async (filter) => (await client.availablePhoneNumbers.list({ filter })).data;

describe('search', () => {
  const rows = [
    ['by area code', { country_code: 'US', national_destination_code: '312' }, (n) => n.phone_number.startsWith('+1312')],
    ['by the digits behind it', { country_code: 'US', national_destination_code: '312', phone_number: { starts_with: '777' } }, (n) => n.phone_number.startsWith('+1312777')],
    ['by its end', { country_code: 'US', phone_number: { ends_with: '4242' } }, (n) => n.phone_number.endsWith('4242')],
    ['by what it contains', { country_code: 'US', phone_number: { contains: '80085' } }, (n) => n.phone_number.includes('80085')],
    ['by place', { country_code: 'GB', locality: 'London' }, (n) => n.phone_number.startsWith('+4420')],
    ['by type', { country_code: 'US', phone_number_type: 'toll_free' }, (n) => /^\+18(00|33|44|55|66|77|88)/.test(n.phone_number)],
    ['by features', { country_code: 'US', features: ['sms', 'mms'] }, (n) => ['sms', 'mms'].every((f) => n.features.some((x) => x.name === f))],
  ];
  for (const [name, filter, fits] of rows) {
    test(name, async () => {
      const found = await search({ ...filter, limit: 25 });
      assert.equal(found.length, 25);
      for (const number of found) assert.ok(fits(number), number.phone_number);
      assert.ok(Number(found[0].cost_information.monthly_cost) > 0);
    });
  }

  test('nothing is found where there is nothing', async () => {
    assert.deepEqual(await search({ country_code: 'US', national_destination_code: '999' }), []);
    assert.deepEqual(await search({ country_code: 'US', phone_number_type: 'shared_cost' }), []);
  });

  test('a pattern that is none is refused', async () => {
    await assert.rejects(search({ country_code: 'US', phone_number: { starts_with: 'abc' } }),
      (error) => error.error.errors[0].source.parameter === 'filter[phone_number]');
  });
});

describe('coverage', () => {
  test('lists the countries of the inventory', async () => {
    const { data } = await client.countryCoverage.retrieve();
    assert.deepEqual(data.map((c) => c.code).sort(), ['AU', 'BR', 'CA', 'DE', 'ES', 'FR', 'GB', 'IE', 'MX', 'NL', 'US']);
    assert.ok((await client.countryCoverage.retrieveCountry('US')).data.local.quickship);
    await assert.rejects(client.countryCoverage.retrieveCountry('ZZ'), (error) => error.status === 404);
  });
});
