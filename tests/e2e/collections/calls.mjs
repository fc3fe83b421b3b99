// Connections and what belongs to them, applications of calls, texts in XML and fax, media, video, verification.
const webhook = 'https://example.com/webhooks';

export const calls = [
  {
    path: '/outbound_voice_profiles', name: 'outboundVoiceProfiles', keep: 'outboundVoiceProfile',
    create: (made) => ({ name: 'office', billing_group_id: made.billingGroup, whitelisted_destinations: ['US'] }),
    update: { name: 'office two', concurrent_call_limit: 5 },
    filter: { filter: { name: { contains: 'office' } } },
  },
  {
    path: '/call_control_applications', name: 'callControlApplications', keep: 'callControlApplication',
    create: (made) => ({
      application_name: 'router', webhook_event_url: webhook,
      outbound: { outbound_voice_profile_id: made.outboundVoiceProfile, channel_limit: 5 },
    }),
    update: { application_name: 'router two', webhook_event_url: webhook, active: false },
    filter: { filter: { application_name: { contains: 'router' } } },
  },
  {
    path: '/credential_connections', name: 'credentialConnections', keep: 'credentialConnection',
    create: { connection_name: 'phones', user_name: 'deskphones1', password: 'correct horse battery' },
    update: { connection_name: 'desk phones' },
    filter: { filter: { connection_name: { contains: 'phones' } } },
  },
  { path: '/ip_connections', name: 'ipConnections', keep: 'ipConnection', create: { connection_name: 'pbx' }, update: { connection_name: 'pbx two' } },
  { path: '/ips', name: 'ips', create: (made) => ({ connection_id: made.ipConnection, ip_address: '192.0.2.10', port: 5070 }), update: { ip_address: '192.0.2.11' } },
  { path: '/fqdn_connections', name: 'fqdnConnections', keep: 'fqdnConnection', create: { connection_name: 'sbc' }, update: { connection_name: 'sbc two' } },
  {
    path: '/fqdns', name: 'fqdns',
    create: (made) => ({ connection_id: made.fqdnConnection, fqdn: 'sbc.example.com', dns_record_type: 'a', port: 5060 }),
    update: { fqdn: 'sbc2.example.com' },
  },
  {
    path: '/connections', name: 'connections', delete: false, filter: { filter: { connection_name: { contains: 'sbc' } } },
    how: async ({ made }) => made.fqdnConnection,  // each connection of any kind is listed here
  },
  {
    path: '/telephony_credentials', name: 'telephonyCredentials',
    create: (made) => ({ connection_id: made.credentialConnection, name: 'reception' }),
    update: { name: 'front desk' },
    shown: { name: 'reception', expired: false },
  },
  {
    path: '/external_connections', name: 'externalConnections', keep: 'externalConnection',
    create: (made) => ({ external_sip_connection: 'zoom', outbound: { outbound_voice_profile_id: made.outboundVoiceProfile, channel_limit: 3 }, tags: ['office'] }),
    update: (made) => ({ outbound: { outbound_voice_profile_id: made.outboundVoiceProfile, channel_limit: 4 }, active: false }),
    filter: { filter: { external_sip_connection: 'zoom' } },
  },
  {
    path: '/mobile_push_credentials', name: 'mobilePushCredentials',
    create: { type: 'ios', alias: 'phone app', certificate: '-----BEGIN CERTIFICATE-----', private_key: '-----BEGIN RSA PRIVATE KEY-----' },
    filter: { filter: { alias: 'phone app', type: 'ios' } },
  },
  { path: '/channel_zones', name: 'channelZones', everyone: true, noRetrieve: true },
  { path: '/list', name: 'list', everyone: true, paging: 'none', idField: 'zone_id',
    call: { list: (of) => of.list.retrieveAll(), retrieve: (of, made, id) => of.list.retrieveByZone(id) }, data: (answer) => answer.data[0] },
  { path: '/texml_applications', name: 'texmlApplications', create: { friendly_name: 'ivr', voice_url: 'https://example.com/voice.xml' }, update: { friendly_name: 'ivr two', voice_url: 'https://example.com/voice.xml' } },
  { path: '/fax_applications', name: 'faxApplications', create: { application_name: 'fax', webhook_event_url: webhook }, update: { application_name: 'fax two', webhook_event_url: webhook } },
  {
    path: '/media', name: 'media', idField: 'media_name', id: (answer) => answer.data.media_name, moves: true, paging: 'none',
    how: async ({ client, tandem }) => (await client.media.upload({ media_url: `${tandem.origin}/sandbox/picture.png`, media_name: 'logo', ttl_secs: 3600 })).data.media_name,
    filter: { filter: { content_type: ['image/png'] } },
  },
  { path: '/rooms', name: 'rooms', create: { unique_name: 'standup', max_participants: 5 }, update: { unique_name: 'retro' } },
  { path: '/verify_profiles', name: 'verifyProfiles', create: { name: 'login', sms: { whitelisted_destinations: ['US'] } }, update: { name: 'sign-in' } },
  {
    path: '/verify_profiles/templates', name: 'verifyProfiles', noRetrieve: true, delete: false, paging: 'none', create: { text: 'Your code is {{code}}.' },
    update: { text: '{{code}} is your code.' },
    call: { create: (of, made, body) => of.verifyProfiles.createTemplate(body), update: (of, made, id, body) => of.verifyProfiles.updateTemplate(id, body),
      list: (of) => of.verifyProfiles.retrieveTemplates() },
  },
  {
    path: '/verified_numbers', name: 'verifiedNumbers', idField: 'phone_number', id: (answer) => answer.data.phone_number,
    how: async ({ client, tandem }) => {
      const phone_number = '+13125550179';
      await client.verifiedNumbers.create({ phone_number, verification_method: 'sms' });
      for (;;) {
        const { body } = await tandem.request('GET', `/sandbox/messages?number=${encodeURIComponent(phone_number)}`);
        const verification_code = body.data[0]?.text.match(/\d{6}/)?.[0];
        if (verification_code) return (await client.verifiedNumbers.actions.submitVerificationCode(phone_number, { verification_code })).data.phone_number;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
  },
];
