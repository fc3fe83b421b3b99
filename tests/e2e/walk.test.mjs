// Every operation that is served, asked in every wrong way: each refusal has the documented code and
// says where the mistake is, none is a 500, and what the account can see of itself stays as it was.
import assert from 'node:assert/strict';
import { Agent, request as httpRequest } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { rows } from './collections/rows.mjs';
import { Contract, strangers } from './contract.mjs';
import { apiKey, Tandem } from './tandem.mjs';

const atOnce = 16;
const nobody = '6a09cdc3-8948-47f0-aa62-74ac943d6c58';
const json = { 'content-type': 'application/json' };

let tandem;
let contract;
let served;        // operations that do not answer 501
let ids;           // path of a collection -> id of something in it
let stranger;      // key of another account
const agent = new Agent({ keepAlive: true, maxSockets: atOnce });

/** A request with bytes of our choice: { status, body }. */
function ask(method, path, { key = apiKey, headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const all = { ...(key ? { authorization: `Bearer ${key}` } : {}), ...headers };
    const request = httpRequest({ agent, host: '127.0.0.1', port: tandem.port, method, path: `/v2${path}`, headers: all }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk) => { text += chunk; });
      answer.on('end', () => {
        if (answer.statusCode === 429) {  // strangers are slowed down
          setTimeout(() => ask(method, path, { key, headers, body }).then(resolve, reject), 1_000);
          return;
        }
        if ('content-length' in headers) request.destroy();  // we never sent what it announces
        let parsed;
        try { parsed = JSON.parse(text); } catch { /* not JSON */ }
        resolve({ status: answer.statusCode, headers: answer.headers, text, body: parsed });
      });
    });
    request.on('error', reject);
    if ('content-length' in headers) request.flushHeaders();
    else request.end(body);
  });
}

/** Runs the checks, some at once, and fails with all that is wrong. */
async function each(things, check) {
  const wrong = [];
  const queue = [...things];
  await Promise.all([...Array(atOnce)].map(async () => {
    while (queue.length > 0) {
      const thing = queue.shift();
      for (const problem of (await check(thing)) ?? []) wrong.push(problem);
    }
  }));
  assert.equal(wrong.length, 0, `${wrong.length} answers are wrong:\n${wrong.slice(0, 40).join('\n')}`);
}

/** The path with ids of things that exist where there are any. */
function pathOf(operation, filling) {
  const collection = operation.path.split('/{')[0];
  let first = true;
  return operation.path.replaceAll(/\{([^}]+)\}/g, (_, name) => {
    const words = contract.resolve(operation.parameters.find((p) => p.in === 'path' && p.name === name)?.schema)?.enum;
    const id = words?.[0] ?? filling ?? (first ? ids.get(collection) : undefined) ?? nobody;
    first = false;
    return encodeURIComponent(id);
  });
}

/** What is wrong with a refusal; codes and pointers are optional. */
function judge(what, operation, answer, { statuses, codes, pointer, parameter } = {}) {
  const told = `${what}: ${operation.verb} ${operation.path}: ${answer.status} ${answer.text.slice(0, 300)}`;
  if (operation.path.startsWith('/oauth/') && answer.body?.error && !codes) return [];  // RFC 6749 section 5.2
  const errors = answer.body?.errors?.map((error) => ({ ...error, code: String(error.code) }));
  if (answer.status < 400 || answer.status >= 500) return [told];
  if (!Array.isArray(errors) || errors.length === 0) return [`${told} (no errors)`];
  if (!errors.every((error) => /^\d{5}$/.test(error.code) && error.title)) return [`${told} (no code or title)`];
  if (statuses && !statuses.includes(answer.status)) return [`${told} (not ${statuses})`];
  // Commands of calls have a code of their own for each field (900xx).
  const wanted = (error) => !codes || codes.includes(error.code) || (pointer && error.title.startsWith('Invalid value for '));
  if (!errors.some(wanted)) return [`${told} (not ${codes})`];
  const points = (error) => error.source?.pointer?.startsWith(pointer);
  if (pointer && !errors.some((error) => points(error) && wanted(error))) return [`${told} (not at ${pointer})`];
  if (parameter && !errors.some((error) => error.source?.parameter === parameter)) return [`${told} (not at ${parameter})`];
  return [];
}

