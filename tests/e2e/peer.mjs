// A customer's program that binds to us by SMPP: npm's `smpp` as the client.
import { once } from 'node:events';
import smpp from 'smpp';

/** What a messaging profile lets its owner bind with. */
export const credentialsOf = (profile) => ({ system_id: profile.id.slice(-12), password: profile.v1_secret.slice(0, 8) });

export class Peer {
  /** Connects without a bind; `tls`: trusts everyone. */
  static async connect(port, { tls = false } = {}) {
    const peer = new Peer();
    peer.deliveries = [];  // deliver_sm as they came
    peer.waiting = [];
    /** What a deliver_sm is answered with: a status, or nothing for no answer. */
    peer.answer = () => smpp.ESME_ROK;
    peer.session = smpp.connect({ host: '127.0.0.1', port, tls, rejectUnauthorized: false });
    peer.session.on('error', () => {});
    peer.session.on('enquire_link', (pdu) => peer.session.send(pdu.response()));
    peer.session.on('unbind', (pdu) => { peer.session.send(pdu.response()); peer.session.close(); });
    peer.session.on('deliver_sm', (pdu) => peer.take(pdu));
    peer.session.on('close', () => { peer.closed = true; });
    await once(peer.session, tls ? 'secureConnect' : 'connect');
    return peer;
  }

  /** Bound as 'transceiver', 'transmitter' or 'receiver'. */
  static async bind(port, profile, { mode = 'transceiver', ...how } = {}) {
    const peer = await Peer.connect(port, how);
    const { command_status } = await peer.ask(`bind_${mode}`, credentialsOf(profile));
    if (command_status !== smpp.ESME_ROK) throw new Error(`bind: ${command_status}`);
    return peer;
  }

  /** Sends a request; resolves with its response. */
  ask(command, fields) {
    return new Promise((resolve) => { this.session[command](fields, resolve); });
  }

  submit(fields) {
    return this.ask('submit_sm', { source_addr_ton: 1, source_addr_npi: 1, dest_addr_ton: 1, dest_addr_npi: 1, ...fields });
  }

  take(pdu) {
    const status = this.answer(pdu);
    if (status === undefined) return;
    this.session.send(pdu.response({ command_status: status }));
    if (status !== smpp.ESME_ROK) return;
    this.deliveries.push(pdu);
    this.waiting = this.waiting.filter((check) => !check());
  }

  /** The first deliver_sm that `matches`, already here or still to come. */
  delivered(matches, what, timeoutMs = 15_000) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`the peer waited in vain for ${what}`)), timeoutMs);
      const check = () => {
        const found = this.deliveries.find(matches);
        if (!found) return false;
        clearTimeout(timer);
        resolve(found);
        return true;
      };
      if (!check()) this.waiting.push(check);
    });
  }

  /** The receipt of a submit, by both of its forms. */
  receipt(id) {
    return this.delivered((pdu) => pdu.receipted_message_id?.toString().replace('\0', '') === id
      && pdu.short_message.message.includes(`id:${id} `), `the receipt of ${id}`);
  }

  text(words) {
    return this.delivered((pdu) => pdu.esm_class === 0 && pdu.short_message.message === words, `the text ${words}`);
  }

  async stop() {
    if (this.closed) return;
    const closed = once(this.session, 'close');
    this.session.destroy();
    await closed;
  }
}
