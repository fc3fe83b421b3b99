// What tests of calls have in common: an application with a number, phones that call it, what they heard.
import { heardMs, readWav } from './audio.mjs';
import { Receiver, Tandem } from './tandem.mjs';
import { until } from './until.mjs';

export const payload = (request) => request.json.data.payload;
export const outside = '+13125550142';

/** For assert.rejects(): the API's error has that code. */
export const codeOf = (code) => (error) => {
  const seen = error.error?.errors?.[0]?.code;
  if (String(seen) !== code) throw new Error(`${code} expected: ${error.message}`);
  return true;
};

export class Calling {
  static async start(options) {
    const calling = new Calling();
    calling.tandem = await Tandem.start(options);
    calling.client = calling.tandem.client();
    calling.receiver = await Receiver.start();
    const { data: profile } = await calling.client.outboundVoiceProfiles.create({ name: 'everywhere', whitelisted_destinations: ['US'] });
    calling.profile = profile;
    const { data } = await calling.client.callControlApplications.create({
      application_name: 'e2e calls', webhook_event_url: calling.receiver.url, outbound: { outbound_voice_profile_id: profile.id } });
    calling.application = data;
    calling.number = await calling.buyNumber(data.id);
    return calling;
  }

  async stop() {
    await this.tandem.stop();
    await this.receiver.stop();
  }

  get actions() { return this.client.calls.actions; }

  /** A number of the account, bought and assigned. */
  async buyNumber(connection_id) {
    const { data: found } = await this.client.availablePhoneNumbers.list({ filter: { country_code: 'US', national_destination_code: '312', limit: 1 } });
    const { phone_number } = found[0];
    await this.client.numberOrders.create({ phone_numbers: [{ phone_number }], connection_id });
    await this.tandem.advance(61_000);
    await until(async () => (await this.client.phoneNumbers.list({ filter: { phone_number } })).data[0]?.status === 'active', Boolean);
    return phone_number;
  }

  /** The first event of a type about a call (or any), for which `holds`. */
  async event(type, call, holds = () => true, timeoutMs = 15_000) {
    return payload(await this.receiver.wait((request) => request.json?.data?.event_type === type &&
      (!call || payload(request).call_control_id === call) && holds(payload(request)), timeoutMs));
  }

  /** Events of a type about a call that came so far. */
  seen(type, call) {
    return this.receiver.requests.filter((r) => r.json?.data?.event_type === type && payload(r).call_control_id === call).map(payload);
  }

  /** A phone outside calls a number of ours: its call, and the event that the application got. */
  async ring(steps = [], { from = outside, to = this.number } = {}) {
    const before = this.receiver.requests.length;
    const { status, text, body } = await this.tandem.request('POST', '/sandbox/calls', { body: { from, to, steps } });
    if (status >= 300) throw new Error(text);
    const request = await this.receiver.wait((r) => r.json?.data?.event_type === 'call.initiated' && this.receiver.requests.indexOf(r) >= before);
    return { ...payload(request), phone: body.data.id };
  }

  /** The same, answered: { id, phone, ...}. */
  async stay(steps = [{ do: 'wait', ms: 30_000 }], to) {
    const initiated = await this.ring(steps, { to });
    const id = initiated.call_control_id;
    await this.actions.answer(id, {});
    await this.event('call.answered', id);
    return { ...initiated, id };
  }

  async dial(to, more = {}) {
    const { data } = await this.client.calls.dial({ connection_id: this.application.id, from: this.number, to, ...more });
    return { ...data, id: data.call_control_id };
  }

  async end(id) {
    await this.actions.hangup(id, {});
    return this.event('call.hangup', id);
  }

  /** What a phone of the sandbox is told of: its last call. */
  async phoneCall(number = outside) {
    return (await this.tandem.request('GET', `/sandbox/calls?number=${encodeURIComponent(number)}&limit=1`)).body.data[0];
  }

  /** The samples that a phone heard in a call that is over. */
  async heard(phone) { return (await this.recordingOf(phone)).channels[0]; }

  /** For how many milliseconds it heard a tone, whatever the rate of its codec. */
  async heardMs(phone, hz) {
    const { channels, rate } = await this.recordingOf(phone);
    return heardMs(channels[0], hz, rate);
  }

  async recordingOf(phone) {
    const over = (call) => call.status === 'ended' && call.recording;
    const call = await until(async () => (await this.tandem.request('GET', `/sandbox/calls/${phone}`)).body.data, over, 'a recording of the phone');
    const file = await fetch(`${this.tandem.origin}${call.recording.path}`);
    return readWav(Buffer.from(await file.arrayBuffer()));
  }
}
