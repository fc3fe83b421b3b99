// What the collection suite walks: one row a collection, in the words of the official SDK.
//
//   name     as the SDK's client calls it: 'billingGroups' -> client.billingGroups
//   create   what to create it with; a function gets the context (things made by earlier rows)
//   update   what to change; left out where the API has no update
//   changed  what must then be read back (default: `update`)
//   filter   list parameters under which the created one is found and, changed, is not
//   keep     name under which later rows find its id in the context
//   id, data where the answer has them (default: data.id, data)

const webhook = 'https://example.com/webhooks';

export const rows = [
  { name: 'billingGroups', create: { name: 'Head office' }, update: { name: 'Branch' }, keep: 'billingGroup' },
  {
    name: 'outboundVoiceProfiles', keep: 'outboundVoiceProfile',
    create: (made) => ({ name: 'office', billing_group_id: made.billingGroup, whitelisted_destinations: ['US'] }),
    update: { name: 'office two', concurrent_call_limit: 5 },
    filter: { filter: { name: { contains: 'office' } } },
  },
  {
    name: 'callControlApplications', keep: 'callControlApplication',
    create: (made) => ({
      application_name: 'router', webhook_event_url: webhook,
      outbound: { outbound_voice_profile_id: made.outboundVoiceProfile, channel_limit: 5 },
    }),
    update: { application_name: 'router two', webhook_event_url: webhook, active: false },
    filter: { filter: { application_name: { contains: 'router' } } },
  },
  {
    name: 'credentialConnections', keep: 'credentialConnection',
    create: { connection_name: 'phones', user_name: 'deskphones1', password: 'correct horse battery' },
    update: { connection_name: 'desk phones' },
    filter: { filter: { connection_name: { contains: 'phones' } } },
  },
  { name: 'ipConnections', keep: 'ipConnection', create: { connection_name: 'pbx' }, update: { connection_name: 'pbx two' } },
  { name: 'ips', create: (made) => ({ connection_id: made.ipConnection, ip_address: '192.0.2.10', port: 5070 }), update: { ip_address: '192.0.2.11' } },
  { name: 'fqdnConnections', keep: 'fqdnConnection', create: { connection_name: 'sbc' }, update: { connection_name: 'sbc two' } },
  {
    name: 'fqdns',
    create: (made) => ({ connection_id: made.fqdnConnection, fqdn: 'sbc.example.com', dns_record_type: 'a', port: 5060 }),
    update: { fqdn: 'sbc2.example.com' },
  },
  {
    name: 'telephonyCredentials',
    create: (made) => ({ connection_id: made.credentialConnection, name: 'reception' }),
    update: { name: 'front desk' },
    shown: { name: 'reception', expired: false },
  },
  {
    name: 'externalConnections',
    create: (made) => ({ external_sip_connection: 'zoom', outbound: { outbound_voice_profile_id: made.outboundVoiceProfile, channel_limit: 3 }, tags: ['office'] }),
    update: (made) => ({ outbound: { outbound_voice_profile_id: made.outboundVoiceProfile, channel_limit: 4 }, active: false }),
    filter: { filter: { external_sip_connection: 'zoom' } },
  },
  {
    name: 'mobilePushCredentials',
    create: { type: 'ios', alias: 'phone app', certificate: '-----BEGIN CERTIFICATE-----', private_key: '-----BEGIN RSA PRIVATE KEY-----' },
    filter: { filter: { alias: 'phone app', type: 'ios' } },
  },
  { name: 'texmlApplications', create: { friendly_name: 'ivr', voice_url: 'https://example.com/voice.xml' }, update: { friendly_name: 'ivr two', voice_url: 'https://example.com/voice.xml' } },
  { name: 'faxApplications', create: { application_name: 'fax', webhook_event_url: webhook }, update: { application_name: 'fax two', webhook_event_url: webhook } },
  {
    name: 'messagingProfiles',
    create: { name: 'alerts', whitelisted_destinations: ['US', 'CA'], webhook_url: webhook },
    update: { name: 'alarms', number_pool_settings: { long_code_weight: 2, toll_free_weight: 1, skip_unhealthy: true } },
    filter: { filter: { name: 'alerts' } },
  },
  { name: 'verifyProfiles', create: { name: 'login', sms: { whitelisted_destinations: ['US'] } }, update: { name: 'sign-in' } },
  { name: 'rooms', create: { unique_name: 'standup', max_participants: 5 }, update: { unique_name: 'retro' } },
  {
    name: 'storage.migrationSources', shown: { bucket_name: 'old', provider_auth: { access_key: 'AK' } },
    create: { bucket_name: 'old', provider: 'aws', source_region: 'us-east-1', provider_auth: { access_key: 'AK', secret_access_key: 'SK' } },
  },
  { name: 'networks', keep: 'network', create: { name: 'office' }, update: { name: 'lab' } },
  {
    name: 'wireguardInterfaces', keep: 'wireguardInterface',
    create: (made) => ({ network_id: made.network, region_code: 'ashburn-va', name: 'tunnel' }),
  },
  { name: 'wireguardPeers', create: (made) => ({ wireguard_interface_id: made.wireguardInterface }) },
  { name: 'globalIPs', keep: 'globalIP', create: { name: 'edge', description: 'all regions' } },
  {
    name: 'publicInternetGateways',
    create: (made) => ({ network_id: made.network, region_code: 'ashburn-va', name: 'way out' }),
    shown: { name: 'way out', status: 'provisioning', region: { code: 'ashburn-va' } },
  },
  {
    name: 'virtualCrossConnects',
    create: (made) => ({ network_id: made.network, region_code: 'ashburn-va', name: 'cloud', cloud_provider: 'aws',
      cloud_provider_region: 'us-east-1', bgp_asn: 1234, primary_cloud_account_id: '123456789012' }),
    update: { primary_enabled: true, primary_cloud_ip: '169.254.0.2' },
  },
  { name: 'notificationProfiles', keep: 'notificationProfile', create: { name: 'on call' }, update: { name: 'on duty' } },
  {
    name: 'notificationChannels',
    create: (made) => ({ notification_profile_id: made.notificationProfile, channel_type_id: 'webhook', channel_destination: webhook }),
    update: { channel_destination: 'https://example.com/other' },
  },
  { name: 'integrationSecrets', create: { identifier: 'crm', type: 'bearer', token: 'top secret' }, noRetrieve: true, hidden: ['token'],
    shown: { identifier: 'crm' } },
  {
    name: 'addresses', keep: 'address',
    create: { first_name: 'Alfred', last_name: 'Foster', business_name: "Toy-O'Kon", street_address: '600 Congress Avenue',
      locality: 'Austin', administrative_area: 'TX', postal_code: '78701', country_code: 'US', customer_reference: 'MY REF 001' },
    filter: { filter: { customer_reference: { eq: 'MY REF 001' }, street_address: { contains: 'congress' }, address_book: { eq: 'true' } } },
  },
  {
    name: 'userAddresses',
    create: { first_name: 'Alfred', last_name: 'Foster', business_name: "Toy-O'Kon", street_address: '600 Congress Avenue',
      locality: 'Austin', administrative_area: 'TX', postal_code: '78701', country_code: 'US' },
    delete: false,
  },
  {
    name: 'dynamicEmergencyAddresses', keep: 'dynamicEmergencyAddress',
    create: { house_number: '600', street_name: 'Congress', street_suffix: 'St', locality: 'Austin', administrative_area: 'TX',
      postal_code: '78701', country_code: 'US' },
    filter: { filter: { status: 'pending', country_code: 'US' } },
  },
  {
    name: 'dynamicEmergencyEndpoints',
    create: (made) => ({ dynamic_emergency_address_id: made.dynamicEmergencyAddress, callback_number: '+13125550000',
      caller_name: 'Jane Doe Desk Phone' }),
    filter: { filter: { status: 'pending' } },
  },
  {
    name: 'ai.assistants.tests', id: (answer) => answer.test_id, idField: 'test_id', data: (answer) => answer,
    create: { name: 'polite', destination: 'somebody', instructions: 'Ask for the price.', rubric: [{ name: 'kind', criteria: 'Was it kind?' }],
      test_suite: 'daily', telnyx_conversation_channel: 'phone_call' },
    update: { name: 'very polite' },
    filter: { test_suite: 'daily' },
  },
  {
    name: 'wireless.detailRecordsReports', shown: { record_type: 'detail_records_report', status: 'pending' },
    noRetrieve: true,  // it is finished, and has a link, at once
    create: { start_time: '2025-01-01T00:00:00Z', end_time: '2025-02-01T00:00:00Z' },
    name: 'numberOrders', create: { phone_numbers: [{ phone_number: '+442079460018' }], customer_reference: 'A 1' },
    shown: { customer_reference: 'A 1', phone_numbers_count: 1, status: 'pending' }, update: { customer_reference: 'A 2' },
    filter: { filter: { customer_reference: 'A 1' } }, delete: false,
  },
  { name: 'numberReservations', create: { phone_numbers: [{ phone_number: '+442079460019' }] }, shown: { status: 'success' }, delete: false },
  {
    name: 'numberBlockOrders', create: { starting_number: '+442079460100', range: 10 }, delete: false,
    filter: { filter: { 'phone_numbers.starting_number': '+442079460100' } },
  },
  {
    name: 'customerServiceRecords', create: { phone_number: '+13122010100', additional_data: { account_number: '77', pin: '1234' } },
    shown: { phone_number: '+13122010100', status: 'pending' }, filter: { filter: { phone_number: { eq: '+13122010100' } } }, delete: false,
  },
];