/** All that lists and single resources without a parameter show, as text per path. */
async function state() {
  const seen = new Map();
  const paths = served.filter((o) => o.verb === 'GET' && !o.path.includes('{')).map((o) => o.path);
  for (const path of paths) {
    const answer = await ask('GET', path);
    if (answer.status === 200) seen.set(path, answer.text);
  }
  return seen;
}

const changes = (before, after) => [...before].filter(([path, text]) => after.get(path) !== text).map(([path]) => path);

/** Paths whose answers differ from one time to the next by themselves, and what they all say now. */
let volatile = new Set();
let untouched;

before(async () => {
  tandem = await Tandem.start({ args: ['--rate-limit', '100000000'] });
  contract = await Contract.of(tandem);
  const client = tandem.client();
  const made = {};
  for (const row of rows) {
    const body = typeof row.create === 'function' ? row.create(made) : row.create;
    const api = row.name.split('.').reduce((at, part) => at[part], client);
    const parent = row.parent ? [made[row.parent[0]]] : [];
    const answer = row.how ? { id: await row.how({ client, tandem, made }) }
      : !body ? {} : row.call?.create ? await row.call.create(client, made, body) : await api.create(...parent, body);
    if (row.keep) made[row.keep] = row.how ? answer.id : (row.id ? row.id(answer) : (row.data ? row.data(answer) : answer.data ?? answer).id);
  }
  stranger = (await client.managedAccounts.create({ business_name: 'Somebody else' })).data.api_key;
  const pending = new Set(contract.document['x-pending']);
  served = contract.operations.filter((o) => !pending.has(o.id) && !o.path.startsWith('/{') && o.path !== '/');
  ids = new Map();
  for (const operation of served.filter((o) => o.verb === 'GET' && !o.path.includes('{'))) {
    const { body } = await ask('GET', operation.path);
    const first = (body?.data ?? body?.records)?.[0];
    const id = first?.id ?? first?.test_id;
    if (id) ids.set(operation.path, id);
  }
  assert.ok(ids.size > 30, `only ${ids.size} collections have something in them`);
  for (let month = 0; month < 4; month++) {  // what is still under way comes to its end, step by step
    await tandem.advance(30 * 86_400_000);
    await settle();
  }
});
after(() => { agent.destroy(); return tandem?.stop(); });

/** Waits until nothing changes any more but what always does. */
async function settle() {
  let last = await state();
  for (let calm = 0, round = 0; calm < 3 && round < 100; round++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const now = await state();
    const changed = changes(last, now);
    volatile = new Set(changed.filter((path) => round === 0 || volatile.has(path)));
    calm = changed.every((path) => volatile.has(path)) ? calm + 1 : 0;
    last = now;
  }
  untouched = last;
}

async function assertUntouched() {
  const now = await state();
  assert.deepEqual(changes(untouched, now).filter((path) => !volatile.has(path)), []);
}

const withBody = () => served.filter((o) => o.schema);

test('a change would be noticed', async () => {
  assert.ok(untouched.size > 100);
  const { body } = await tandem.request('POST', '/billing_groups', { body: { name: 'seen' } });
  assert.ok(changes(untouched, await state()).includes('/billing_groups'));
  await tandem.request('DELETE', `/billing_groups/${body.data.id}`);
  untouched = await state();
});

test('501 is answered by what the contract calls pending, and by nothing else', async () => {
  const harmless = served.filter((o) => o.verb === 'GET' || o.schema || o.path.includes('{'));
  await each(harmless, async (o) => {
    const { status, text } = await ask(o.verb, pathOf(o, nobody), { headers: json, body: o.verb === 'GET' ? undefined : '[' });
    return status === 501 ? [`${o.id}: ${text}`] : [];
  });
  const others = contract.operations.filter((o) => !served.includes(o) && !o.path.startsWith('/{') && o.path !== '/');
  await each(others, async (o) => {
    const answer = await ask(o.verb, pathOf(o, nobody));
    return answer.status === 501 && String(answer.body.errors[0].code) === '10037' ? [] : [`${o.id}: ${answer.status} ${answer.text}`];
  });
});

