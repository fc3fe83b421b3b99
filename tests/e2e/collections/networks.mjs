// Private networks, their ways in and out, global addresses, storage to be moved.
export const networks = [
  { path: '/networks', name: 'networks', keep: 'network', create: { name: 'office' }, update: { name: 'lab' } },
  {
    path: '/wireguard_interfaces', name: 'wireguardInterfaces', keep: 'wireguardInterface',
    create: (made) => ({ network_id: made.network, region_code: 'ashburn-va', name: 'tunnel' }),
  },
  { path: '/wireguard_peers', name: 'wireguardPeers', keep: 'wireguardPeer', create: (made) => ({ wireguard_interface_id: made.wireguardInterface }) },
  { path: '/global_ips', name: 'globalIPs', keep: 'globalIP', create: { name: 'edge', description: 'all regions' } },
  {
    path: '/global_ip_assignments', name: 'globalIPAssignments', moves: true,
    create: (made) => ({ global_ip_id: made.globalIP, wireguard_peer_id: made.wireguardPeer }),
  },
  {
    path: '/global_ip_health_checks', name: 'globalIPHealthChecks',
    create: (made) => ({ global_ip_id: made.globalIP, health_check_type: 'http_status_2xx', health_check_params: { port: 80 } }),
  },
  {
    path: '/public_internet_gateways', name: 'publicInternetGateways',
    create: (made) => ({ network_id: made.network, region_code: 'ashburn-va', name: 'way out' }),
    shown: { name: 'way out', status: 'provisioning', region: { code: 'ashburn-va' } },
  },
  {
    path: '/virtual_cross_connects', name: 'virtualCrossConnects',
    create: (made) => ({ network_id: made.network, region_code: 'ashburn-va', name: 'cloud', cloud_provider: 'aws',
      cloud_provider_region: 'us-east-1', bgp_asn: 1234, primary_cloud_account_id: '123456789012' }),
    update: { primary_enabled: true, primary_cloud_ip: '169.254.0.2' },
  },
  {
    path: '/storage/migration_sources', name: 'storage.migrationSources', shown: { bucket_name: 'old', provider_auth: { access_key: 'AK' } }, keep: 'migrationSource',
    create: { bucket_name: 'old', provider: 'aws', source_region: 'us-east-1', provider_auth: { access_key: 'AK', secret_access_key: 'SK' } }, paging: 'none', delete: false,
  },
  {
    path: '/storage/migrations', name: 'storage.migrations', paging: 'none', delete: false, moves: true,
    create: (made) => ({ source_id: made.migrationSource, target_bucket_name: 'new', target_region: 'us-central-1' }),
  },
];
