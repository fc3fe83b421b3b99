// SIM cards: how they come in, their groups, what is done to both.
const settled = async (client, id, value) => {
  while ((await client.simCards.retrieve(id)).data.status.value !== value) await new Promise((resolve) => setTimeout(resolve, 20));
};

export const wireless = [
  {
    path: '/sim_cards', name: 'simCards', keep: 'simCard', moves: true, delete: false,
    how: async ({ client, tandem }) => {
      const { data: [{ id }] } = await client.actions.register.create({ registration_codes: ['0000000001'], tags: ['fleet'], status: 'standby' });
      await tandem.advance(10_000);
      await settled(client, id, 'standby');
      return id;
    },
    update: { tags: ['truck'] }, filter: { filter: { tags: ['fleet'] } }, unlike: { filter: { tags: ['boat'] } },
  },
  { path: '/ota_updates', name: 'otaUpdates', delete: false, how: async ({ client, made }) => (await client.otaUpdates.list({ filter: { sim_card_id: made.simCard } })).data[0].id },
  { path: '/sim_card_actions', name: 'simCards.actions', delete: false, how: async ({ client, made }) => (await client.simCards.actions.enable(made.simCard)).data.id },
  { path: '/sim_card_groups', name: 'simCardGroups', keep: 'simCardGroup', create: { name: 'Trucks', data_limit: { amount: '2048.1', unit: 'MB' } },
    update: { name: 'Lorries' }, filter: { 'filter[name]': 'Trucks' } },
  { path: '/private_wireless_gateways', name: 'privateWirelessGateways', keep: 'privateWirelessGateway', moves: true,
    create: (made) => ({ name: 'depot', network_id: made.network, region_code: 'lon' }), shown: { name: 'depot', region_code: 'lon' } },
  { path: '/wireless_blocklists', name: 'wirelessBlocklists', keep: 'wirelessBlocklist', create: { name: 'Not there', type: 'country', values: ['CA', 'US'] },
    shown: { name: 'Not there', type: 'country' }, delete: false },
  {
    path: '/sim_card_group_actions', name: 'simCardGroups.actions', delete: false,
    how: async ({ client, made }) => (await client.simCardGroups.actions.setWirelessBlocklist(made.simCardGroup, { wireless_blocklist_id: made.wirelessBlocklist })).data.id,
  },
  {
    path: '/bulk_sim_card_actions', name: 'bulkSimCardActions', delete: false,
    how: async ({ client, made, tandem }) => {
      await tandem.advance(10_000);
      await settled(client, made.simCard, 'enabled');
      return (await client.simCards.actions.bulkSetPublicIPs({ sim_card_ids: [made.simCard] })).data.id;
    },
  },
  {
    path: '/sim_card_data_usage_notifications', name: 'simCardDataUsageNotifications',
    create: (made) => ({ sim_card_id: made.simCard, threshold: { amount: '2048.0', unit: 'MB' } }), update: { threshold: { amount: '1.0', unit: 'GB' } },
  },
  { path: '/sim_card_orders', name: 'simCardOrders', delete: false, create: (made) => ({ address_id: made.address, quantity: 5 }), shown: { quantity: 5 }, moves: true },
  {
    path: '/wireless/detail_records_reports', name: 'wireless.detailRecordsReports', shown: { record_type: 'detail_records_report', status: 'pending' },
    moves: true,  // it is finished, and has a link, at once
    create: { start_time: '2025-01-01T00:00:00Z', end_time: '2025-02-01T00:00:00Z' },
  },
];