describe('bodies', () => {
  const deep = '['.repeat(200);
  const cases = [
    ['broken JSON', { body: '{"a":' }, { statuses: [400, 422], codes: ['10023'] }],
    ['two documents', { body: '{}{}' }, { statuses: [400, 422], codes: ['10023'] }],
    ['deep nesting', { body: deep }, { statuses: [400, 422], codes: ['10023'] }],
    ['invalid UTF-8', { body: Buffer.from('7b2261223a22c328227d', 'hex') }, { codes: ['10028'] }],
    ['the same key twice', { body: '{"a":1,"a":2}' }, { codes: ['10015'], pointer: '/a' }],
    ['another content type', { body: '<a/>', headers: { 'content-type': 'text/xml' } }, { statuses: [415, 400, 422], codes: ['10014', '10024', '10029'] }],
    ['another charset', { body: '{}', headers: { 'content-type': 'application/json; charset=utf-16' } }, { codes: ['10028'] }],
    ['an oversized body', { headers: { ...json, 'content-length': 3 << 20 } }, { statuses: [413] }],
  ];
  for (const [name, options, wanted] of cases) {
    test(name, async () => {
      await each(withBody(), async (o) => judge(name, o, await ask(o.verb, pathOf(o), { headers: json, ...options }), wanted));
      await assertUntouched();
    });
  }

  test('not an object', async () => {
    const objects = withBody().filter((o) => contract.types(o.schema).join() === 'object');
    await each(objects, async (o) => judge('a number', o, await ask(o.verb, pathOf(o), { headers: json, body: '7' }), { codes: ['10026'] }));
    await assertUntouched();
  });

  test('nothing where something is needed', async () => {
    const needy = withBody().filter((o) => contract.members(o.schema).some(([, schema, required]) => required && !schema.readOnly));
    assert.ok(needy.length > 80);
    await each(needy, async (o) => {
      const answer = await ask(o.verb, pathOf(o), { headers: json, body: '{}' });
      const names = contract.members(o.schema).filter(([, schema, required]) => required && !schema.readOnly).map(([name]) => name);
      return names.slice(0, 5).flatMap((name) => judge('a missing field', o, answer, { codes: ['10004'], pointer: `/${name}` }));
    });
    await assertUntouched();
  });
});

describe('fields', () => {
  /** One request for each field of each body, with the values that `wrong` makes of its schema; at least so many. */
  async function spoil(what, codes, least, wrong) {
    let asked = 0;
    await each(withBody(), async (o) => {
      const problems = [];
      for (const [path, schema] of contract.fields(o.schema)) {
        for (const value of wrong(schema)) {
          asked += 1;
          const body = path.reduceRight((inner, step) => (step === 0 ? [inner] : { [step]: inner }), value);
          const answer = await ask(o.verb, pathOf(o), { headers: json, body: JSON.stringify(body) });
          problems.push(...judge(`${what} ${JSON.stringify(value).slice(0, 40)}`, o, answer, { codes, pointer: `/${path.join('/')}` }));
        }
      }
      return problems;
    });
    await assertUntouched();
    assert.ok(asked >= least, `only ${asked} fields were asked for`);
  }

  test('of another type', () => spoil('another type', ['10026'], 4000, (s) => strangers(contract.types(s))));

  test('null where it is not allowed', () => {
    const plain = (s) => contract.types(s).length > 0 && !contract.types(s).includes('null') && !s.nullable && !s.enum?.includes(null);
    return spoil('null', ['10026'], 500, (s) => (plain(s) ? [null] : []));
  });

  test('not among the values allowed', () => spoil('unknown value', ['10032'], 100, (s) =>
    (contract.types(s).join() === 'string' && s.enum ? ['no such value'] : [])));

  test('too long, too short', () => spoil('length', ['10025'], 50, (s) => [
    ...(s.maxLength && s.maxLength < 100_000 && !s.enum ? ['x'.repeat(s.maxLength + 1)] : []),
    ...(s.minLength > 1 && !s.enum ? ['x'] : [])]));

  test('out of range', () => {
    const number = (s) => ['integer', 'number'].includes(contract.types(s).join());
    return spoil('range', ['10033'], 40, (s) => (!number(s) ? [] : [
      ...(s.maximum !== undefined ? [s.maximum + 1] : []),
      ...(s.minimum !== undefined ? [s.minimum - 1] : [])]));
  });

  test('no URL, no UUID, no date, no phone number', () => {
    const formats = ['uri', 'uuid', 'date-time', 'date', 'email', 'e164'];
    return spoil('format', ['10003', '10015', '10016', '10019'], 60, (s) =>
      (contract.types(s).join() === 'string' && formats.includes(s.format) && !s.enum ? ['not that'] : []));
  });
});

