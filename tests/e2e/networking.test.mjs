// Networks: what leads into them, what leads out, and addresses announced from everywhere.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Tandem } from './tandem.mjs';
import { until } from './until.mjs';

let tandem;
let client;
before(async () => {
  tandem = await Tandem.start();
  client = tandem.client();
});
after(() => tandem?.stop());

const code = (wanted) => (error) => error.error.errors[0].code === wanted;

async function tunnel() {
  const network = (await client.networks.create({ name: 'office' })).data.id;
  const wireguard = (await client.wireguardInterfaces.create({ network_id: network, region_code: 'ashburn-va', name: 'tunnel' })).data.id;
  const peer = (await client.wireguardPeers.create({ wireguard_interface_id: wireguard })).data.id;
  return { network, wireguard, peer };
}

test('a network lists what leads into it, and stays while something does', async () => {
  const { network, wireguard } = await tunnel();
  const gateway = (await client.publicInternetGateways.create({ network_id: network, region_code: 'chicago-il', name: 'out' })).data;
  assert.match(gateway.public_ip, /^203\.0\.113\./);
  assert.equal(gateway.status, 'provisioning');
  await tandem.advance(30_000);
  await until(async () => (await client.publicInternetGateways.retrieve(gateway.id)).data, (one) => one.status === 'provisioned');
  const { data } = await client.networks.listInterfaces(network);
  assert.deepEqual(data.map((one) => [one.id, one.type, one.status]).sort(),
    [[wireguard, 'wireguard_interface', 'provisioned'], [gateway.id, 'public_internet_gateway', 'provisioned']].sort());
  assert.equal((await client.networks.listInterfaces(network, { filter: { type: 'wireguard_interface' } })).data.length, 1);
  await assert.rejects(client.networks.delete(network), code('10021'));
  await client.publicInternetGateways.delete(gateway.id);
  assert.equal((await client.networks.listInterfaces(network)).data.length, 1);
});

test('the default gateway of a network is a peer in it', async () => {
  const { network, peer } = await tunnel();
  const other = await tunnel();
  assert.deepEqual((await client.networks.defaultGateway.retrieve(network)).data, []);
  await assert.rejects(client.networks.defaultGateway.create(network, { wireguard_peer_id: other.peer }), code('10015'));
  const [made] = (await client.networks.defaultGateway.create(network, { wireguard_peer_id: peer })).data;
  assert.equal(made.network_id, network);
  await assert.rejects(client.networks.defaultGateway.create(network, { wireguard_peer_id: peer }), code('10012'));
  await assert.rejects(client.wireguardPeers.delete(peer), code('10021'));
  await client.networks.defaultGateway.delete(network);
  await assert.rejects(client.networks.defaultGateway.delete(network), code('10005'));
  await client.wireguardPeers.delete(peer);
});

test('a global IP leads to a peer', async () => {
  const { peer } = await tunnel();
  const ip = (await client.globalIPs.create({ name: 'edge' })).data;
  assert.match(ip.ip_address, /^198\.51\.100\./);
  const made = (await client.globalIPAssignments.create({ global_ip_id: ip.id, wireguard_peer_id: peer })).data;
  assert.equal(made.is_announced, false);
  await tandem.advance(30_000);
  await until(async () => (await client.globalIPAssignments.retrieve(made.id)).data, (one) => one.is_announced);
  const kept = (await client.globalIPAssignments.update(made.id, { body: { is_in_maintenance: true } })).data;
  assert.equal(kept.is_announced, false);
  await assert.rejects(client.globalIPHealthChecks.create({ global_ip_id: ip.id, health_check_type: 'prayer' }), code('10015'));
  const check = (await client.globalIPHealthChecks.create({ global_ip_id: ip.id, health_check_type: 'http_status_2xx', health_check_params: { port: 80 } })).data;
  assert.equal((await client.globalIPUsage.retrieve({ filter: { global_ip_id: ip.id } })).data[0].received.amount, 0);
  assert.equal((await client.globalIPAssignmentsUsage.retrieve({ filter: { global_ip_id: ip.id } })).data[0].global_ip_assignment.id, made.id);
  const [health] = (await client.globalIPAssignmentHealth.retrieve({ filter: { global_ip_assignment_id: made.id } })).data;
  assert.deepEqual([health.global_ip_assignment.id, health.health], [made.id, { pass: 0, fail: 0 }]);
  assert.deepEqual((await client.globalIPLatency.retrieve()).data, []);
  await assert.rejects(client.globalIPs.delete(ip.id), code('10021'));
  await client.globalIPHealthChecks.delete(check.id);
  await client.globalIPAssignments.delete(made.id);
  await client.globalIPs.delete(ip.id);
});

test('what the platform offers', async () => {
  assert.deepEqual((await client.globalIPProtocols.list()).data.map((one) => one.code).sort(), ['tcp', 'udp']);
  assert.equal((await client.globalIPAllowedPorts.list()).data.length, 4);
  assert.equal((await client.globalIPHealthCheckTypes.list()).data.length, 3);
  const coverage = await client.networkCoverage.list({ filter: { 'location.site': 'ORD' } });
  assert.deepEqual(coverage.data.map((one) => one.location.code), ['chicago-il']);
  const clouds = await client.virtualCrossConnectsCoverage.list({ filter: { cloud_provider: 'aws', 'location.code': 'ashburn-va' } });
  assert.deepEqual(clouds.data.map((one) => one.cloud_provider_region), ['us-east-1']);
  const network = (await client.networks.create({ name: 'cloudy' })).data.id;
  await assert.rejects(client.virtualCrossConnects.create({ network_id: network, region_code: 'ashburn-va', cloud_provider: 'aws',
    cloud_provider_region: 'mars-1', bgp_asn: 1234, primary_cloud_account_id: '1' }), code('10015'));
});
