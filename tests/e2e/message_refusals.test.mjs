// Every way to ask for a message that cannot be sent, and the code that says so.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Tandem } from './tandem.mjs';
import { buyNumber, refused, verifyTollFree } from './messaging.mjs';
import { until } from './until.mjs';

const handset = '+13125550123';
let tandem;
let client;
let profile;
let number;

const makeProfile = async (more = {}) => (await client.messagingProfiles.create({
  name: 'shop', whitelisted_destinations: ['US', 'GB'], ...more,
})).data.id;
const send = (more) => client.messages.send({ from: number, to: handset, text: 'Hello', ...more });
const image = 'https://pictures.example/1.png';

before(async () => {
  tandem = await Tandem.start();
  client = tandem.client();
  profile = await makeProfile();
  number = await buyNumber(tandem, client, profile);
});
after(async () => { await tandem?.stop(); });

const settingsOf = async (phone_number) =>
  (await client.phoneNumbers.list({ filter: { phone_number } })).data[0].id;

/** Lets the number send with another profile while `what` runs. */
async function withProfile(settings, what) {
  const other = await makeProfile(settings);
  const id = await settingsOf(number);
  await client.phoneNumbers.messaging.update(id, { messaging_profile_id: other });
  try {
    await what(other);
  } finally {
    await client.phoneNumbers.messaging.update(id, { messaging_profile_id: profile });
  }
}

describe('content', () => {
  const rows = [
    ['40302', 'more than ten parts', { text: 'x'.repeat(1531) }],
    ['40302', 'more than ten parts of UCS-2', { text: 'я'.repeat(671) }],
    ['40304', 'an SMS with a picture', { type: 'SMS', media_urls: [image] }],
    ['40304', 'an SMS with a subject', { type: 'SMS', subject: 'Look' }],
    ['40316', 'nothing', { text: undefined }],
    ['40316', 'an empty text', { text: '' }],
    ['40317', 'eleven pictures', { media_urls: Array(11).fill(image) }],
    ['40322', 'control characters', { text: 'ring\u0007' }],
    ['40328', 'more parts than advised', { text: 'x'.repeat(613), auto_detect: true }],
  ];
  for (const [code, what, more] of rows) {
    test(`${code}: ${what}`, () => refused(send(more), code));
  }

  const limits = [
    ['GSM-7', 'x', 160, 1], ['GSM-7', 'x', 161, 2], ['GSM-7', 'x', 1530, 10],
    ['GSM-7', '€', 80, 1], ['GSM-7', '€', 81, 2],
    ['UCS-2', 'я', 70, 1], ['UCS-2', 'я', 71, 2], ['UCS-2', 'я', 670, 10],
    ['UCS-2', '😀', 35, 1], ['UCS-2', '😀', 36, 2],
  ];
  for (const [encoding, letter, count, parts] of limits) {
    test(`${count} × ${letter} are ${parts} parts of ${encoding}`, async () => {
      const { data } = await send({ text: letter.repeat(count) });
      assert.equal(data.encoding, encoding);
      assert.equal(data.parts, parts);
    });
  }

  test('a text that is no UTF-8 is no JSON either', async () => {
    const raw = Buffer.concat([Buffer.from(`{"from":"${number}","to":"${handset}","text":"`), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]);
    const answer = await tandem.request('POST', '/messages', { raw, headers: { 'content-type': 'application/json' } });
    assert.ok(answer.status === 400 || answer.status === 422, `${answer.status}`);
  });
});

describe('receivers', () => {
  const rows = [
    ['40310', 'no number', { to: 'everyone' }],
    ['40310', 'a number of no country', { to: '+99912345678' }],
    ['40309', 'a country that is not on the list', { to: '+4915112345678' }],
    ['40301', 'a picture for a country without MMS', { to: '+447400123456', media_urls: [image] }],
  ];
  for (const [code, what, more] of rows) {
    test(`${code}: ${what}`, () => refused(send(more), code));
  }
  test('40319: the sender itself', () => refused(send({ to: number }), '40319'));
  test('40329, 40319: from a toll-free number before it is verified, and to another continent', async () => {
    const free = await buyNumber(tandem, client, profile, { country_code: 'US', phone_number_type: 'toll_free' });
    await refused(send({ from: free }), '40329');
    await verifyTollFree(tandem, client, free);
    await refused(send({ from: free, to: '+447400123456' }), '40319');
  });
});

