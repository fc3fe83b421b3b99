// A carrier that we did not write: the SMPP server of npm's `smpp`, which takes texts, answers as a
// test wants and owes receipts until they are taken.
import { once } from 'node:events';
import smpp from 'smpp';

export class Carrier {
  /** `tls`: { key, cert }. */
  static async start({ port = 0, tls = {} } = {}) {
    const carrier = new Carrier();
    carrier.submits = [];       // { text, from, to, reference, pdu, session, id }
    carrier.sessions = new Set();
    carrier.waiting = [];
    carrier.ids = 0;
    carrier.receipts = new Map();  // owed, by message id
    /** What a submit gets: { status, receipt: 'now' | 'later' | 'never', silent, hangUp }. */
    carrier.answer = () => ({});
    carrier.tls = tls;
    await carrier.listen(port);
    return carrier;
  }

  async listen(port) {
    this.server = smpp.createServer(this.tls, (session) => this.welcome(session));
    this.server.listen(port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = this.server.address().port;
  }

  welcome(session) {
    session.on('error', () => {});  // a peer that was killed
    session.on('close', () => { this.sessions.delete(session); this.look(); });
    for (const mode of ['transmitter', 'receiver', 'transceiver']) {
      session.on(`bind_${mode}`, (pdu) => {
        if (pdu.password !== 'secret') {
          session.send(pdu.response({ command_status: smpp.ESME_RINVPASWD }));
          return session.close();
        }
        session.send(pdu.response({ system_id: 'carrier' }));
        Object.assign(session, { mode, system: pdu.system_id });
        this.sessions.add(session);
        if (mode !== 'transmitter') for (const id of this.receipts.keys()) this.report(id);
        return this.look();
      });
    }
    session.on('enquire_link', (pdu) => session.send(pdu.response()));
    session.on('unbind', (pdu) => { session.send(pdu.response()); session.close(); });
    session.on('submit_sm', (pdu) => this.take(session, pdu));
  }

  take(session, pdu) {
    const submit = {
      text: pdu.short_message.message, from: pdu.source_addr, to: pdu.destination_addr,
      reference: pdu.user_message_reference, pdu, session, id: `c${++this.ids}`,
    };
    this.submits.push(submit);
    const { status = smpp.ESME_ROK, receipt = 'now', silent, hangUp } = this.answer(submit);
    if (status === smpp.ESME_ROK && receipt !== 'never') this.receipts.set(submit.id, submit);
    if (hangUp) {
      session.destroy();
    } else if (!silent) {
      session.send(pdu.response({ command_status: status, message_id: submit.id }));
      if (status === smpp.ESME_ROK && receipt === 'now') this.report(submit.id);
    }
    this.look();
  }

  receiver() {
    return [...this.sessions].find((session) => session.mode !== 'transmitter');
  }

  /** Sends the receipt of a submit; it is owed until it is taken. `fields` replaces what it says. */
  report(id, state = 'DELIVRD', fields = {}) {
    const { from, to, reference } = this.receipts.get(id);
    const delivered = state === 'DELIVRD' ? '001' : '000';
    this.receiver()?.deliver_sm({
      esm_class: 4, source_addr: to, source_addr_ton: 1, source_addr_npi: 1, destination_addr: from,
      short_message: `id:${id} sub:001 dlvrd:${delivered} submit date:2601010000 done date:2601010001 stat:${state} err:000 text:`,
      ...(reference === undefined ? {} : { user_message_reference: reference }),
      ...fields,
    }, (answer) => {
      if (answer.command_status === smpp.ESME_ROK) this.receipts.delete(id);
      this.look();
    });
  }

  /** A handset sends; resolves with the status of the answer. */
  send(from, to, text, fields = {}) {
    return new Promise((resolve) => {
      this.receiver().deliver_sm({
        source_addr: from, source_addr_ton: 1, source_addr_npi: 1, destination_addr: to,
        dest_addr_ton: 1, dest_addr_npi: 1, short_message: text, ...fields,
      }, (answer) => resolve(answer.command_status));
    });
  }

  look() {
    this.waiting = this.waiting.filter((check) => !check());
  }

  /** Until `get` gives something. */
  until(get, what, timeoutMs = 15_000) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`the carrier waited in vain for ${what}`)), timeoutMs);
      const check = () => {
        const found = get();
        if (!found) return false;
        clearTimeout(timer);
        resolve(found);
        return true;
      };
      if (!check()) this.waiting.push(check);
    });
  }

  submitted(text) {
    return this.until(() => this.submits.find((submit) => submit.text === text), `the text ${text}`);
  }

  /** With so many sessions. */
  bound(count = 1) {
    return this.until(() => this.sessions.size === count, `${count} sessions`);
  }

  count(text) {
    return this.submits.filter((submit) => submit.text === text).length;
  }

  async stop() {
    this.server.close();
    for (const session of this.sessions) session.destroy();
    await once(this.server, 'close');
  }
}
