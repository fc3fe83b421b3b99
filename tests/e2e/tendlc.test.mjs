// 10DLC: brands and campaigns on their way through registry and operators, and the numbers on them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Receiver, Tandem } from './tandem.mjs';
import { until } from './until.mjs';

let tandem;
let client;
let stranger;
let receiver;
before(async () => {
  tandem = await Tandem.start();
  client = tandem.client();
  receiver = await Receiver.start();
  stranger = tandem.client((await client.managedAccounts.create({ business_name: 'Somebody else' })).data.api_key);
});
after(async () => {
  await tandem?.stop();
  await receiver?.stop();
});

const acme = {
  entityType: 'PRIVATE_PROFIT', displayName: 'ABC Mobile', companyName: 'ABC Inc.', ein: '11-1111111', email: 'help@example.com',
  country: 'US', vertical: 'TECHNOLOGY', phone: '+12024567890', website: 'https://www.example.com',
};
const code = (wanted) => (error) => error.error.errors[0].code === wanted;
const step = () => tandem.advance(10_000);

async function registered(change = {}) {
  const brand = await client.brand.create({ ...acme, ...change });
  assert.equal(brand.status, 'REGISTRATION_PENDING');
  await step();
  return until(() => client.brand.retrieve(brand.brandId), (one) => one.status !== 'REGISTRATION_PENDING');
}

/** Lets a campaign move until `status`, one decision at a time. */
async function moved(campaignId, status) {
  for (let i = 0; i < 8; i++) {
    const before = await client.campaign.retrieve(campaignId);
    if (before.campaignStatus === status) return before;
    await step();
    await until(() => client.campaign.retrieve(campaignId), (one) => one.campaignStatus !== before.campaignStatus);
  }
  throw new Error(`never ${status}`);
}

test('a brand is registered, told of, changed, vetted, found and deleted', async () => {
  const brand = await registered({ webhookURL: `${receiver.url}/brand` });
  assert.equal(brand.status, 'OK');
  assert.equal(brand.identityStatus, 'VERIFIED');
  assert.match(brand.tcrBrandId, /^B[A-Z0-9]{6}$/);
  const told = await receiver.wait((request) => request.url === '/brand');
  assert.deepEqual(told.json, { brandId: brand.brandId, tcrBrandId: brand.tcrBrandId, status: 'OK', identityStatus: 'VERIFIED' });

  const changed = await client.brand.update(brand.brandId, { ...acme, displayName: 'ABC Phones', altBusiness_id: '123', altBusinessIdType: 'DUNS' });
  assert.equal(changed.displayName, 'ABC Phones');
  assert.equal(changed.altBusinessId, '123');
  assert.equal(changed.status, 'OK');

  const order = await client.brand.externalVetting.order(brand.brandId, { evpId: 'AEGIS', vettingClass: 'STANDARD' });
  assert.ok(order.vettingId && !order.vettedDate);
  await step();
  await until(() => client.brand.retrieve(brand.brandId), (one) => one.identityStatus === 'VETTED_VERIFIED');
  const [record] = await client.brand.externalVetting.list(brand.brandId);
  assert.ok(record.vettingScore >= 50 && record.vettedDate);
  const imported = await client.brand.externalVetting.import(brand.brandId, { evpId: 'CV', vettingId: 'abc', vettingToken: 'token' });
  assert.equal(imported.vettingId, 'abc');

  assert.equal((await client.brand.revet(brand.brandId)).status, 'REGISTRATION_PENDING');
  await step();
  await until(() => client.brand.retrieve(brand.brandId), (one) => one.status === 'OK');
  await assert.rejects(client.brand.revet(brand.brandId), code('10015'));
  await client.brand.resend2faEmail(brand.brandId);
  assert.deepEqual((await client.brand.getFeedback(brand.brandId)).category, []);

  const page = await client.brand.list({ displayName: 'ABC Phones', recordsPerPage: 5, page: 1 });
  assert.equal(page.totalRecords, 1);
  assert.equal(page.records[0].brandId, brand.brandId);
  assert.equal(page.records[0].assignedCampaingsCount, 0);
  assert.equal((await client.brand.list({ displayName: 'nobody' })).totalRecords, 0);
  assert.equal((await stranger.brand.list()).totalRecords, 0);
  await assert.rejects(stranger.brand.retrieve(brand.brandId), { status: 404 });
  await client.brand.delete(brand.brandId);
  await assert.rejects(client.brand.retrieve(brand.brandId), { status: 404 });
});

