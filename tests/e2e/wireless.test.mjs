// SIM cards: how they come in, what is done to them and their groups, and what that takes.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Tandem } from './tandem.mjs';
import { until, untilStatus } from './until.mjs';

let tandem;
let client;
let stranger;
before(async () => {
  tandem = await Tandem.start();
  client = tandem.client();
  stranger = tandem.client((await client.managedAccounts.create({ business_name: 'Somebody else' })).data.api_key);
});
after(() => tandem?.stop());

const code = (wanted) => (error) => error.error.errors[0].code === wanted;
const soon = () => tandem.advance(10_000);
const card = async (id) => (await client.simCards.retrieve(id)).data;
const inStatus = (id, value) => until(() => card(id), (one) => one.status.value === value, `SIM card ${value}`);

/** A card that was registered and is enabled. */
async function enabled(registrationCode) {
  const { data } = await client.actions.register.create({ registration_codes: [registrationCode], tags: ['fleet'] });
  await soon();
  return inStatus(data[0].id, 'enabled');
}

test('cards are registered by code, once, into the default group', async () => {
  const { data: checked } = await client.simCards.actions.validateRegistrationCodes({ registration_codes: ['0000000001', '9999000000', 'x'] });
  assert.deepEqual(checked.map((one) => one.valid), [true, false, false]);
  const { data, errors } = await client.actions.register.create({ registration_codes: ['0000000001', '9999000000'], status: 'standby' });
  assert.equal(data.length, 1);
  assert.equal(errors.length, 1);
  assert.equal(data[0].status.value, 'registering');
  assert.match(data[0].iccid, /^893104\d{13}$/);
  await soon();
  const standby = await inStatus(data[0].id, 'standby');
  assert.equal(standby.actions_in_progress, false);
  const again = await client.actions.register.create({ registration_codes: ['0000000001'] });
  assert.equal(again.data.length, 0);
  assert.match(again.errors[0].detail, /already been used/);
  const group = (await client.simCardGroups.retrieve(standby.sim_card_group_id)).data;
  assert.equal(group.default, true);
  assert.equal((await client.simCards.list({ filter: { status: ['standby'] } })).data.length, 1);
  assert.equal((await stranger.simCards.list()).data.length, 0);
  await assert.rejects(stranger.simCards.retrieve(standby.id), { status: 404 });
  const updates = await client.otaUpdates.list({ filter: { sim_card_id: standby.id } });
  assert.equal(updates.data.length, 1);
  await untilStatus(() => client.otaUpdates.retrieve(updates.data[0].id), 'completed');
});

test('a card is enabled, disabled and reachable, each by an action with a record', async () => {
  const one = await enabled('0000000002');
  assert.equal(one.live_data_session, 'connected');
  assert.equal(one.pin_puk_codes, undefined);
  assert.match((await client.simCards.retrieve(one.id, { include_pin_puk_codes: true })).data.pin_puk_codes.puk1, /^\d{8}$/);
  assert.equal((await client.simCards.getDeviceDetails(one.id)).data.imei, one.current_imei);
  const logs = await client.simCards.listWirelessConnectivityLogs(one.id);
  assert.deepEqual(logs.data.map((log) => log.log_type).sort(), ['data', 'registration']);
  await assert.rejects(client.simCards.getActivationCode(one.id), code('10015'));

  const { data: action } = await client.simCards.actions.disable(one.id);
  assert.equal(action.status.value, 'in-progress');
  assert.equal((await card(one.id)).status.value, 'disabling');
  await assert.rejects(client.simCards.actions.enable(one.id), code('10015'));
  await soon();
  await inStatus(one.id, 'disabled');
  assert.equal((await client.simCards.actions.retrieve(action.id)).data.status.value, 'completed');

  await assert.rejects(client.simCards.getPublicIP(one.id), { status: 404 });
  await assert.rejects(client.simCards.actions.removePublicIP(one.id), code('10015'));
  await client.simCards.actions.setPublicIP(one.id, { region_code: 'lon' });
  await soon();
  const { data: ip } = await until(() => client.simCards.getPublicIP(one.id).catch(() => ({})), (answer) => answer.data);
  assert.equal(ip.region_code, 'lon');
  await until(() => card(one.id), (now) => !now.actions_in_progress);
  await client.simCards.actions.removePublicIP(one.id);
  await soon();
  await until(() => client.simCards.getPublicIP(one.id).then(() => 200, (error) => error.status), (status) => status === 404);

  const changed = await client.simCards.update(one.id, { tags: ['truck'], authorized_imeis: ['490154203237518'] });
  assert.deepEqual(changed.data.tags, ['truck']);
  await assert.rejects(client.simCards.update(one.id, { authorized_imeis: ['1'] }), code('10015'));
  assert.equal((await client.simCards.list({ filter: { tags: ['truck'] } })).data.length, 1);
  assert.equal((await client.simCards.delete(one.id)).data.status.value, 'disabling');
  await assert.rejects(client.simCards.retrieve(one.id), { status: 404 });
});