test('odd content in every place of a body at once', async () => {
  const fill = (schema, value, depth = 4) => {
    const known = contract.resolve(schema) ?? {};
    if (depth === 0 || known.enum) return known.enum?.[0] ?? value;
    const members = contract.members(known);
    if (members.length > 0) return Object.fromEntries(members.map(([name, part]) => [name, fill(part, value, depth - 1)]));
    return known.items ? [fill(known.items, value, depth - 1)] : value;
  };
  for (const value of [-1, 'x', '\u0000\u{1F600}', true, 1e300, {}, null]) {
    await each(withBody(), async (o) => {
      const answer = await ask(o.verb, pathOf(o, nobody), { headers: json, body: JSON.stringify(fill(o.schema, value)) });
      return answer.status >= 400 ? judge(`all ${JSON.stringify(value)}`, o, answer) : [];
    });
  }
  await settle();  // some of it was good enough
});

describe('queries', () => {
  const lists = () => served.filter((o) => o.verb === 'GET');
  const deep = (o, name) => o.parameters.find((p) => p.in === 'query' && p.name === name && p.style === 'deepObject');

  test('filters that are unknown', async () => {
    const filtered = lists().filter((o) => deep(o, 'filter'));
    assert.ok(filtered.length > 60);
    await each(filtered, async (o) => judge('unknown filter', o, await ask('GET', `${pathOf(o)}?filter[no_such_field]=1`),
      { codes: ['10031'], parameter: 'filter[no_such_field]' }));
  });

  test('pages that are none', async () => {
    const paged = lists().filter((o) => deep(o, 'page'));
    assert.ok(paged.length > 60);
    await each(paged, async (o) => {
      const problems = [];
      for (const [page, code] of [['number]=x', '10026'], ['number]=-1', '10033'], ['size]=0', '10033'], ['size]=100000', '10033']]) {
        problems.push(...judge(page, o, await ask('GET', `${pathOf(o)}?page[${page}`), { codes: [code], parameter: `page[${page.split('=')[0]}` }));
      }
      return problems;
    });
  });

  test('fields that cannot be sorted by', async () => {
    const sorted = lists().filter((o) => o.parameters.some((p) => p.in === 'query' && p.name === 'sort') &&
      !o.parameters.some((p) => p.in === 'query' && p.required));
    assert.ok(sorted.length > 15);
    await each(sorted, async (o) => judge('sort', o, await ask('GET', `${pathOf(o)}?sort=no_such_field`),
      { codes: ['10015', '10018', '10032'], parameter: 'sort' }));
  });

  test('parameters of another type, unknown values', async () => {
    await each(lists(), async (o) => {
      const problems = [];
      for (const parameter of o.parameters.filter((p) => p.in === 'query' && p.style !== 'deepObject' && !/^page|^filter|^sort/i.test(p.name))) {
        const schema = contract.resolve(parameter.schema);
        const types = contract.types(schema);
        const value = ['integer', 'number', 'boolean'].includes(types.join()) || schema?.enum ? 'no_such_value' : undefined;
        if (!value) continue;
        problems.push(...judge(`${parameter.name}=${value}`, o, await ask('GET', `${pathOf(o)}?${encodeURIComponent(parameter.name)}=${value}`),
          { codes: ['10026', '10032'], parameter: parameter.name }));
      }
      return problems;
    });
  });

  test('odd ones end in no 500', async () => {
    const queries = ['a=%zz', '%ff=%fe', 'filter=', 'filter[', 'filter[]]=1', 'filter[id][bogus]=1', 'page=1', 'page[', 'page[number][x]=1',
      'sort=', 'sort=-', 'sort[]=,,', '&&=&', `x=${'y'.repeat(4000)}`, 'filter[created_at][gte]=yesterday&filter[created_at][lt]=null'];
    await each(lists(), async (o) => {
      const problems = [];
      for (const query of queries) {
        const answer = await ask('GET', `${pathOf(o)}?${query}`);
        if (answer.status >= 400) problems.push(...judge(query, o, answer));
      }
      return problems;
    });
    await assertUntouched();
  });
});