test('tax ids choose how registration ends', async () => {
  const failed = await registered({ ein: '999999999' });
  assert.equal(failed.status, 'REGISTRATION_FAILED');
  assert.ok(failed.failureReasons);
  assert.equal((await client.brand.getFeedback(failed.brandId)).category[0].id, 'TAX_ID');
  await assert.rejects(client.campaignBuilder.create({ brandId: failed.brandId, description: 'x', usecase: '2FA' }), code('10015'));
  const unverified = await registered({ ein: '888888888' });
  assert.equal(unverified.identityStatus, 'UNVERIFIED');
  const qualification = await client.campaignBuilder.brand.qualifyByUsecase('2FA', { brandId: unverified.brandId });
  assert.equal(qualification.mnoMetadata['10017'].qualify, false);
  const campaign = await client.campaignBuilder.create({ brandId: unverified.brandId, description: 'Codes', usecase: '2FA' });
  assert.equal((await moved(campaign.campaignId, 'TCR_FAILED')).submissionStatus, 'FAILED');
});

test('what is no brand is refused', async () => {
  for (const [change, pointer] of [[{ email: 'x' }, '/email'], [{ country: 'us' }, '/country'], [{ phone: '12' }, '/phone'],
    [{ entityType: 'PUBLIC_PROFIT' }, '/stockSymbol']]) {
    const answer = await tandem.request('POST', '/brand', { body: { ...acme, ...change } });
    assert.equal(answer.status, 422, answer.text);
    assert.equal(answer.body.errors[0].source.pointer, pointer);
  }
});

test('a campaign goes through every state, numbers wait for it, and the webhook tells', async () => {
  const brand = await registered();
  const qualification = await client.campaignBuilder.brand.qualifyByUsecase('MIXED', { brandId: brand.brandId });
  assert.equal(qualification.minSubUsecases, 2);
  const cost = await client.campaign.usecase.getCost({ usecase: 'LOW_VOLUME' });
  assert.equal(cost.monthlyCost, '1.50');
  await assert.rejects(client.campaignBuilder.create({ brandId: brand.brandId, description: 'x', usecase: 'NONSENSE' }), code('10032'));
  await assert.rejects(client.campaignBuilder.create({ brandId: brand.brandId, description: 'x', usecase: 'MIXED', subUsecases: ['2FA'] }), code('10033'));

  const campaign = await client.campaignBuilder.create({
    brandId: brand.brandId, description: 'Codes and notices', usecase: 'MIXED', subUsecases: ['2FA', 'CUSTOMER_CARE'], sample1: 'Your code is 1',
    termsAndConditions: true, webhookURL: `${receiver.url}/campaign`, webhookFailoverURL: `${receiver.url}/failover`, referenceId: 'only-once' });
  assert.equal(campaign.campaignStatus, 'TCR_PENDING');
  await assert.rejects(client.campaignBuilder.create({ brandId: brand.brandId, description: 'x', usecase: '2FA', referenceId: 'only-once' }), code('10012'));
  assert.equal((await client.brand.retrieve(brand.brandId)).assignedCampaignsCount, 1);
  await assert.rejects(client.brand.delete(brand.brandId), code('40332'));

  const number = '+13125550001';
  const assignment = await client.phoneNumberCampaigns.create({ campaignId: campaign.campaignId, phoneNumber: number });
  assert.equal(assignment.assignmentStatus, 'PENDING_ASSIGNMENT');

  const done = await moved(campaign.campaignId, 'MNO_PROVISIONED');
  assert.match(done.tcrCampaignId, /^C[A-Z0-9]{6}$/);
  assert.equal(done.isTMobileRegistered, true);
  assert.equal(done.assignedPhoneNumbersCount, 1);
  await receiver.wait((request) => request.url === '/campaign' && request.json.campaignStatus === 'MNO_PROVISIONED');
  const told = receiver.requests.filter((request) => request.url === '/campaign').map((request) => request.json.campaignStatus);
  assert.deepEqual(told, ['TCR_ACCEPTED', 'TELNYX_ACCEPTED', 'MNO_PENDING', 'MNO_ACCEPTED', 'MNO_PROVISIONED']);

  await step();
  await until(() => client.phoneNumberCampaigns.retrieve(number), (one) => one.assignmentStatus === 'ASSIGNED');
  const page = await client.phoneNumberCampaigns.list({ filter: { telnyx_campaign_id: campaign.campaignId } });
  assert.equal(page.totalRecords, 1);
  assert.equal(page.records[0].tcrCampaignId, done.tcrCampaignId);
  assert.equal((await stranger.phoneNumberCampaigns.list()).totalRecords, 0);

  assert.equal((await client.campaign.getOperationStatus(campaign.campaignId))['10017'], 'REGISTERED');
  assert.equal((await client.campaign.getMnoMetadata(campaign.campaignId))['10035'].mno, 'T-Mobile');
  assert.ok((await client.campaign.osr.getAttributes(campaign.campaignId))['10035'].brandTier);
  assert.equal((await client.campaign.getSharingStatus(campaign.campaignId)).sharedByMe.sharingStatus, 'ACCEPTED');
  assert.equal((await client.partnerCampaigns.listSharedByMe()).records[0].campaignId, done.tcrCampaignId);

  const changed = await client.campaign.update(campaign.campaignId, { sample1: 'Your code is 2', autoRenewal: false });
  assert.equal(changed.sample1, 'Your code is 2');
  assert.equal(changed.autoRenewal, false);
  assert.equal(changed.description, 'Codes and notices');
  assert.equal((await client.campaign.list({ brandId: brand.brandId })).totalRecords, 1);

  assert.equal((await client.phoneNumberCampaigns.delete(number)).assignmentStatus, 'PENDING_UNASSIGNMENT');
  await assert.rejects(client.phoneNumberCampaigns.retrieve(number), { status: 404 });
  assert.ok((await client.campaign.deactivate(campaign.campaignId)).time > 0);
  assert.equal((await client.campaign.retrieve(campaign.campaignId)).status, 'EXPIRED');
  assert.equal((await client.brand.retrieve(brand.brandId)).assignedCampaignsCount, 0);
  await client.brand.delete(brand.brandId);
});

