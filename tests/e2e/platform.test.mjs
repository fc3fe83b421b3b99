// What holds for every operation: keys, errors, limits, retries, durability.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { apiKey, Tandem } from './tandem.mjs';

let tandem;
before(async () => { tandem = await Tandem.start(); });
after(() => tandem?.stop());

const groups = '/billing_groups';

describe('errors', () => {
  const json = { 'content-type': 'application/json' };
  const rows = [
    ['no key', { key: null, path: groups }, 401, '10009'],
    ['a wrong key', { key: 'KEYwrong', path: groups }, 401, '10009'],
    ['an unknown path', { path: '/nothing_here' }, 404, '10005'],
    ['an unknown method', { method: 'PUT', path: groups, body: {} }, 405, '10030'],
    ['broken JSON', { method: 'POST', path: groups, raw: '{"name":', headers: json }, 400, '10023'],
    ['invalid UTF-8', { method: 'POST', path: groups, raw: Buffer.from([0x22, 0xff, 0x22]), headers: json }, 400, '10028'],
    ['deep nesting', { method: 'POST', path: groups, raw: '['.repeat(5000), headers: json }, 400, '10023'],
    ['another content type', { method: 'POST', path: groups, raw: 'name', headers: { 'content-type': 'text/csv' } }, 415, '10029'],
    ['a missing field', { method: 'POST', path: '/messaging_profiles', body: { name: 'x' } }, 422, '10004', '/whitelisted_destinations'],
    ['a wrong type', { method: 'POST', path: '/messaging_profiles', body: { name: 5, whitelisted_destinations: ['US'] } }, 422, '10026', '/name'],
    ['an unknown enum value', { method: 'POST', path: '/call_control_applications', body: { application_name: 'a', webhook_event_url: 'https://a.example', dtmf_type: 'smoke' } }, 422, '10032', '/dtmf_type'],
    ['a field that is too long', { method: 'POST', path: '/messaging_profiles', body: { name: 'x', whitelisted_destinations: ['USA'] } }, undefined, undefined, '/whitelisted_destinations/0'],
    ['an oversized body', { method: 'POST', path: groups, raw: JSON.stringify({ name: 'x'.repeat(2 << 20) }), headers: json }, 413],
    ['a bad filter', { path: '/messaging_profiles?filter[bogus]=1' }, 400, '10031'],
    ['a bad page', { path: `${groups}?page[size]=many` }, undefined, '10026'],
    ['a reference to nothing', { method: 'POST', path: '/outbound_voice_profiles', body: { name: 'abc', billing_group_id: '6a09cdc3-8948-47f0-aa62-74ac943d6c58' } }, 422, '10017', '/billing_group_id'],
  ];
  for (const [name, { method = 'GET', path, ...options }, status, code, pointer] of rows) {
    test(name, async () => {
      const answer = await tandem.request(method, path, options);
      const [error] = answer.body?.errors ?? [];
      assert.ok(error, answer.text);
      if (status) assert.equal(answer.status, status, answer.text);
      assert.ok(answer.status < 500 || answer.status === 501, answer.text);
      if (code) assert.equal(error.code, code, answer.text);
      if (pointer) assert.equal(error.source.pointer, pointer);
      assert.ok(error.title);
    });
  }
});

describe('requests', () => {
  test('every answer tells the rate limit and its request id', async () => {
    const { headers } = await tandem.request('GET', groups);
    for (const name of ['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset']) {
      assert.match(headers.get(name), /^\d+$/, name);
    }
    assert.ok(headers.get('x-request-id'));
  });

  test('an Idempotency-Key makes one resource of two requests', async () => {
    const headers = { 'idempotency-key': 'once' };
    const first = await tandem.request('POST', groups, { body: { name: 'idempotent' }, headers });
    const second = await tandem.request('POST', groups, { body: { name: 'idempotent' }, headers });
    assert.equal(second.body.data.id, first.body.data.id);
    const other = await tandem.request('POST', groups, { body: { name: 'different' }, headers });
    assert.ok([409, 422].includes(other.status), other.text);
  });

  test('each request is in the log', async () => {
    const { headers } = await tandem.request('GET', `${groups}?page[size]=1`);
    const id = headers.get('x-request-id');
    let log = [];
    for (let i = 0; i < 200 && !log.some((entry) => entry.id === id); i++) {
      await new Promise((resolve) => setTimeout(resolve, 25));
      log = (await tandem.request('GET', '/sandbox/requests?limit=500')).body.data;
    }
    const entry = log.find((e) => e.id === id);
    assert.equal(entry.status, 200);
    assert.equal(entry.method, 'GET');
    assert.equal(entry.path, `/v2${groups}`);
    assert.ok(!JSON.stringify(log).includes(apiKey));
  });

  test('an account with access rules is closed to other addresses', async () => {
    const client = tandem.client();
    const { data } = await client.managedAccounts.create({ business_name: 'Fenced' });
    const fenced = tandem.client(data.api_key);
    await fenced.accessIPAddress.create({ ip_address: '192.0.2.1' });
    await assert.rejects(fenced.billingGroups.list(), (error) => error.status === 403);
  });

  test('a disabled managed account is refused, an enabled one is not', async () => {
    const client = tandem.client();
    const { data } = await client.managedAccounts.create({ business_name: 'Sleeper' });
    await client.managedAccounts.actions.disable(data.id);
    await assert.rejects(tandem.client(data.api_key).billingGroups.list(), (error) => error.status === 403);
    await client.managedAccounts.actions.enable(data.id);
    await tandem.client(data.api_key).billingGroups.list();
  });
});