describe('senders', () => {
  test('40305: a number of somebody else', () => refused(send({ from: '+13125559999' }), '40305'));
  test('40305: a short code of somebody else', () => refused(send({ from: '12345' }), '40305'));
  test('40305: neither number nor name', () => refused(send({ from: '+1312' }), '40305'));
  test('40305: no sender and no profile', () => refused(send({ from: undefined }), '40305'));
  test('40305: a number of another profile', async () => {
    await refused(send({ messaging_profile_id: await makeProfile() }), '40305');
  });
  test('40305: a long code where a short code is asked for', () =>
    refused(client.messages.sendShortCode({ from: number, to: handset, text: 'Hello' }), '40305'));
  test('40306: a profile without a name', () =>
    refused(send({ from: 'ACME', to: '+447400123456', messaging_profile_id: profile }), '40306'));
  test('40307: another name', async () => {
    const named = await makeProfile({ alpha_sender: 'Shop' });
    await refused(send({ from: 'ACME', to: '+447400123456', messaging_profile_id: named }), '40307');
  });
  test('40301: a name to North America', async () => {
    const named = await makeProfile({ alpha_sender: 'Shop' });
    await refused(send({ from: 'Shop', messaging_profile_id: named }), '40301');
  });
  test('40308: a name with a picture', async () => {
    const named = await makeProfile({ alpha_sender: 'Shop' });
    await refused(send({ from: 'Shop', to: '+447400123456', messaging_profile_id: named, media_urls: [image] }), '40308');
  });
  test('40325: a name that is too long', () =>
    refused(send({ from: 'A very long name', messaging_profile_id: profile }), '40325'));
  test('40320: a number that is not active yet', async () => {
    const found = await client.availablePhoneNumbers.list({ filter: { country_code: 'US', national_destination_code: '312', limit: 1 } });
    const { phone_number } = found.data[0];
    await client.numberOrders.create({ phone_numbers: [{ phone_number }], messaging_profile_id: profile });
    await refused(send({ from: phone_number }), '40320');
    await tandem.advance(61_000);
  });
  test('40330: a toll-free number that is not active yet', async () => {
    const found = await client.availablePhoneNumbers.list({ filter: { country_code: 'US', phone_number_type: 'toll_free', limit: 1 } });
    const { phone_number } = found.data[0];
    await client.numberOrders.create({ phone_numbers: [{ phone_number }], messaging_profile_id: profile });
    await refused(send({ from: phone_number }), '40330');
    await tandem.advance(61_000);
  });
  test('40321: a profile without a number pool, and a pool without numbers', async () => {
    await refused(send({ from: undefined, messaging_profile_id: profile }), '40321');
    const pool = { long_code_weight: 1, toll_free_weight: 1, skip_unhealthy: true };
    await refused(client.messages.sendNumberPool({
      to: handset, text: 'Hello', messaging_profile_id: await makeProfile({ number_pool_settings: pool }),
    }), '40321');
  });
});

