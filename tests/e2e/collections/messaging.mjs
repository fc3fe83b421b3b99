// Texts: profiles and their senders, verification of toll-free numbers, hosted numbers, 10DLC.
import { tollFreeRequest } from '../messaging.mjs';

const brand = { entityType: 'PRIVATE_PROFIT', displayName: 'ABC Mobile', companyName: 'ABC Inc.', ein: '11-1111111', email: 'help@example.com',
  country: 'US', vertical: 'TECHNOLOGY', phone: '+12024567890', website: 'https://www.example.com' };
const soon = () => new Promise((resolve) => setTimeout(resolve, 20));

export const messaging = [
  {
    path: '/messaging_profiles', name: 'messagingProfiles', keep: 'messagingProfile', delete: false,  // numbers use it to the end
    create: { name: 'alerts', whitelisted_destinations: ['US', 'CA'], webhook_url: 'https://example.com/webhooks' },
    update: { name: 'alarms', number_pool_settings: { long_code_weight: 2, toll_free_weight: 1, skip_unhealthy: true } },
    filter: { filter: { name: 'alerts' } },
  },
  {
    path: '/messaging_profiles/{profile_id}/autoresp_configs', name: 'messagingProfiles.autorespConfigs', parent: ['messagingProfile', 'profile_id'],
    create: { op: 'start', keywords: ['hours'], country_code: 'US', resp_text: 'Nine to five.' },
    update: { op: 'start', keywords: ['hours'], country_code: 'US', resp_text: 'Ten to four.' }, paging: 'none',
  },
  {
    path: '/short_codes', name: 'shortCodes', delete: false, filter: { filter: { messaging_profile_id: '' } }, filters: [],
    how: async ({ client, tandem }) => {
      await tandem.request('POST', '/sandbox/short_codes', { body: { short_code: '72345', country_code: 'US' } });
      return (await client.shortCodes.list()).data.find((one) => one.short_code === '72345').id;
    },
    update: (made) => ({ messaging_profile_id: made.messagingProfile }),
  },
  {
    path: '/messaging_tollfree/verification/requests', name: 'messagingTollfree.verification.requests', paging: 'flat', delete: false,
    how: async ({ client, tandem }) => {
      const { data: [{ phone_number }] } = await client.availablePhoneNumbers.list({ filter: { country_code: 'US', phone_number_type: 'toll_free', limit: 1 } });
      await client.numberOrders.create({ phone_numbers: [{ phone_number }] });
      await tandem.advance(61_000);
      return (await client.messagingTollfree.verification.requests.create(tollFreeRequest([phone_number]))).id;
    },
    filter: { status: 'In Progress' }, unlike: { status: 'Rejected' },
  },
  {
    path: '/messaging/rcs/agents', name: 'messaging.rcs.agents', idField: 'agent_id', id: (answer) => answer.data.agent_id, delete: false,
    how: async ({ tandem }) => (await tandem.request('POST', '/sandbox/rcs_agents', { body: { agent_id: 'Shop' } })).body.data.agent_id,
    update: { webhook_url: 'https://example.com/rcs' },
  },
  {
    path: '/messaging_hosted_number_orders', name: 'messagingHostedNumberOrders',
    create: (made) => ({ phone_numbers: ['+13122340071'], messaging_profile_id: made.messagingProfile }),
    shown: { status: 'pending' },
  },
  {
    path: '/brand', name: 'brand', paging: 'records', idField: 'brandId', id: (answer) => answer.brandId, keep: 'brand', create: brand, moves: true,
    delete: false,  // it has a campaign to the end
    update: { ...brand, displayName: 'ABC Phones' }, changed: { displayName: 'ABC Phones' }, filter: { displayName: 'ABC Mobile' }, unlike: { displayName: 'Nobody' },
  },
  {
    path: '/brand/{brandId}/externalVetting', name: 'brand.externalVetting', parent: ['brand', 'brandId'], noRetrieve: true, delete: false, paging: 'none',
    idField: 'evpId', items: (page) => page,
    how: async ({ client, tandem, made }) => {
      await tandem.advance(10_000);
      while ((await client.brand.retrieve(made.brand)).status !== 'OK') await soon();
      return (await client.brand.externalVetting.import(made.brand, { evpId: 'CV', vettingId: 'abc', vettingToken: 'token' })).evpId;
    },
  },
  {
    path: '/campaign', name: 'campaign', paging: 'records', idField: 'campaignId', id: (answer) => answer.campaignId, keep: 'campaign', moves: true,
    how: async ({ client, made }) => (await client.campaignBuilder.create({ brandId: made.brand, description: 'Codes', usecase: '2FA' })).campaignId,
    call: { list: (of, made, query) => of.campaign.list({ brandId: made.brand, ...query }), delete: (of, made, id) => of.campaign.deactivate(id) },
    update: { sample1: 'Your code is 12345' }, changed: { sample1: 'Your code is 12345' }, delete: false,
  },
  {
    path: '/partner_campaigns', name: 'partnerCampaigns', paging: 'records', delete: false, moves: true,
    idField: 'tcrCampaignId', id: (answer) => answer.tcrCampaignId,
    how: async ({ client }) => {
      await client.campaign.acceptSharing('CPARTN1');
      return 'CPARTN1';
    },
    update: { webhookURL: 'https://example.com/partner' }, changed: { webhookURL: 'https://example.com/partner' },
  },
  {
    path: '/phone_number_campaigns', name: 'phoneNumberCampaigns', paging: 'records', idField: 'phoneNumber', id: (answer) => answer.phoneNumber, moves: true,
    how: async ({ client, tandem, made }) => {
      for (let steps = 0; steps < 400 && (await client.campaign.retrieve(made.campaign)).campaignStatus !== 'MNO_PROVISIONED'; ++steps) {
        if (steps % 20 === 0) await tandem.advance(10_000);
        await soon();
      }
      const { data: [{ phone_number }] } = await client.availablePhoneNumbers.list({ filter: { country_code: 'US', national_destination_code: '312', limit: 1 } });
      await client.numberOrders.create({ phone_numbers: [{ phone_number }], messaging_profile_id: made.messagingProfile });
      await tandem.advance(61_000);
      while (!(await client.phoneNumbers.list({ filter: { phone_number } })).data[0]) await soon();
      return (await client.phoneNumberCampaigns.create({ campaignId: made.campaign, phoneNumber: phone_number })).phoneNumber;
    },
  },
];