describe('paths, methods and keys', () => {
  const single = () => served.filter((o) => o.path.includes('{') && o.keyed);

  test('ids of nothing', async () => {
    const plain = single().filter((o) => ['GET', 'DELETE'].includes(o.verb) && ids.has(o.path.split('/{')[0]) && /\/\{[^}]+\}$/.test(o.path) && o.path.split('{').length === 2);
    assert.ok(plain.length > 60);
    for (const id of [nobody, '1293384261075731499']) {
      await each(plain, async (o) => judge('id of nothing', o, await ask(o.verb, pathOf(o, id)), { statuses: [404], codes: ['10005', '10006'] }));
    }
  });

  test('odd ids end in no 500', async () => {
    for (const id of ['%00', '%ff%fe', '..', '%2e%2e%2f', "'%20OR%201=1", 'x'.repeat(2000), '%f0%9f%98%80', '-', '0', '%25', ';', '{id}']) {
      await each(single(), async (o) => {
        const path = o.path.replaceAll(/\{[^}]+\}/g, id);
        const answer = await ask(o.verb, path, { headers: o.verb === 'GET' ? {} : json, body: ['GET', 'DELETE'].includes(o.verb) ? undefined : '{}' });
        return answer.status >= 400 ? judge(`id ${id.slice(0, 20)}`, o, answer) : [];
      });
    }
  });

  test('what belongs to another account is not there', async () => {
    const foreign = single().filter((o) => ids.has(o.path.split('/{')[0]) && !['/regions'].includes(o.path));
    await each(foreign, async (o) => {
      const own = await ask('GET', o.path.split('/{')[0], { key: stranger });
      const shared = (own.body?.data ?? own.body?.records ?? []).some((one) => one.id === ids.get(o.path.split('/{')[0]));
      if (shared) return [];  // the platform's own: everyone sees it
      const answer = await ask(o.verb, pathOf(o), { key: stranger, headers: json, body: ['GET', 'DELETE'].includes(o.verb) ? undefined : '{}' });
      return judge('foreign id', o, answer, o.body ? {} : { statuses: [404, 422], codes: ['10005', '10006', '10015'] });
    });
    await assertUntouched();
  });

  test('methods that a path does not know', async () => {
    const known = new Map();
    for (const o of contract.operations) known.set(o.path, [...(known.get(o.path) ?? []), o.verb]);
    await each(served.filter((o) => !o.path.startsWith('/portouts/{id}/')), async (o) => {
      const problems = [];
      for (const verb of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter((v) => !known.get(o.path).includes(v))) {
        const answer = await ask(verb, pathOf(o));
        // Another template may fit the same path: /phone_numbers/{id} where there is /phone_numbers/jobs.
        if (answer.status !== 405) { if (answer.status < 400 || answer.status >= 500) problems.push(...judge(verb, o, answer)); continue; }
        problems.push(...judge(verb, o, answer, { codes: ['10030'] }));
        if (!known.get(o.path).every((v) => answer.headers.allow?.includes(v))) problems.push(`${verb} ${o.path}: Allow: ${answer.headers.allow}`);
      }
      return problems;
    });
    await assertUntouched();
  });

  test('no key, a wrong key, another scheme', async () => {
    const closed = served.filter((o) => o.keyed);
    for (const headers of [{}, { authorization: 'Bearer KEYwrong' }, { authorization: 'Basic YTpi' }, { authorization: 'Bearer' }]) {
      await each(closed, async (o) => judge('no key', o, await ask(o.verb, pathOf(o), { key: null, headers }), { statuses: [401], codes: ['10009'] }));
    }
    await assertUntouched();
  });

  test('paths that lead nowhere', async () => {
    const answer = async (path) => ask('GET', path);
    await each(['', '/', '/nothing', '//billing_groups', '/billing_groups/x/y/z', '/BILLING_GROUPS', '/%62illing_group'],
      async (path) => judge('nowhere', { verb: 'GET', path }, await answer(path), { statuses: [404], codes: ['10005'] }));
  });
});
