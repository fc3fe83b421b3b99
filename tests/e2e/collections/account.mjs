// Accounts, money, notifications, addresses, documents, OAuth clients.
const webhook = 'https://example.com/webhooks';
const address = { first_name: 'Alfred', last_name: 'Foster', business_name: "Toy-O'Kon", street_address: '600 Congress Avenue',
  locality: 'Austin', administrative_area: 'TX', postal_code: '78701', country_code: 'US' };

export const account = [
  { path: '/billing_groups', name: 'billingGroups', create: { name: 'Head office' }, update: { name: 'Branch' }, keep: 'billingGroup' },
  {
    path: '/managed_accounts', name: 'managedAccounts', delete: false, create: { business_name: 'Subsidiary', email: 'sub@example.com' },
    shown: { organization_name: 'Subsidiary', email: 'sub@example.com' },
    update: { managed_account_allow_custom_pricing: false }, changed: { organization_name: 'Subsidiary' },
    filter: { filter: { email: { eq: 'sub@example.com' } } },
  },
  // Rules that let this machine in: one that does not would end the suite.
  { path: '/access_ip_address', name: 'accessIPAddress', create: { ip_address: '127.0.0.1', description: 'here' }, shown: { ip_address: '127.0.0.1' }, moves: true },
  { path: '/access_ip_ranges', name: 'accessIPRanges', create: { cidr_block: '127.0.0.0/16', description: 'here' }, shown: { cidr_block: '127.0.0.0/16' }, noRetrieve: true, moves: true },
  {
    path: '/authentication_providers', name: 'authenticationProviders',
    create: { name: 'Okta', short_name: 'okta', settings: { idp_entity_id: 'https://idp.example.com/id', idp_sso_target_url: 'https://idp.example.com/sso',
      idp_cert_fingerprint: '13:38:C7:BB:C9:FF:4A:70:38:3A:E3:D9:5C:CD:DB:2E:50:1E:80:A7' } },
    shown: { name: 'Okta', short_name: 'okta' }, update: { name: 'Okta two' },
  },
  { path: '/notification_profiles', name: 'notificationProfiles', keep: 'notificationProfile', create: { name: 'on call' }, update: { name: 'on duty' } },
  {
    path: '/notification_channels', name: 'notificationChannels', keep: 'notificationChannel',
    create: (made) => ({ notification_profile_id: made.notificationProfile, channel_type_id: 'webhook', channel_destination: webhook }),
    update: { channel_destination: 'https://example.com/other' },
  },
  {
    path: '/notification_settings', name: 'notificationSettings',
    how: async ({ client, made }) => {
      const condition = (await client.notificationEventConditions.list()).data.find((one) => one.name === 'below threshold');
      return (await client.notificationSettings.create({ notification_channel_id: made.notificationChannel, notification_event_condition_id: condition.id,
        notification_profile_id: made.notificationProfile, parameters: [{ name: 'threshold', value: '1' }] })).data.id;
    },
  },
  {
    path: '/oauth_clients', name: 'oauthClients', idField: 'client_id', id: (answer) => answer.data.client_id,
    create: { name: 'Dashboard', client_type: 'confidential', allowed_scopes: ['admin'], redirect_uris: ['https://example.com/back'], allowed_grant_types: ['authorization_code'] },
    shown: { name: 'Dashboard' }, moves: true, update: { name: 'Console' }, filter: { 'filter[name][contains]': 'Dash' },
  },
  { path: '/integration_secrets', name: 'integrationSecrets', create: { identifier: 'crm', type: 'bearer', token: 'top secret' }, noRetrieve: true,
    hidden: ['token'], shown: { identifier: 'crm' } },
  {
    path: '/addresses', name: 'addresses', keep: 'address', create: { ...address, customer_reference: 'MY REF 001' },
    filter: { filter: { customer_reference: { eq: 'MY REF 001' }, street_address: { contains: 'congress' }, address_book: { eq: 'true' } } },
  },
  { path: '/user_addresses', name: 'userAddresses', create: address, delete: false },
  {
    path: '/dynamic_emergency_addresses', name: 'dynamicEmergencyAddresses', keep: 'dynamicEmergencyAddress',
    create: { house_number: '600', street_name: 'Congress', street_suffix: 'St', locality: 'Austin', administrative_area: 'TX',
      postal_code: '78701', country_code: 'US' },
    filter: { filter: { status: 'pending', country_code: 'US' } },
  },
  {
    path: '/dynamic_emergency_endpoints', name: 'dynamicEmergencyEndpoints',
    create: (made) => ({ dynamic_emergency_address_id: made.dynamicEmergencyAddress, callback_number: '+13125550000',
      caller_name: 'Jane Doe Desk Phone' }),
    filter: { filter: { status: 'pending' } },
  },
  {
    path: '/documents', name: 'documents', keep: 'document', call: { create: (of, made, body) => of.documents.upload(body) },
    create: { file: Buffer.from('%PDF-1.4').toString('base64'), filename: 'deed.pdf', customer_reference: 'deed 1' }, shown: { filename: 'deed.pdf' },
    moves: true, update: { customer_reference: 'deed 2' }, filter: { filter: { customer_reference: { eq: 'deed 1' } } },
  },
  { path: '/requirement_groups', name: 'requirementGroups', paging: 'none', create: { action: 'ordering', country_code: 'DE', phone_number_type: 'local', customer_reference: 'G 1' },
    shown: { action: 'ordering', country_code: 'DE', phone_number_type: 'local' }, update: { customer_reference: 'G 2' }, filter: { filter: { customer_reference: 'G 1' } } },
  { path: '/requirement_types', name: 'requirementTypes', paging: 'none', everyone: true },
  { path: '/requirements', name: 'requirements', everyone: true },
  {
    path: '/reports/mdr_usage_reports', name: 'reports.mdrUsageReports', moves: true, shown: { aggregation_type: 'NO_AGGREGATION' },
    create: { start_date: '2026-01-01T00:00:00Z', end_date: '2026-02-01T00:00:00Z', aggregation_type: 'NO_AGGREGATION' },
  },
];