test('a rejected campaign can be appealed', async () => {
  const brand = await registered();
  const campaign = await client.campaignBuilder.create({ brandId: brand.brandId, description: 'REJECT_MNO please', usecase: '2FA' });
  await assert.rejects(client.campaign.submitAppeal(campaign.campaignId, { appeal_reason: 'too early' }), code('10015'));
  assert.ok((await moved(campaign.campaignId, 'MNO_REJECTED')).failureReasons);
  const appeal = await client.campaign.submitAppeal(campaign.campaignId, { appeal_reason: 'we changed the samples' });
  assert.equal(appeal.previous_status, 'MNO_REJECTED');
  await moved(campaign.campaignId, 'MNO_PROVISIONED');
});

test('a partner shares a campaign', async () => {
  await client.campaign.acceptSharing('CPARTN1');
  const shared = await client.partnerCampaigns.retrieve('CPARTN1');
  assert.equal(shared.campaignStatus, 'MNO_PROVISIONED');
  assert.equal((await client.partnerCampaigns.list()).records.length, 1);
  const changed = await client.partnerCampaigns.update('CPARTN1', { webhookURL: `${receiver.url}/partner` });
  assert.equal(changed.webhookURL, `${receiver.url}/partner`);
  assert.ok(await client.partnerCampaigns.retrieveSharingStatus('CPARTN1'));
  await client.phoneNumberCampaigns.create({ campaignId: 'CPARTN1', phoneNumber: '+13125550002' });
  await step();
  await until(() => client.phoneNumberCampaigns.retrieve('+13125550002'), (one) => one.assignmentStatus === 'ASSIGNED');
  await assert.rejects(stranger.partnerCampaigns.retrieve('CPARTN1'), { status: 404 });
});

test('the numbers of a messaging profile are assigned by a task', async () => {
  const profile = (await client.messagingProfiles.create({ name: 'alerts', whitelisted_destinations: ['US'] })).data;
  const task = await client.phoneNumberAssignmentByProfile.assign({ messagingProfileId: profile.id, tcrCampaignId: 'CPARTN1' });
  assert.equal((await client.phoneNumberAssignmentByProfile.retrieveStatus(task.taskId)).status, 'pending');
  await step();
  await until(() => client.phoneNumberAssignmentByProfile.retrieveStatus(task.taskId), (one) => one.status === 'completed');
  assert.deepEqual((await client.phoneNumberAssignmentByProfile.retrievePhoneNumberStatus(task.taskId)).records, []);
  await assert.rejects(client.phoneNumberAssignmentByProfile.assign({
    messagingProfileId: profile.id, campaignId: '00000000-0000-4000-8000-000000000000' }), code('10017'));
});

test('every enumeration is there', async () => {
  for (const name of ['mno', 'optionalAttributes', 'usecase', 'vertical', 'altBusinessIdType', 'brandIdentityStatus', 'brandRelationship',
    'campaignStatus', 'entityType', 'extVettingProvider', 'vettingStatus', 'brandStatus', 'operationStatus', 'approvedPublicCompany',
    'stockExchange', 'vettingClass']) {
    const answer = await client.enum.retrieve(name);
    assert.ok(Object.keys(answer).length > 0, name);
  }
});