describe('beside the API', () => {
  for (const [path, type] of [['/healthz', 'text/plain'], ['/readyz', 'text/plain'], ['/metrics', 'text/plain'],
    ['/openapi.json', 'application/json'], ['/docs', 'text/html'], ['/docs/scalar.js', 'text/javascript']]) {
    test(path, async () => {
      const answer = await fetch(tandem.origin + path);
      assert.equal(answer.status, 200);
      assert.ok(answer.headers.get('content-type').startsWith(type));
      assert.ok((await answer.text()).length > 2);
    });
  }

  test('the contract is complete', async () => {
    const contract = await (await fetch(`${tandem.origin}/openapi.json`)).json();
    const operations = Object.values(contract.paths).flatMap((item) =>
      ['get', 'head', 'post', 'put', 'patch', 'delete'].filter((verb) => item[verb]).map((verb) => item[verb]));
    assert.equal(operations.length, 822);
    assert.ok(operations.every((operation) => operation.summary && operation.operationId));
    for (const operation of operations) {
      const names = (operation.parameters ?? []).map((p) => p.$ref?.split('/').reduce((at, part) => (part === '#' ? contract : at[part]), null) ?? p)
        .map((p) => `${p.in} ${p.name}`);
      assert.equal(new Set(names).size, names.length, operation.operationId);
    }
  });

  test('the API page finds a place for every operation', async () => {
    const contract = await (await fetch(`${tandem.origin}/openapi.json`)).json();
    const page = await (await fetch(`${tandem.origin}/docs`)).text();
    const script = page.match(/<script>([^]*?)<\/script>/)[1].split('function fail')[0];
    const shown = new Function(`${script}; return arrange;`)()(contract);
    const groups = shown['x-tagGroups'];
    assert.ok(groups.every((group) => group.name && group.tags.length > 0));
    const tags = new Set(groups.flatMap((group) => group.tags));
    let pending = 0;
    for (const item of Object.values(shown.paths)) {
      for (const operation of Object.values(item).filter((o) => o.operationId)) {
        assert.ok(operation.tags.some((tag) => tags.has(tag)), operation.operationId);
        pending += operation['x-badges'] ? 1 : 0;
      }
    }
    assert.equal(pending, contract['x-pending'].length);
  });

  test('the sandbox clock moves, and a reset empties the platform but keeps the key', async () => {
    const now = async () => Date.parse((await tandem.request('GET', '/sandbox/clock')).body.data.now);
    const before = await now();
    await tandem.advance(86_400_000);
    assert.ok(await now() - before >= 86_400_000);
    await tandem.restart();
    assert.ok(await now() - before >= 86_400_000, 'a restart keeps the clock');
    await tandem.request('POST', groups, { body: { name: 'gone soon' } });
    assert.equal((await tandem.request('POST', '/sandbox/reset', { body: {} })).status, 200);
    assert.deepEqual((await tandem.request('GET', groups)).body.data, []);
  });

  test('the operator profile has no sandbox', async () => {
    const operator = await Tandem.start({ profile: 'operator', env: { TANDEM_API_KEY: undefined } });
    try {
      for (const [method, path] of [['GET', '/sandbox/clock'], ['POST', '/sandbox/reset']]) {
        const body = method === 'POST' ? {} : undefined;
        assert.equal((await operator.request(method, path, { body })).status, 404);
      }
      assert.equal((await operator.request('GET', groups)).status, 401);
    } finally {
      await operator.stop();
    }
  });
});

describe('durability', () => {
  test('nothing acknowledged is lost by kill -9 under a write load', async () => {
    const acknowledged = [];
    for (let round = 0; round < 3; round++) {
      let running = true;
      const writers = [...Array(16).keys()].map(async (n) => {
        while (running) {
          const answer = await tandem.request('POST', groups, { body: { name: `w${n}` } }).catch(() => null);
          if (!answer) return;
          if (answer.status === 200) acknowledged.push(answer.body.data.id);
        }
      });
      const enough = acknowledged.length + 200;
      while (acknowledged.length < enough) await new Promise((resolve) => setTimeout(resolve, 10));
      await tandem.kill9();
      running = false;
      await Promise.all(writers);
      await tandem.restart();
    }
    const found = new Set();
    for (let number = 1; ; number++) {
      const page = (await tandem.request('GET', `${groups}?page[size]=250&page[number]=${number}`)).body;
      page.data.forEach((group) => found.add(group.id));
      if (number >= page.meta.total_pages) {
        assert.equal(page.meta.total_results, found.size);
        break;
      }
    }
    assert.deepEqual(acknowledged.filter((id) => !found.has(id)), []);
  });
});
