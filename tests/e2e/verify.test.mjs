// Codes that prove who has a phone, sent to handsets of the sandbox.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { readWav } from './audio.mjs';
import { inboxOf } from './messaging.mjs';
import { Tandem } from './tandem.mjs';
import { until } from './until.mjs';

let tandem;
let client;
let stranger;
before(async () => {
  tandem = await Tandem.start();
  client = tandem.client();
  stranger = tandem.client((await client.managedAccounts.create({ business_name: 'Stranger' })).data.api_key);
});
after(() => tandem?.stop());

const code = (wanted) => (error) => error.error.errors[0].code === wanted;
/** The code in the last of `count` texts that reached the handset. */
async function codeOf(phone, count = 1) {
  const texts = await until(() => inboxOf(tandem, phone), (all) => all.length >= count, 'the text');
  return texts.map((one) => one.text.match(/\d{4,}/)?.[0]);
}
const wrong = (right) => (right === '11111' ? '22222' : '11111');

test('a code is sent, named by number or by id, and is worth nothing after too many tries or too late', async () => {
  const template = (await client.verifyProfiles.createTemplate({ text: '{{code}} opens {{app_name}}' })).data.id;
  const profile = (await client.verifyProfiles.create({ name: 'login', sms: { whitelisted_destinations: ['US'], app_name: 'The Shop', messaging_template_id: template } })).data.id;
  const send = (phone_number, change = {}) => client.verifications.triggerSMS({ phone_number, verify_profile_id: profile, ...change });
  await assert.rejects(send('+442071838750'), code('10027'));
  await assert.rejects(send('12'), code('10016'));
  await assert.rejects(stranger.verifications.triggerSMS({ phone_number: '+13125550160', verify_profile_id: profile }), code('10017'));

  const first = (await send('+13125550160')).data;
  assert.deepEqual([first.status, first.type, first.timeout_secs, first.custom_code], ['pending', 'sms', 300, null]);
  const [sent] = await codeOf('+13125550160');
  assert.equal(sent.length, 5);
  assert.equal((await inboxOf(tandem, '+13125550160'))[0].text, `${sent} opens The Shop`);
  const check = (code) => client.verifications.byPhoneNumber.actions.verify('+13125550160', { code, verify_profile_id: profile });
  assert.equal((await check(wrong(sent))).data.response_code, 'rejected');
  assert.equal((await check(sent)).data.response_code, 'accepted');
  assert.equal((await client.verifications.retrieve(first.id)).data.status, 'accepted');
  assert.deepEqual((await client.verifications.byPhoneNumber.list('+13125550160')).data.map((one) => one.id), [first.id]);
  assert.deepEqual((await stranger.verifications.byPhoneNumber.list('+13125550160')).data, []);
  await assert.rejects(stranger.verifications.retrieve(first.id), code('10005'));
  await assert.rejects(check(sent), code('10005'));

  const second = (await send('+13125550161', { custom_code: '777888' })).data;
  assert.equal(second.custom_code, '777888');
  assert.deepEqual(await codeOf('+13125550161'), ['777888']);
  for (let i = 0; i < 5; i++) assert.equal((await client.verifications.actions.verify(second.id, { code: '1' })).data.response_code, 'rejected');
  assert.equal((await client.verifications.retrieve(second.id)).data.status, 'invalid');
  await assert.rejects(client.verifications.actions.verify(second.id, { code: '777888' }), code('10027'));

  const third = (await send('+13125550162', { timeout_secs: 60 })).data;
  await tandem.advance(61_000);
  await until(async () => (await client.verifications.retrieve(third.id)).data.status, (status) => status === 'expired');
});

