// Rooms: the tokens that browsers join with.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Tandem } from './tandem.mjs';

let tandem;
let client;
before(async () => {
  tandem = await Tandem.start();
  client = tandem.client();
});
after(() => tandem?.stop());

const code = (wanted) => (error) => error.error.errors[0].code === wanted;
const claimsOf = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));

test('a room gives tokens, and a refresh token gives the next one', async () => {
  const room = (await client.rooms.create({ unique_name: 'tokens' })).data.id;
  const other = (await client.rooms.create({ unique_name: 'other tokens' })).data.id;
  const { data } = await client.rooms.actions.generateJoinClientToken(room, { token_ttl_secs: 60, refresh_token_ttl_secs: 120 });
  const claims = claimsOf(data.token);
  assert.equal(claims.sub, room);
  assert.equal(claims.exp - claims.iat, 60);
  assert.equal(Math.floor(Date.parse(data.token_expires_at) / 1000), claims.exp);
  const next = (await client.rooms.actions.refreshClientToken(room, { refresh_token: data.refresh_token })).data;
  assert.equal(claimsOf(next.token).exp - claimsOf(next.token).iat, 600);
  await assert.rejects(client.rooms.actions.refreshClientToken(other, { refresh_token: data.refresh_token }), code('10015'));
  await assert.rejects(client.rooms.actions.refreshClientToken(room, { refresh_token: data.token }), code('10015'));
  await tandem.advance(130_000);
  await assert.rejects(client.rooms.actions.refreshClientToken(room, { refresh_token: data.refresh_token }), code('10015'));
});

test('nothing has happened in a room yet', async () => {
  const room = (await client.rooms.create({ unique_name: 'quiet' })).data.id;
  for (const list of [client.rooms.sessions.list0(), client.rooms.sessions.list1(room), client.roomParticipants.list(), client.roomRecordings.list(), client.roomCompositions.list()]) {
    assert.deepEqual((await list).data, []);
  }
  await assert.rejects(client.roomCompositions.create({ session_id: crypto.randomUUID() }), code('10017'));
  await assert.rejects(client.rooms.sessions.list1(crypto.randomUUID()), code('10005'));
});
