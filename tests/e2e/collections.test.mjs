// Every collection through the official SDK: create, read, list, page, filter, update, read again,
// delete, read again; another account sees none of it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { elsewhere, rows } from './collections/rows.mjs';
import { Tandem } from './tandem.mjs';

let tandem;
let client;
let stranger;
const made = {};
const ids = new Map();  // of what each row made

before(async () => {
  tandem = await Tandem.start();
  client = tandem.client();
  const account = await client.managedAccounts.create({ business_name: 'Somebody else' });
  stranger = tandem.client(account.data.api_key);
});
after(() => tandem?.stop());

const dataOf = (row, answer) => (row.data ? row.data(answer) : answer.data ?? answer);
const idOf = (row, answer) => (row.id ? row.id(answer) : dataOf(row, answer).id);
/** What the SDK calls the collection; 'storage.migrationSources' lies one deeper. */
const apiOf = (of, row) => row.name.split('.').reduce((at, part) => at[part], of);
const resolve = (value) => (typeof value === 'function' ? value(made) : value);
/** The thing that the row's collection lies below, as the SDK takes it: first, or by name. */
const parentOf = (row) => (row.parent ? [made[row.parent[0]]] : []);
const named = (row) => (row.parent ? [{ [row.parent[1]]: made[row.parent[0]] }] : []);

const operations = {
  create: (of, row, body) => apiOf(of, row).create(...parentOf(row), body),
  retrieve: (of, row, id) => apiOf(of, row).retrieve(id, ...named(row)),
  update: (of, row, id, change) => apiOf(of, row).update(id, { ...named(row)[0], ...change }),
  delete: (of, row, id) => apiOf(of, row).delete(id, ...named(row)),
  list: (of, row, query) => apiOf(of, row).list(...parentOf(row), query),
};
const call = (name, of, row, ...more) => (row.call?.[name] ? row.call[name](of, made, ...more) : operations[name](of, row, ...more));

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

const pageQuery = {
  records: (number) => ({ page: number, recordsPerPage: 3 }),
  flat: (number) => ({ page: number, page_size: 3 }),
  none: () => ({}),
};
const itemsOf = (row, page) => (row.items ? row.items(page) : page.data ?? page.records ?? page);

/** Everything a list holds, page by page. */
async function listed(of, row, parameters = {}) {
  const items = [];
  const query = pageQuery[row.paging] ?? ((number) => ({ page: { number, size: 3 } }));
  for (let number = 1; number < 200; number++) {
    const page = await call('list', of, row, { ...parameters, ...query(number) });
    const found = itemsOf(row, page);
    items.push(...found);
    if (row.paging !== 'none') assert.ok(found.length <= 3, 'a page holds what was asked for');
    const total = page.meta?.total_pages ?? Math.ceil((page.totalRecords ?? page.total_records ?? 0) / 3);
    if (row.paging === 'none' || number >= total) return items;
  }
  throw new Error('a list that does not end');
}
const idIn = (row, item) => item[row.idField ?? 'id'];
const holds = (row, items, id) => items.some((item) => idIn(row, item) === id);

const missing = (error) => error.status === 404 && error.error.errors[0].code === '10005';
/** Another account's list: empty, or refused where the thing above is not its own. */
const foreign = async (row) => {
  try {
    return await listed(stranger, row);
  } catch (error) {
    assert.ok(missing(error), error.message);
    return [];
  }
};

test('the contract has no collection without a row', async () => {
  const { paths } = await (await fetch(`${tandem.origin}/openapi.json`)).json();
  const pending = new Set(readFileSync(new URL('../../contract/pending.yaml', import.meta.url), 'utf8').match(/^ {4}- (\S+)$/gm)?.map((line) => line.slice(6)));
  const below = (path) => Object.keys(paths).some((other) => other.startsWith(`${path}/{`) && !other.slice(path.length + 1).includes('/'));
  const collections = Object.entries(paths)
    .filter(([path, { get, post }]) => get && !path.endsWith('}') && (post || below(path)) && !pending.has(get.operationId))
    .map(([path]) => path);
  assert.ok(collections.length > 120, `${collections.length} collections`);
  const walked = new Set([...rows, ...elsewhere].map((row) => row.path));
  assert.deepEqual(collections.filter((path) => !walked.has(path)), []);
  assert.deepEqual([...walked].filter((path) => !paths[path]), [], 'rows of nothing');
});