test('eSIMs are bought and have activation codes; many cards get addresses at once', async () => {
  const { data } = await client.actions.purchase.create({ amount: 3, status: 'disabled', tags: ['esim'] });
  assert.equal(data.length, 3);
  assert.match((await client.simCards.getActivationCode(data[0].id)).data.activation_code, /^LPA:1\$.+\$.+/);
  await soon();
  for (const one of data) await inStatus(one.id, 'disabled');
  const { data: bulk } = await client.simCards.actions.bulkSetPublicIPs({ sim_card_ids: data.map((one) => one.id) });
  await soon();
  await until(() => client.bulkSimCardActions.retrieve(bulk.id), (answer) => answer.data.sim_card_actions_summary
    .some((part) => part.status === 'completed' && part.count === 3));
  const actions = await client.simCards.actions.list({ filter: { bulk_sim_card_action_id: bulk.id, status: 'completed' } });
  assert.equal(actions.data.length, 3);
});

test('groups get gateways and blocklists by actions', async () => {
  const group = (await client.simCardGroups.create({ name: 'Trucks', data_limit: { amount: '2048.1', unit: 'MB' } })).data;
  assert.equal((await client.simCardGroups.update(group.id, { name: 'Lorries' })).data.name, 'Lorries');
  assert.equal((await client.simCardGroups.list({ 'filter[name]': 'Lorries' })).data.length, 1);
  const network = (await client.networks.create({ name: 'depot' })).data;
  const gateway = (await client.privateWirelessGateways.create({ name: 'depot', network_id: network.id, region_code: 'lon' })).data;
  assert.equal(gateway.status.value, 'provisioning');
  const set = () => client.simCardGroups.actions.setPrivateWirelessGateway(group.id, { private_wireless_gateway_id: gateway.id });
  await assert.rejects(set(), code('10015'));
  await tandem.advance(30_000);
  const up = await until(() => client.privateWirelessGateways.retrieve(gateway.id), (answer) => answer.data.status.value === 'provisioned');
  assert.match(up.data.ip_range, /^100\.\d+\.\d+\.0\/24$/);
  const { data: action } = await set();
  assert.equal(action.status, 'in-progress');
  await soon();
  await untilStatus(() => client.simCardGroups.actions.retrieve(action.id), 'completed');
  assert.equal((await client.simCardGroups.retrieve(group.id)).data.private_wireless_gateway_id, gateway.id);
  assert.equal((await client.privateWirelessGateways.retrieve(gateway.id)).data.assigned_resources[0].count, 1);
  await assert.rejects(client.privateWirelessGateways.delete(gateway.id), code('10021'));

  const values = await client.wirelessBlocklistValues.list({ type: 'country' });
  assert.ok(values.data.some((value) => value.code === 'US'));
  for (const type of ['mcc', 'plmn']) assert.ok((await client.wirelessBlocklistValues.list({ type })).data.length > 10);
  await assert.rejects(client.wirelessBlocklists.create({ name: 'bad', type: 'country', values: ['QQ'] }), code('10015'));
  const blocklist = (await client.wirelessBlocklists.create({ name: 'Not there', type: 'country', values: ['CA', 'US'] })).data;
  assert.deepEqual((await client.wirelessBlocklists.update({ name: 'Not there', values: ['MX'] })).data.values, ['MX']);
  await client.simCardGroups.actions.setWirelessBlocklist(group.id, { wireless_blocklist_id: blocklist.id });
  await soon();
  await until(() => client.simCardGroups.retrieve(group.id), (answer) => answer.data.wireless_blocklist_id === blocklist.id);
  await client.simCardGroups.actions.removePrivateWirelessGateway(group.id);
  await client.simCardGroups.actions.removeWirelessBlocklist(group.id);
  await soon();
  await until(() => client.simCardGroups.retrieve(group.id), (answer) => !answer.data.wireless_blocklist_id && !answer.data.private_wireless_gateway_id);
  assert.equal((await client.simCardGroups.actions.list({ 'filter[status]': 'completed' })).data.length, 4);
  await client.privateWirelessGateways.delete(gateway.id);
  await client.wirelessBlocklists.delete(blocklist.id);
  await client.simCardGroups.delete(group.id);
});

