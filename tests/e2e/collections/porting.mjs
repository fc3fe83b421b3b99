// Numbers on their way here: orders, what hangs on them, letters, events, reports.
const free = async (client, index) => (await client.availablePhoneNumbers.list({
  filter: { country_code: 'US', national_destination_code: '212', phone_number_type: 'local', limit: 20 } })).data[index].phone_number;
const below = ['portingOrder', 'porting_order_id'];
const document = { file: Buffer.from('%PDF-1.4').toString('base64'), filename: 'csr.pdf' };

export const porting = [
  {
    path: '/porting_orders', name: 'portingOrders', keep: 'portingOrder', moves: true,
    how: async ({ client }) => (await client.portingOrders.create({ phone_numbers: [await free(client, 0)], customer_reference: 'move' })).data[0].id,
    update: { customer_reference: 'moved' }, filter: { filter: { customer_reference: 'move' } }, unlike: { filter: { customer_reference: 'stay' } },
  },
  {
    path: '/porting_orders/{id}/comments', name: 'portingOrders.comments', parent: ['portingOrder', 'id'], create: { body: 'When?' }, noRetrieve: true, delete: false,
  },
  {
    path: '/porting_orders/{id}/additional_documents', name: 'portingOrders.additionalDocuments', parent: ['portingOrder', 'id'], noRetrieve: true,
    how: async ({ client, made }) => (await client.portingOrders.additionalDocuments.create(made.portingOrder, {
      additional_documents: [{ document_id: (await client.documents.upload(document)).data.id, document_type: 'csr' }] })).data[0].id,
    filter: { filter: { document_type: ['csr'] } },
  },
  {
    path: '/porting_orders/{porting_order_id}/associated_phone_numbers', name: 'portingOrders.associatedPhoneNumbers', parent: below, noRetrieve: true,
    create: { action: 'keep', phone_number_range: { start_at: '+13125550100', end_at: '+13125550101' } }, filter: { filter: { action: 'keep' } },
  },
  {
    path: '/porting_orders/{porting_order_id}/phone_number_blocks', name: 'portingOrders.phoneNumberBlocks', parent: below, noRetrieve: true,
    create: { phone_number_range: { start_at: '+13125550100', end_at: '+13125550199' }, activation_ranges: [{ start_at: '+13125550110', end_at: '+13125550119' }] },
  },
  {
    path: '/porting_orders/{porting_order_id}/phone_number_extensions', name: 'portingOrders.phoneNumberExtensions', parent: below, noRetrieve: true,
    how: async ({ client, made }) => {
      const { data: [line] } = await client.portingPhoneNumbers.list({ filter: { porting_order_id: made.portingOrder } });
      return (await client.portingOrders.phoneNumberExtensions.create(made.portingOrder, { porting_phone_number_id: line.id,
        extension_range: { start_at: 1, end_at: 10 }, activation_ranges: [{ start_at: 1, end_at: 5 }] })).data.id;
    },
  },
  {
    path: '/porting_orders/phone_number_configurations', name: 'portingOrders.phoneNumberConfigurations', noRetrieve: true, delete: false,
    how: async ({ client, made }) => {
      const { data: [line] } = await client.portingPhoneNumbers.list({ filter: { porting_order_id: made.portingOrder } });
      const { data: [bundle] } = await client.bundlePricing.billingBundles.list({ filter: { country_iso: ['US'] } });
      const { data: [bought] } = await client.bundlePricing.userBundles.create({ idempotency_key: crypto.randomUUID(), items: [{ billing_bundle_id: bundle.id, quantity: 1 }] });
      return (await client.portingOrders.phoneNumberConfigurations.create({ phone_number_configurations: [{ porting_phone_number_id: line.id, user_bundle_id: bought.id }] })).data[0].id;
    },
  },
  {
    path: '/porting/loa_configurations', name: 'porting.loaConfigurations',
    how: async ({ client }) => {
      const logo = (await client.documents.upload({ file: Buffer.from('png').toString('base64'), filename: 'logo.png' })).data.id;
      return (await client.porting.loaConfigurations.create({ name: 'Ours', company_name: 'Acme', logo: { document_id: logo },
        address: { street_address: '600 Congress Avenue', city: 'Austin', state: 'TX', zip_code: '78701', country_code: 'US' },
        contact: { email: 'help@example.com', phone_number: '+12003270001' } })).data.id;
    },
  },
  {
    path: '/porting/events', name: 'porting.events', delete: false,
    how: async ({ client }) => {
      for (;;) {
        const { data: [event] } = await client.porting.events.list();
        if (event) return event.id;
      }
    },
  },
  {
    path: '/porting/reports', name: 'porting.reports', delete: false, moves: true,
    create: { report_type: 'export_porting_orders_csv', params: { filters: { status__in: ['ported'] } } }, filter: { filter: { report_type: 'export_porting_orders_csv' } },
  },
  {
    path: '/portouts/reports', name: 'portouts.reports', delete: false, moves: true,
    create: { report_type: 'export_portouts_csv', params: { filters: { status__in: ['ported'] } } },
  },
  {
    path: '/external_connections/{id}/civic_addresses', name: 'externalConnections.civicAddresses', parent: ['operatorConnect', 'id'], delete: false, paging: 'none',
    how: async ({ client, tandem, made }) => {
      await client.operatorConnect.actions.refresh();
      await tandem.advance(5_000);
      while (!made.operatorConnect) {
        const { data: [found] } = await client.externalConnections.list({ filter: { external_sip_connection: 'operator_connect' } });
        made.operatorConnect = found?.id;
      }
      return (await client.externalConnections.civicAddresses.list(made.operatorConnect)).data[0].id;
    },
  },
  {
    path: '/external_connections/{id}/uploads', name: 'externalConnections.uploads', parent: ['operatorConnect', 'id'], delete: false, moves: true,
    idField: 'ticket_id', id: (answer) => answer.data?.ticket_id ?? answer.ticket_id,
    how: async ({ client, made }) => (await client.externalConnections.uploads.create(made.operatorConnect,
      { number_ids: [made.phoneNumber], additional_usages: ['first_party_app_assignment'] })).ticket_id,
  },
];
