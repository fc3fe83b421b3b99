// Programs that act for an account by OAuth: the official SDK, and requests as a browser sends them.
import assert from 'node:assert/strict';
import { createHash, createPublicKey, randomBytes, verify } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Tandem } from './tandem.mjs';

const redirect = 'https://app.example/callback?from=tandem';
const hour = 3_600_000;
let tandem;
let client;
before(async () => {
  tandem = await Tandem.start();
  client = tandem.client();
});
after(() => tandem?.stop());

const form = (values) => ({
  raw: new URLSearchParams(values).toString(),
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  key: null,
});

/** The token endpoint, asked as RFC 6749 says. */
function token(values, basic) {
  const request = form(values);
  if (basic) request.headers.authorization = `Basic ${Buffer.from(`${basic.client_id}:${basic.client_secret}`).toString('base64')}`;
  return tandem.request('POST', '/oauth/token', request);
}

const use = (bearer) => tandem.request('GET', '/balance', { key: bearer });

async function makeClient(values = {}) {
  const { data } = await client.oauthClients.create({
    name: 'Dashboard', client_type: 'confidential', allowed_scopes: ['admin'], redirect_uris: [redirect],
    allowed_grant_types: ['client_credentials', 'authorization_code', 'refresh_token'], ...values,
  });
  return data;
}

/** What the browser is sent to, as its parameters. */
async function authorize(values) {
  const asked = new URLSearchParams({ response_type: 'code', redirect_uri: redirect, ...values });
  const answer = await tandem.request('GET', `/oauth/authorize?${asked}`, { key: null });
  const location = answer.headers.get('location');
  return { ...answer, location, parameters: location ? new URL(location).searchParams : null };
}

async function consent(values, allowed = true) {
  const { parameters } = await authorize(values);
  const consent_token = parameters.get('consent_token');
  const { redirect_uri } = await client.oauth.grants({ allowed, consent_token });
  return new URL(redirect_uri).searchParams;
}

