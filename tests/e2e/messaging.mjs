// What the tests of messages share.
import assert from 'node:assert/strict';

/** Orders a number, waits until it is active and assigns it to the profile. */
export async function buyNumber(tandem, client, profileId, filter = { country_code: 'US', national_destination_code: '312', features: ['sms', 'mms'] }) {
  const found = await client.availablePhoneNumbers.list({ filter: { ...filter, limit: 1 } });
  const { phone_number } = found.data[0];
  await client.numberOrders.create({ phone_numbers: [{ phone_number }], messaging_profile_id: profileId });
  await tandem.advance(61_000);
  for (let tries = 0; tries < 200; ++tries) {
    const { data: [number] } = await client.phoneNumbers.list({ filter: { phone_number } });
    if (number?.status === 'active') return phone_number;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return assert.fail(`${phone_number} did not become active`);
}

/** What a handset got, latest first. */
export async function inboxOf(tandem, number) {
  const { body } = await tandem.request('GET', `/sandbox/messages?number=${encodeURIComponent(number)}`);
  return body.data.filter((text) => text.direction === 'received');
}

/** The promise is refused with that code. */
export async function refused(promise, code) {
  await assert.rejects(promise, (error) => {
    assert.equal(error.error?.errors?.[0]?.code, code, JSON.stringify(error.error ?? error));
    return true;
  });
}
