// Numbers: orders and their parts, what accounts have, and jobs about it.
const one = async (client, national_destination_code = '312') =>
  (await client.availablePhoneNumbers.list({ filter: { country_code: 'US', national_destination_code, limit: 1 } })).data[0].phone_number;
const soon = () => new Promise((resolve) => setTimeout(resolve, 50));

export const numbers = [
  {
    path: '/number_orders', name: 'numberOrders', keep: 'numberOrder', create: { phone_numbers: [{ phone_number: '+442079460018' }], customer_reference: 'A 1' }, moves: true,
    shown: { customer_reference: 'A 1', phone_numbers_count: 1, status: 'pending' }, update: { customer_reference: 'A 2' },
    filter: { filter: { customer_reference: 'A 1' } }, unlike: { filter: { customer_reference: 'B' } }, delete: false,
  },
  {
    path: '/sub_number_orders', name: 'subNumberOrders', keep: 'subNumberOrder', paging: 'none', delete: false, moves: true,
    how: async ({ client, made }) => (await client.subNumberOrders.list({ filter: { order_request_id: made.numberOrder } })).data[0].id,
    filter: { filter: { country_code: 'GB' } }, unlike: { filter: { country_code: 'IE' } }, update: { regulatory_requirements: [] }, changed: false,
  },
  {
    path: '/number_order_phone_numbers', name: 'numberOrderPhoneNumbers', paging: 'none', delete: false,
    how: async ({ client }) => (await client.numberOrderPhoneNumbers.list({ filter: { country_code: 'GB' } })).data[0].id,
    filter: { filter: { country_code: 'GB' } }, unlike: { filter: { country_code: 'IE' } },
  },
  {
    path: '/phone_numbers', name: 'phoneNumbers', keep: 'phoneNumber', moves: true,
    how: async ({ client, tandem }) => {
      const phone_number = await one(client);
      await client.numberOrders.create({ phone_numbers: [{ phone_number }] });
      await tandem.advance(61_000);
      for (;;) {
        const [found] = (await client.phoneNumbers.list({ filter: { phone_number } })).data;
        if (found?.status === 'active') return found.id;
      }
    },
    update: { tags: ['red'], customer_reference: 'ours' }, filter: { filter: { status: 'active', source: 'ordered' } }, filters: [{ filter: { status: 'active' } }],
    unlike: { filter: { tag: 'blue' } },
  },
  {
    path: '/phone_numbers/csv_downloads', name: 'phoneNumbers.csvDownloads', delete: false, moves: true, data: (answer) => (Array.isArray(answer.data) ? answer.data[0] : answer.data),
    create: { csv_format: 'V2' }, shown: { status: 'pending' },
  },
  {
    path: '/phone_numbers/jobs', name: 'phoneNumbers.jobs', delete: false, moves: true, filter: { filter: { type: 'update_phone_numbers' } },
    how: async ({ client, made }) => (await client.phoneNumbers.jobs.updateBatch({ phone_numbers: [made.phoneNumber], tags: ['green'] })).data.id,
  },
  {
    path: '/recordings', name: 'recordings', moves: true, filter: { filter: { to: '+13125550188' } }, unlike: { filter: { to: '+13125550189' } },
    how: async ({ client, made }) => {
      const { data: { id } } = await client.callControlApplications.create({ application_name: 'recorder', webhook_event_url: 'https://example.com/webhooks',
        outbound: { outbound_voice_profile_id: made.outboundVoiceProfile } });
      const { data: { phone_number } } = await client.phoneNumbers.retrieve(made.phoneNumber);
      const { data: call } = await client.calls.dial({ connection_id: id, from: phone_number, to: '+13125550188', record: 'record-from-answer' });
      while (!((await client.calls.retrieveStatus(call.call_control_id)).data.call_duration > 0)) await soon();
      await client.calls.actions.hangup(call.call_control_id, {});
      for (;;) {
        const [recording] = (await client.recordings.list()).data;
        if (recording) {
          await client.callControlApplications.delete(id);
          return recording.id;
        }
        await soon();
      }
    },
  },
  { path: '/number_reservations', name: 'numberReservations', create: { phone_numbers: [{ phone_number: '+442079460019' }] }, shown: { status: 'success' }, delete: false },
  {
    path: '/number_block_orders', name: 'numberBlockOrders', create: { starting_number: '+442079460100', range: 10 }, delete: false, moves: true,
    filter: { filter: { 'phone_numbers.starting_number': '+442079460100' } },
  },
  {
    path: '/advanced_orders', name: 'advancedOrders', paging: 'none', delete: false, moves: true, data: (answer) => answer,
    create: { country_code: 'US', area_code: '206', quantity: 1, features: ['sms'], phone_number_type: 'local', customer_reference: 'LATER' },
    shown: { customer_reference: 'LATER' },
  },
  {
    path: '/customer_service_records', name: 'customerServiceRecords', create: { phone_number: '+13122010100', additional_data: { account_number: '77', pin: '1234' } }, moves: true,
    shown: { phone_number: '+13122010100', status: 'pending' }, filter: { filter: { phone_number: { eq: '+13122010100' } } }, delete: false,
  },
  {
    path: '/comments', name: 'comments', paging: 'none', delete: false,
    create: (made) => ({ body: 'When?', comment_record_type: 'sub_number_order', comment_record_id: made.subNumberOrder }), shown: { body: 'When?' },
    call: { list: (of, made, query) => of.comments.list({ filter: { comment_record_type: 'sub_number_order', comment_record_id: made.subNumberOrder }, ...query }) },
  },
  { path: '/bundle_pricing/billing_bundles', name: 'bundlePricing.billingBundles', everyone: true, filter: { filter: { country_iso: ['US'] } } },
];