describe('profiles', () => {
  test('40312: disabled', () => withProfile({ enabled: false }, () => refused(send({}), '40312')));
  test('40331: without destinations', () =>
    withProfile({ whitelisted_destinations: [] }, () => refused(send({}), '40331')));
  test('40333: beyond the limit of the day, which the next day lifts', () =>
    withProfile({ daily_spend_limit: '0.01', daily_spend_limit_enabled: true }, async () => {
      await send({});
      await send({});
      await refused(send({}), '40333');
      await tandem.advance(24 * 3_600_000);
      await send({});
    }));
  test('40311 and 40313: with a secret that is not the profile\'s', async () => {
    const secret = (await client.messagingProfiles.retrieve(profile)).data.v1_secret;
    const withSecret = (value) => tandem.request('POST', '/messages',
      { body: { from: number, to: handset, text: 'Hello' }, headers: { 'x-profile-secret': value } });
    const wrong = await withSecret('wrong');
    assert.equal(wrong.status, 401);
    assert.equal(wrong.body.errors[0].code, '40311');
    const missing = await withSecret('');
    assert.equal(missing.status, 401);
    assert.equal(missing.body.errors[0].code, '40313');
    assert.equal((await withSecret(secret)).status, 200);
  });
  test('40327: links are shortened by known domains only', () =>
    refused(makeProfile({ url_shortener_settings: { domain: 'links.example' } }), '40327'));
});

describe('setting up', () => {
  test('40323: a number that carries no messages cannot have a profile', async () => {
    const found = await client.availablePhoneNumbers.list({ filter: { country_code: 'GB', phone_number_type: 'local', limit: 50 } });
    const { phone_number } = found.data.find(({ features }) => !features.some(({ name }) => name === 'sms'));
    await client.numberOrders.create({ phone_numbers: [{ phone_number }] });
    await tandem.advance(120_000);
    const id = await until(() => settingsOf(phone_number).catch(() => undefined), Boolean, 'the number');
    await refused(client.phoneNumbers.messaging.update(id, { messaging_profile_id: profile }), '40323');
  });
  test('40324: a product that the number is not eligible for', async () => {
    const id = await settingsOf(number);
    await refused(client.phoneNumbers.messaging.update(id, { messaging_product: 'P2P' }), '40324');
    const { data } = await client.phoneNumbers.messaging.update(id, { messaging_product: 'A2P' });
    assert.equal(data.messaging_product, 'A2P');
  });
  test('40326: a name where no destination takes names', async () => {
    await refused(makeProfile({ alpha_sender: 'Shop', whitelisted_destinations: ['US', 'CA'] }), '40326');
    const id = await makeProfile({ whitelisted_destinations: ['US'] });
    await refused(client.messagingProfiles.update(id, { alpha_sender: 'Shop' }), '40326');
    await client.messagingProfiles.update(id, { alpha_sender: 'Shop', whitelisted_destinations: ['US', 'GB'] });
  });
});

test('40303: a message that nobody sent', () =>
  refused(client.messages.retrieve('6d2a1b5e-63ab-4a5f-9f43-4b1f44a0d4a1'), '40303'));

test('40315: a number whose messages do not arrive, until it is not watched any more', async () => {
  const pool = { long_code_weight: 1, toll_free_weight: 1, skip_unhealthy: true };
  const watched = await makeProfile({ number_pool_settings: pool });
  const sick = await buyNumber(tandem, client, watched);
  const id = await settingsOf(sick);
  const texts = Array.from({ length: 25 }, () => send({ from: sick, to: '+15005550012' }));
  await Promise.all(texts);
  for (let tries = 0; ; ++tries) {
    const { data } = await client.phoneNumbers.messaging.retrieve(id);
    if (data.health?.message_count >= 25 || tries === 400) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await refused(send({ from: sick }), '40315');
  await client.messagingProfiles.update(watched, { number_pool_settings: { ...pool, skip_unhealthy: false } });
  await send({ from: sick });
});

test('40014: what waits for its turn longer than four hours is not sent', async () => {
  const sent = await Promise.all(Array.from({ length: 150 }, () => send({})));
  await tandem.advance(5 * 3_600_000);
  const last = sent.at(-1).data.id;
  for (let tries = 0; tries < 400; ++tries) {
    const { data } = await client.messages.retrieve(last);
    if (data.completed_at) {
      assert.equal(data.errors[0].code, '40014');
      assert.equal(data.to[0].status, 'expired');
      assert.equal(data.cost.amount, '0.0000');
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.fail('it did not end');
});