function challenge() {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, asked: { code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256' } };
}

test('a secret is shown once, and an update changes what it names', async () => {
  const made = await makeClient();
  assert.match(made.client_secret, /^\w{43}$/);
  const { data } = await client.oauthClients.retrieve(made.client_id);
  assert.equal(data.client_secret, null);
  assert.equal(data.require_pkce, false);
  const updated = (await client.oauthClients.update(made.client_id, { name: 'Board', require_pkce: true })).data;
  assert.deepEqual([updated.name, updated.require_pkce, updated.redirect_uris], ['Board', true, [redirect]]);
  const found = await client.oauthClients.list({ 'filter[name][contains]': 'boar', 'filter[allowed_grant_types][contains]': 'refresh_token', 'filter[verified]': false });
  assert.deepEqual(found.data.map((each) => each.client_id), [made.client_id]);
  assert.equal((await client.oauthClients.list({ 'filter[verified]': true })).data.length, 0);
  await client.oauthClients.delete(made.client_id);
  const gone = await tandem.request('GET', `/oauth_clients/${made.client_id}`);
  assert.deepEqual([gone.status, gone.body.errors[0].code, gone.body.error], [404, '10005', 'invalid_request']);
  await assert.rejects(makeClient({ allowed_scopes: ['nonsense'] }),
    (error) => error.status === 422 && error.error.errors[0].source.pointer === '/allowed_scopes');
});

test('client credentials open the API until the token expires or the client goes', async () => {
  const made = await makeClient();
  const asked = { grant_type: 'client_credentials' };
  const { status, body, headers } = await token(asked, made);
  assert.deepEqual([status, body.token_type, body.expires_in, body.scope, body.refresh_token], [200, 'Bearer', 3600, 'admin', undefined]);
  assert.equal(headers.get('cache-control'), 'no-store');
  assert.equal((await use(body.access_token)).status, 200);
  const rooms = await tandem.client(body.access_token).billingGroups.list();
  assert.ok(Array.isArray(rooms.data));
  // In the body, through the SDK, whose own key does not matter here.
  const second = await client.oauth.token({ ...asked, client_id: made.client_id, client_secret: made.client_secret });
  assert.equal((await use(second.access_token)).status, 200);

  await tandem.advance(hour);
  const expired = await use(second.access_token);
  assert.deepEqual([expired.status, expired.body.errors[0].code], [401, '20006']);
  const third = await token(asked, made);
  assert.equal((await use(third.body.access_token)).status, 200);
  await client.oauthClients.delete(made.client_id);
  assert.equal((await use(third.body.access_token)).status, 401);
});

test('tokens are verified with the published key', async () => {
  const made = await makeClient();
  const { body } = await token({ grant_type: 'client_credentials' }, made);
  const { keys: [key] } = await client.oauth.retrieveJwks();
  assert.deepEqual([key.kty, key.alg, key.use], ['OKP', 'EdDSA', 'sig']);
  const [head, claims, signature] = body.access_token.split('.');
  const signed = Buffer.from(`${head}.${claims}`);
  assert.ok(verify(null, signed, createPublicKey({ key, format: 'jwk' }), Buffer.from(signature, 'base64url')));
  assert.equal(JSON.parse(Buffer.from(head, 'base64url')).kid, key.kid);
  const said = JSON.parse(Buffer.from(claims, 'base64url'));
  assert.deepEqual([said.client_id, said.scope, said.exp - said.iat], [made.client_id, 'admin', 3600]);
});

test('errors of the token endpoint are those of RFC 6749', async () => {
  const made = await makeClient({ allowed_grant_types: ['client_credentials', 'authorization_code'] });
  const credentials = { grant_type: 'client_credentials' };
  const rows = [
    [credentials, { ...made, client_secret: 'wrong' }, 401, 'invalid_client'],
    [credentials, undefined, 401, 'invalid_client'],
    [{}, made, 400, 'invalid_request'],
    [{ ...credentials, scope: 'nonsense' }, made, 400, 'invalid_scope'],
    [{ grant_type: 'refresh_token', refresh_token: 'x' }, made, 400, 'unauthorized_client'],
    [{ grant_type: 'authorization_code' }, made, 400, 'invalid_request'],
    [{ grant_type: 'authorization_code', code: 'x' }, made, 400, 'invalid_grant'],
  ];
  for (const [values, basic, status, error] of rows) {
    const answer = await token(values, basic);
    assert.deepEqual([answer.status, answer.body.error], [status, error], JSON.stringify(values));
    assert.ok(answer.body.error_description);
  }
});

test('authorization code with PKCE: consent, tokens, refresh, revocation', async () => {
  const made = await makeClient({ client_type: 'public', allowed_grant_types: ['authorization_code', 'refresh_token'] });
  assert.equal(made.client_secret, null);
  const client_id = made.client_id;
  const { verifier, asked } = challenge();
  const wish = await authorize({ client_id, state: 's 1', ...asked });
  assert.equal(wish.status, 302);
  const page = await fetch(wish.location);
  assert.equal(page.status, 200);
  assert.match(await page.text(), /consent_token/);
  const consent_token = wish.parameters.get('consent_token');
  const shown = (await client.oauth.retrieve(consent_token)).data;
  assert.deepEqual([shown.client_id, shown.name, shown.requested_scopes.map((scope) => scope.id)], [client_id, 'Dashboard', ['admin']]);

  const { redirect_uri } = await client.oauth.grants({ allowed: true, consent_token });
  assert.ok(redirect_uri.startsWith(`${redirect}&code=`));
  const back = new URL(redirect_uri).searchParams;
  assert.equal(back.get('state'), 's 1');
  const redeem = { grant_type: 'authorization_code', client_id, redirect_uri: redirect, code: back.get('code') };
  assert.equal((await token({ ...redeem, code_verifier: 'x'.repeat(43) })).body.error, 'invalid_grant');
  assert.equal((await token(redeem)).body.error, 'invalid_grant');
  const first = await token({ ...redeem, code_verifier: verifier });
  assert.equal(first.status, 200, first.text);
  assert.equal((await use(first.body.access_token)).status, 200);

  await tandem.kill9();
  await tandem.restart();
  assert.equal((await use(first.body.access_token)).status, 200);
  const [grant] = (await client.oauthGrants.list()).data;
  assert.equal(grant.client_id, client_id);
  assert.ok(grant.last_used_at);

  const refresh = (refresh_token) => token({ grant_type: 'refresh_token', client_id, refresh_token });
  const second = await refresh(first.body.refresh_token);
  assert.equal(second.status, 200, second.text);
  assert.equal((await use(second.body.access_token)).status, 200);
  await client.oauthGrants.delete(grant.id);
  assert.equal((await use(second.body.access_token)).status, 401);
  assert.equal((await refresh(second.body.refresh_token)).body.error, 'invalid_grant');
});

test('a code or refresh token that comes twice ends what was consented to', async () => {
  const made = await makeClient();
  const redeem = (back) => token({ grant_type: 'authorization_code', redirect_uri: redirect, code: back.get('code') }, made);
  const code = await consent({ client_id: made.client_id });
  const first = await redeem(code);
  assert.equal((await use(first.body.access_token)).status, 200);
  assert.equal((await redeem(code)).body.error, 'invalid_grant');
  assert.equal((await use(first.body.access_token)).status, 401);

  const { body } = await redeem(await consent({ client_id: made.client_id }));
  const refresh = () => token({ grant_type: 'refresh_token', refresh_token: body.refresh_token }, made);
  const next = await refresh();
  assert.equal((await refresh()).body.error, 'invalid_grant');
  assert.equal((await use(next.body.access_token)).status, 401);
});

test('what the authorization endpoint refuses, and whom it tells', async () => {
  const made = await makeClient({ require_pkce: true });
  const client_id = made.client_id;
  const { asked } = challenge();
  const elsewhere = await authorize({ client_id, redirect_uri: 'https://evil.example/' });
  assert.deepEqual([elsewhere.status, elsewhere.location], [422, null]);
  assert.match(elsewhere.headers.get('content-type'), /^text\/html/);
  assert.equal((await authorize({ client_id: 'nobody' })).status, 404);
  for (const [values, error] of [[{}, 'invalid_request'], [{ ...asked, scope: 'nonsense' }, 'invalid_scope']]) {
    const answer = await authorize({ client_id, state: 'x', ...values });
    assert.deepEqual([answer.status, answer.parameters.get('error'), answer.parameters.get('state')], [302, error, 'x']);
  }
  assert.equal((await consent({ client_id, ...asked }, false)).get('error'), 'access_denied');
  const bad = await tandem.request('GET', '/oauth/consent/nonsense');
  assert.deepEqual([bad.status, bad.body.error], [422, 'invalid_request']);
  const late = (await authorize({ client_id, ...asked })).parameters.get('consent_token');
  await tandem.advance(hour);
  await assert.rejects(client.oauth.grants({ allowed: true, consent_token: late }), (error) => error.status === 422);
});

test('introspection tells a client about its tokens', async () => {
  const made = await makeClient();
  const { body } = await token({ grant_type: 'client_credentials' }, made);
  const basic = { authorization: `Basic ${Buffer.from(`${made.client_id}:${made.client_secret}`).toString('base64')}` };
  const said = await client.oauth.introspect({ token: body.access_token }, { headers: basic });
  assert.deepEqual([said.active, said.client_id, said.scope], [true, made.client_id, 'admin']);
  assert.deepEqual(await client.oauth.introspect({ token: 'nonsense' }, { headers: basic }), { active: false });
  await assert.rejects(client.oauth.introspect({ token: body.access_token }),
    (error) => error.status === 401 && error.error.error === 'invalid_client');
});

test('a client finds the endpoints and registers itself', async () => {
  const metadata = await client.wellKnown.retrieveAuthorizationServerMetadata();
  const resource = await client.wellKnown.retrieveProtectedResourceMetadata();
  assert.deepEqual(resource.authorization_servers, [metadata.issuer]);
  assert.deepEqual((await tandem.request('GET', '/.well-known/oauth-authorization-server', { key: null })).body, metadata);
  const registered = await client.oauth.register({
    client_name: 'Assistant', redirect_uris: [redirect], token_endpoint_auth_method: 'none', grant_types: ['authorization_code', 'refresh_token'],
  });
  assert.equal(registered.client_secret, undefined);
  const { verifier, asked } = challenge();
  const back = await consent({ client_id: registered.client_id, ...asked });
  const answer = await fetch(metadata.token_endpoint, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'authorization_code', client_id: registered.client_id, redirect_uri: redirect,
      code: back.get('code'), code_verifier: verifier }),
  });
  assert.equal((await use((await answer.json()).access_token)).status, 200);
  // It belongs to nobody.
  await assert.rejects(client.oauthClients.retrieve(registered.client_id), (error) => error.status === 404);
  for (const [values, error] of [[{ redirect_uris: ['javascript:alert(1)'] }, 'invalid_redirect_uri'], [{}, 'invalid_redirect_uri'],
    [{ redirect_uris: [redirect], scope: 'nonsense' }, 'invalid_client_metadata'],
    [{ grant_types: ['client_credentials'] }, 'invalid_client_metadata']]) {
    await assert.rejects(client.oauth.register(values), (problem) => problem.status === 400 && problem.error.error === error);
  }
});