test('a number is verified by the code sent to it', async () => {
  const phone_number = '+13125550170';
  const ask = () => client.verifiedNumbers.create({ phone_number, verification_method: 'sms' });
  const name = (verification_code) => client.verifiedNumbers.actions.submitVerificationCode(phone_number, { verification_code });
  await assert.rejects(name('123456'), code('10005'));
  assert.deepEqual(await ask(), { phone_number, verification_method: 'sms' });
  const [sent] = await codeOf(phone_number);
  await assert.rejects(name('0'), code('10015'));
  await assert.rejects(stranger.verifiedNumbers.actions.submitVerificationCode(phone_number, { verification_code: sent }), code('10005'));
  const { data } = await name(sent);
  assert.equal(data.phone_number, phone_number);
  assert.deepEqual((await client.verifiedNumbers.retrieve(phone_number)).data, data);
  assert.deepEqual((await client.verifiedNumbers.list()).data, [data]);
  assert.deepEqual((await stranger.verifiedNumbers.list()).data, []);
  await assert.rejects(ask(), code('10012'));
  await client.verifiedNumbers.delete(phone_number);
  await assert.rejects(client.verifiedNumbers.retrieve(phone_number), code('10005'));
});

test('too many wrong codes, or a late one, verify nothing', async () => {
  const phone_number = '+13125550171';
  const name = (verification_code) => client.verifiedNumbers.actions.submitVerificationCode(phone_number, { verification_code });
  await client.verifiedNumbers.create({ phone_number, verification_method: 'sms' });
  const [sent] = await codeOf(phone_number);
  for (let i = 0; i < 5; i++) await assert.rejects(name('0'), code('10015'));
  await assert.rejects(name(sent), code('10015'));
  await client.verifiedNumbers.create({ phone_number, verification_method: 'sms' });
  const codes = await codeOf(phone_number, 2);
  await tandem.advance(601_000);
  for (const one of codes) await assert.rejects(name(one), code('10015'));
  assert.deepEqual((await client.verifiedNumbers.list()).data, []);
});

/** The last call that reached the phone, once `holds`. */
const callTo = async (phone, holds = () => true) => (await until(
  async () => (await tandem.request('GET', `/sandbox/calls?number=${encodeURIComponent(phone)}`)).body.data,
  (all) => all.length > 0 && holds(all[0]), 'the call', 30_000))[0];

test('a code is said by a call, or is the end of the number that calls', async () => {
  const profile = (await client.verifyProfiles.create({ name: 'shop', language: 'en-US',
    call: { whitelisted_destinations: ['US'], app_name: 'Shop', code_length: 4 }, flashcall: { whitelisted_destinations: ['US'] } })).data.id;
  const body = (phone_number, more) => ({ phone_number, verify_profile_id: profile, ...more });
  await assert.rejects(client.verifications.triggerSMS(body('+13125550163')), code('10027'));
  await assert.rejects(client.verifications.triggerCall(body('+442071838750')), code('10027'));
  const called = (await client.verifications.triggerCall(body('+13125550163', { custom_code: '4711' }))).data;
  assert.deepEqual([called.type, called.status, called.custom_code], ['call', 'pending', '4711']);
  const call = await callTo('+13125550163', (seen) => seen.status === 'ended' && seen.recording);
  const { channels: [heard], rate } = readWav(Buffer.from(await (await fetch(`${tandem.origin}${call.recording.path}`)).arrayBuffer()));
  assert.ok(heard.length / rate > 3, `${heard.length / rate} s`);
  assert.ok(heard.filter((sample) => Math.abs(sample) > 1_000).length > rate / 2, 'somebody speaks');
  const check = (phone, given) => client.verifications.byPhoneNumber.actions.verify(phone, { code: given, verify_profile_id: profile });
  assert.equal((await check('+13125550163', '4711')).data.response_code, 'accepted');

  const flashed = (await client.verifications.triggerFlashcall(body('+13125550164'))).data;
  assert.equal(flashed.type, 'flashcall');
  const flash = await callTo('+13125550164');
  assert.match(flash.from, /^\+150055\d{5}$/);
  assert.equal((await check('+13125550164', flash.from.slice(-5))).data.response_code, 'accepted');
});

test('a number is verified by a call too', async () => {
  const phone_number = '+13125550172';
  assert.equal((await client.verifiedNumbers.create({ phone_number, verification_method: 'call' })).verification_method, 'call');
  await callTo(phone_number);
  await assert.rejects(client.verifiedNumbers.actions.submitVerificationCode(phone_number, { verification_code: '0' }), code('10015'));
});