test('what is walked elsewhere really is', () => {
  for (const { path, test: file, uses } of elsewhere) {
    assert.ok(readFileSync(new URL(file, import.meta.url), 'utf8').includes(uses), `${path}: ${uses} in ${file}`);
  }
});

for (const row of rows) {
  describe(`${row.path} (${row.name})`, () => {
    if (row.everyone) {
      test('is there for everyone, in list and alone', async () => {
        const items = await listed(client, row, row.filter);
        assert.ok(items.length > 0);
        assert.deepEqual(await listed(stranger, row, row.filter), items);
        if (!row.noRetrieve) assert.equal(idIn(row, dataOf(row, await call('retrieve', client, row, idIn(row, items[0])))), idIn(row, items[0]));
      });
      return;
    }
    let id;

    test(row.how ? 'comes about and is read' : 'create and read back', async () => {
      if (row.how) {
        id = await row.how({ client, tandem, made });
      } else {
        const body = resolve(row.create);
        const answer = await call('create', client, row, body);
        id = idOf(row, answer);
        const shown = Object.fromEntries(Object.entries(body).filter(([key]) => !(row.hidden ?? []).includes(key)));
        if (row.shown !== false) assertHolds(dataOf(row, answer), row.shown ?? shown);
        for (const key of row.hidden ?? []) assert.ok(!JSON.stringify(answer).includes(body[key]), key);
        if (!row.noRetrieve && !row.moves) assert.deepEqual(await call('retrieve', client, row, id), answer);
      }
      assert.ok(id);
      ids.set(row, id);
      if (row.keep) made[row.keep] = id;
      if (!row.noRetrieve) assert.equal(idOf(row, await call('retrieve', client, row, id)), id);
    });

    test('list and filter', async () => {
      assert.ok(holds(row, await listed(client, row), id));
      for (const filter of row.filters ?? (row.filter ? [row.filter] : [])) {
        assert.ok(holds(row, await listed(client, row, resolve(filter)), id), JSON.stringify(filter));
      }
      if (row.unlike) assert.ok(!holds(row, await listed(client, row, row.unlike), id), 'a filter that does not fit');
    });

    test('another account sees nothing', async () => {
      assert.deepEqual(await foreign(row), []);
      if (!row.noRetrieve) await assert.rejects(call('retrieve', stranger, row, id), missing);
      if (row.update) await assert.rejects(call('update', stranger, row, id, resolve(row.update)), missing);
      if (row.delete !== false) await assert.rejects(call('delete', stranger, row, id), missing);
    });

    if (row.update) {
      test('update', async () => {
        const change = resolve(row.update);
        const answer = await call('update', client, row, id, change);
        if (row.changed !== false) assertHolds(dataOf(row, answer), row.changed ?? change);
        if (!row.noRetrieve && !row.moves) assert.deepEqual(dataOf(row, await call('retrieve', client, row, id)), dataOf(row, answer));
      });
    }
  });
}

// Deletion runs the other way round, so that nothing is deleted that something still refers to.
describe('delete', () => {
  for (const row of [...rows].reverse().filter((r) => r.delete !== false && !r.everyone)) {
    test(row.path, async () => {
      const id = ids.get(row);
      await call('delete', client, row, id);
      if (!row.noRetrieve) await assert.rejects(call('retrieve', client, row, id), missing);
      assert.ok(!holds(row, await listed(client, row), id));
    });
  }
});
