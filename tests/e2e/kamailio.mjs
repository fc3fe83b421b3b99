// Kamailio as a carrier: registers us, asks for sign-ins by digest, checks that we are alive by answering
// OPTIONS, and carries calls to and from what stands behind it. Over UDP and TLS.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const config = ({ address, port, tlsPort, behind, user, password, folder }) => `
debug=2
log_stderror=yes
tcp_children=1
children=1
listen=udp:${address}:${port}
listen=tls:${address}:${tlsPort}
enable_tls=yes
tcp_connection_lifetime=600
auto_aliases=no
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "auth.so"
loadmodule "tls.so"
modparam("usrloc", "db_mode", 0)
modparam("tls", "certificate", "${folder}/carrier.crt")
modparam("tls", "private_key", "${folder}/carrier.key")
# With TLS 1.3 the Kamailio of Debian 12 finds no signature algorithm.
modparam("tls", "tls_method", "TLSv1.2")
modparam("tls", "verify_certificate", 0)
modparam("rr", "enable_full_lr", 1)

request_route {
  if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
  if (is_method("OPTIONS")) { sl_send_reply("200", "OK"); exit; }
  if (has_totag()) {
    if (loose_route()) { t_relay(); exit; }
    if (is_method("ACK") && t_check_trans()) { t_relay(); }
    exit;
  }
  if (is_method("CANCEL")) { if (t_check_trans()) t_relay(); exit; }
  t_check_trans();
  if (is_method("REGISTER")) {
    if (!pv_www_authenticate("${address}", "${password}", "0") || $au != "${user}") {
      www_challenge("${address}", "1");
      exit;
    }
    save("location");
    exit;
  }
  if (!is_method("INVITE")) { sl_send_reply("405", "Method Not Allowed"); exit; }
  record_route();
  if ($si == "${behind.split(':')[0]}") {
    # From a subscriber of the carrier to us.
    $ru = "sip:${user}@${address}";
    if (!lookup("location")) { sl_send_reply("404", "Not Found"); exit; }
    t_relay();
    exit;
  }
  if (!pv_proxy_authenticate("${address}", "${password}", "0")) { proxy_challenge("${address}", "1"); exit; }
  consume_credentials();
  $ru = "sip:" + $rU + "@${behind}";
  $du = "sip:${behind};transport=udp";
  t_relay();
}
`;

export class Kamailio {
  /** `behind`: address and port of a subscriber's phone; certificates are in `folder`. */
  static async start(options) {
    const carrier = new Kamailio();
    carrier.scratch = mkdtempSync(join(tmpdir(), 'kamailio-'));
    writeFileSync(join(carrier.scratch, 'kamailio.cfg'), config(options));
    carrier.log = '';
    carrier.process = spawn('kamailio', ['-DD', '-f', join(carrier.scratch, 'kamailio.cfg'), '-m', '64', '-M', '16', '-E', '-Y', carrier.scratch, '-w', carrier.scratch],
      { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    for (const stream of [carrier.process.stdout, carrier.process.stderr]) {
      stream.on('data', (chunk) => { carrier.log = (carrier.log + chunk).slice(-50_000); });
    }
    carrier.exited = once(carrier.process, 'exit');
    return carrier;
  }

  async stop() {
    try { process.kill(-this.process.pid, 'SIGKILL'); } catch { /* gone */ }
    await this.exited;
    rmSync(this.scratch, { recursive: true, force: true });
  }
}
