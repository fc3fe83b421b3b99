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

/** A request to verify toll-free numbers, with all that one asks for. */
export const tollFreeRequest = (numbers, change = {}) => ({
  businessName: 'Acme', corporateWebsite: 'https://example.com', businessAddr1: '600 Congress Avenue', businessCity: 'Austin',
  businessState: 'Texas', businessZip: '78701', businessContactFirstName: 'Ada', businessContactLastName: 'Lovelace',
  businessContactEmail: 'ada@example.com', businessContactPhone: '+13125550100', messageVolume: '1,000',
  phoneNumbers: numbers.map((phoneNumber) => ({ phoneNumber })), useCase: '2FA', useCaseSummary: 'Codes to sign in with.',
  productionMessageContent: 'Your code is 12345', optInWorkflow: 'People enter their number and tick a box.',
  optInWorkflowImageURLs: [{ url: 'https://example.com/opt-in.png' }], additionalInformation: 'None', isvReseller: 'No', ...change,
});

/** Lets a toll-free number of the account send. */
export async function verifyTollFree(tandem, client, number) {
  const { requests } = client.messagingTollfree.verification;
  const { id } = await requests.create(tollFreeRequest([number]));
  for (let minutes = 0; minutes < 2; ++minutes) {
    const before = (await requests.retrieve(id)).verificationStatus;
    await tandem.advance(61_000);
    for (let tries = 0; (await requests.retrieve(id)).verificationStatus === before; ++tries) {
      assert.ok(tries < 200, `the request stays ${before}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
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