test('cards are ordered, priced and delivered', async () => {
  const address = (await client.addresses.create({ first_name: 'Alfred', last_name: 'Foster', business_name: "Toy-O'Kon",
    street_address: '600 Congress Avenue', locality: 'Austin', administrative_area: 'TX', postal_code: '78701', country_code: 'US' })).data;
  const preview = (await client.simCardOrderPreview.preview({ address_id: address.id, quantity: 21 })).data;
  assert.equal(preview.total_cost.amount, '26.00');
  const order = (await client.simCardOrders.create({ address_id: address.id, quantity: 21 })).data;
  assert.equal(order.cost.amount, preview.total_cost.amount);
  assert.equal(order.order_address.locality, 'Austin');
  for (const status of ['processing', 'ready_to_ship', 'shipped', 'delivered']) {
    await tandem.advance(24 * 3600_000);
    await untilStatus(() => client.simCardOrders.retrieve(order.id), status);
  }
  assert.ok((await client.simCardOrders.retrieve(order.id)).data.tracking_url);
  await assert.rejects(client.simCardOrders.create({ address_id: '1', quantity: 1 }), code('10017'));
  assert.equal((await client.simCardOrders.list({ filter: { address: { country_code: 'US' } } })).data.length, 1);
  assert.equal((await client.simCardOrders.list({ filter: { address: { country_code: 'DE' } } })).data.length, 0);
});

test('reference data and thresholds', async () => {
  const american = await client.mobileNetworkOperators.list({ filter: { country_code: 'US', name: { starts_with: 'AT' } } });
  assert.equal(american.data[0].tadig, 'USACG');
  assert.ok((await client.wireless.retrieveRegions({ product: 'public_ips' })).data.some((region) => region.code === 'dc2'));
  const one = await enabled('0000000003');
  const made = (await client.simCardDataUsageNotifications.create({ sim_card_id: one.id, threshold: { amount: '2048.1', unit: 'MB' } })).data;
  const changed = await client.simCardDataUsageNotifications.update(made.id, { threshold: { amount: '1', unit: 'GB' } });
  assert.equal(changed.data.threshold.unit, 'GB');
  assert.equal((await client.simCardDataUsageNotifications.list()).data.length, 1);
  await assert.rejects(client.simCards.delete(one.id), code('10021'));
  await client.simCardDataUsageNotifications.delete(made.id);
  await client.simCards.delete(one.id);
});

test('a report of detail records is a file that can be fetched', async () => {
  const reports = client.wireless.detailRecordsReports;
  await assert.rejects(reports.create({ start_time: 'yesterday' }), code('10015'));
  await assert.rejects(reports.create({ start_time: '2025-02-01T00:00:00Z', end_time: '2025-01-01T00:00:00Z' }), code('10015'));
  const made = (await reports.create({ start_time: '2025-01-01T00:00:00Z', end_time: '2025-02-01T00:00:00Z' })).data;
  assert.equal(made.record_type, 'detail_records_report');
  const { data } = await until(() => reports.retrieve(made.id), (answer) => answer.data.status === 'complete');
  assert.match(await (await fetch(data.report_url)).text(), /^id,created_at,/);
  assert.deepEqual((await reports.list()).data.map((one) => one.id), [made.id]);
  assert.equal((await reports.delete(made.id)).data.status, 'deleted');
  await assert.rejects(reports.retrieve(made.id), code('10005'));
});
