// Every operation there is, asked wrongly through HTTP: nothing that does not exist is found, nothing
// ends in a failure of the server, and every refusal says what was wrong.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { Tandem } from './tandem.mjs';

let tandem;
let operations;
before(async () => {
  tandem = await Tandem.start();
  const { paths } = await (await fetch(`${tandem.origin}/openapi.json`)).json();
  const pending = new Set(readFileSync(new URL('../../contract/pending.yaml', import.meta.url), 'utf8').match(/^ {4}- (\S+)$/gm)?.map((line) => line.slice(6)));
  operations = Object.entries(paths).flatMap(([path, methods]) => Object.entries(methods)
    .filter(([, operation]) => operation.operationId)
    .map(([method, operation]) => ({ path, method: method.toUpperCase(), operation, pending: pending.has(operation.operationId) })));
});
after(() => tandem?.stop());

// OAuth answers errors in its own form, and asks browsers to go elsewhere.
const ownForm = (path) => path.startsWith('/oauth/') || path.startsWith('/.well-known');
const fill = (path, value) => path.replace(/\{[^}]+\}/g, encodeURIComponent(value));
/** One request; what is wrong with its answer, or nothing. */
async function ask({ path, method, pending }, target, init, expected) {
  const answer = await fetch(`${path.startsWith('/.well-known') ? tandem.origin : tandem.baseURL}${target}`, {
    method, redirect: 'manual', ...init, headers: { authorization: 'Bearer KEY0123456789ABCDEF_e2e', ...init?.headers } });
  const text = await answer.text();
  const what = `${method} ${target} ${init?.body ?? ''}: ${answer.status} ${text.slice(0, 200)}`;
  if (pending) return answer.status === 501 || answer.status < 500 ? '' : what;
  if (answer.status >= 500 && answer.status !== 503) return what;
  if (answer.status >= 400 && method !== 'HEAD' && !ownForm(path)) {
    const error = /json/.test(answer.headers.get('content-type')) && JSON.parse(text).errors?.[0];
    if (!error?.code || !error.title) return `no error in ${what}`;
  }
  return expected && !expected(answer.status) ? `unexpected: ${what}` : '';
}
async function all(list, each) {
  const wrong = [];
  for (let at = 0; at < list.length; at += 16) {
    wrong.push(...(await Promise.all(list.slice(at, at + 16).map(each))).filter(Boolean));
  }
  assert.deepEqual(wrong, []);
}
const json = (body) => ({ body, headers: { 'content-type': 'application/json' } });
const hasBody = ({ operation }) => operation.requestBody;

test('ids that nobody has', async () => {
  assert.ok(operations.length > 700);
  for (const id of ['nonsense', '00000000-0000-4000-8000-000000000000', '1234567890123456789', '+13125550100', "';--", '%', 'é'.repeat(200)]) {
    await all(operations.filter(({ path }) => path.includes('{')),
      (one) => ask(one, fill(one.path, id), hasBody(one) ? json('{}') : undefined));
  }
});

test('bodies that are empty, of another kind, or no JSON', async () => {
  const id = '00000000-0000-4000-8000-000000000000';
  for (const body of ['{}', '[]', '"text"', 'null', '{"', '', '{"phone_numbers":[{}],"name":{},"to":[1],"id":null}']) {
    await all(operations.filter(hasBody), (one) => ask(one, fill(one.path, id), json(body)));
  }
});

test('members of the wrong type, and texts of odd content, in every place of a body', async () => {
  const id = '00000000-0000-4000-8000-000000000000';
  const resolve = (schema, components) => (schema?.$ref ? resolve(schema.$ref.slice(2).split('/').reduce((at, part) => at?.[part], components), components) : schema);
  const root = await (await fetch(`${tandem.origin}/openapi.json`)).json();
  const odd = (schema, value, depth = 0) => {
    const known = resolve(schema, root) ?? {};
    if (depth > 4) return value;
    if (known.allOf) return odd(known.allOf[0], value, depth + 1);
    if (known.properties) return Object.fromEntries(Object.entries(known.properties).map(([name, part]) => [name, odd(part, value, depth + 1)]));
    if (known.items) return [odd(known.items, value, depth + 1)];
    if (known.enum) return known.enum[0];
    return value;
  };
  for (const value of [-1, 'x', '\u0000\u{1F600}', true, 1e300, {}, null]) {
    await all(operations.filter(hasBody), (one) => {
      const content = resolve(one.operation.requestBody, root)?.content ?? {};
      const schema = content['application/json']?.schema ?? Object.values(content)[0]?.schema;
      return ask(one, fill(one.path, id), json(JSON.stringify(odd(schema, value))));
    });
  }
});

test('queries that mean nothing', async () => {
  for (const query of ['page[number]=0', 'page[size]=100000', 'page=x&page_size=-1', 'filter[nonsense]=1', 'filter[created_at][gte]=x', 'sort=nonsense', 'sort[]=%00', 'filter=1&filter[a][b][c]=d']) {
    await all(operations.filter(({ method }) => method === 'GET'), (one) => ask(one, `${fill(one.path, '1')}?${query}`));
  }
});

test('another account\'s key, and none', async () => {
  await all(operations.filter(({ path }) => !ownForm(path)), async (one) => ask(one, fill(one.path, '1'), { headers: { authorization: '' } },
    (status) => status === 401 || one.pending || one.operation.security?.length === 0));
});
