// Every collection through the official SDK: create, read, list, page, filter, update, delete, read
// again; another account sees none of it.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { rows } from './collections.mjs';
import { Tandem } from './tandem.mjs';

let tandem;
let client;
let stranger;
const made = {};

before(async () => {
  tandem = await Tandem.start();
  client = tandem.client();
  const account = await client.managedAccounts.create({ business_name: 'Somebody else' });
  stranger = tandem.client(account.data.api_key);
});
after(() => tandem?.stop());

const dataOf = (row, answer) => (row.data ? row.data(answer) : answer.data);
const idOf = (row, answer) => (row.id ? row.id(answer) : answer.data.id);
/** What the SDK calls the collection; 'storage.migrationSources' lies one deeper. */
const apiOf = (of, row) => row.name.split('.').reduce((at, part) => at[part], of);
const resolve = (value) => (typeof value === 'function' ? value(made) : value);

/** Every member of `part` is in `whole` with the same value, however deep. */
function assertHolds(whole, part, path = '') {
  for (const [key, value] of Object.entries(part)) {
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
      assertHolds(whole?.[key] ?? {}, value, `${path}/${key}`);
    } else {
      assert.deepEqual(whole?.[key], value, `${path}/${key}`);
    }
  }
}

/** Everything a list holds, page by page. */
async function listed(api, parameters = {}) {
  const items = [];
  for (let number = 1; number < 100; number++) {
    const page = await api.list({ ...parameters, page: { number, size: 3 } });
    items.push(...(page.data ?? page.records));
    if (number >= (page.meta?.total_pages ?? 0)) return items;
  }
  throw new Error('a list that does not end');
}

const missing = (error) => error.status === 404 && error.error.errors[0].code === '10005';

for (const row of rows) {
  describe(row.name, () => {
    let id;

    test('create and read back', async () => {
      const body = resolve(row.create);
      const answer = await apiOf(client, row).create(body);
      id = idOf(row, answer);
      assert.ok(id, JSON.stringify(answer));
      if (row.keep) made[row.keep] = id;
      const shown = Object.fromEntries(Object.entries(body).filter(([key]) => !(row.hidden ?? []).includes(key)));
      if (row.shown !== false) assertHolds(dataOf(row, answer), row.shown ?? shown);
      for (const key of row.hidden ?? []) assert.ok(!JSON.stringify(answer).includes(body[key]), key);
      if (!row.noRetrieve) assert.deepEqual(await apiOf(client, row).retrieve(id), answer);
    });

    test('list and filter', async () => {
      const idField = row.idField ?? 'id';
      assert.ok((await listed(apiOf(client, row))).some((item) => item[idField] === id));
      if (row.filter) {
        assert.ok((await listed(apiOf(client, row), row.filter)).some((item) => item[idField] === id));
      }
    });

    test('another account sees nothing', async () => {
      assert.deepEqual(await listed(apiOf(stranger, row)), row.everyone ?? []);
      if (!row.noRetrieve) await assert.rejects(apiOf(stranger, row).retrieve(id), missing);
      if (row.update) await assert.rejects(apiOf(stranger, row).update(id, resolve(row.update)), missing);
      if (row.delete !== false) await assert.rejects(apiOf(stranger, row).delete(id), missing);
    });

    if (row.update) {
      test('update', async () => {
        const change = resolve(row.update);
        const answer = await apiOf(client, row).update(id, change);
        assertHolds(dataOf(row, answer), row.changed ?? change);
        assert.deepEqual(dataOf(row, await apiOf(client, row).retrieve(id)), dataOf(row, answer));
      });
    }
  });
}

// Deletion runs the other way round, so that nothing is deleted that something still refers to.
describe('delete', () => {
  for (const row of [...rows].reverse().filter((r) => r.delete !== false)) {
    test(row.name, async () => {
      const [item] = await listed(apiOf(client, row));
      const id = item[row.idField ?? 'id'];
      await apiOf(client, row).delete(id);
      if (!row.noRetrieve) await assert.rejects(apiOf(client, row).retrieve(id), missing);
      assert.ok(!(await listed(apiOf(client, row))).some((other) => other[row.idField ?? 'id'] === id));
    });
  }
});
