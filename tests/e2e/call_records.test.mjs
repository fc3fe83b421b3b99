// What calls leave in the books: a detail record for everything that was used, and their sum is what the ledger took.
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { Calling, outside } from './calling.mjs';
import { SipPhone } from './sip_phone.mjs';
import { until } from './until.mjs';
import { WebSocketServer } from './websocket_server.mjs';

let calling;
let phone;
before(async () => {
  calling = await Calling.start();
  await calling.client.credentialConnections.create({ connection_name: 'desk', user_name: 'deskphone5', password: 'correct-horse-9',
    webhook_event_url: calling.receiver.url, outbound: { outbound_voice_profile_id: calling.profile.id } });
  phone = await SipPhone.open(calling.tandem.sipPort, { user: 'deskphone5', password: 'correct-horse-9', from: calling.number });
  assert.equal((await phone.register()).status, 200);
});
after(async () => {
  phone?.close();
  await calling?.stop();
});

/** "0.0025" as billionths. */
const nanos = (amount) => {
  const [, sign, units, decimals = ''] = amount.match(/^(-?)(\d+)(?:\.(\d+))?$/);
  return BigInt(`${sign}${units}${decimals.padEnd(9, '0')}`);
};
const balance = async () => nanos((await calling.client.balance.retrieve()).data.balance);
const records = async (kind) => (await calling.tandem.request('GET', `/detail_records?filter[record_type]=${kind}&page[size]=50`)).body.data;

/** A call that uses everything there is to be paid for. */
async function busyCall(group) {
  const { data } = await calling.client.billingGroups.create({ name: group });
  const call = await calling.dial('+15005550209', { answering_machine_detection: 'premium', billing_group_id: data.id });
  await calling.event('call.answered', call.id);
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const stream = await WebSocketServer.start();
  await calling.actions.startForking(call.id, { rx: `udp:127.0.0.1:${socket.address().port}` });
  await calling.actions.startStreaming(call.id, { stream_url: stream.url });
  await calling.actions.startRecording(call.id, { format: 'wav', channels: 'dual' });
  await calling.actions.speak(call.id, { payload: 'Twelve words cost as many characters as they have.', voice: 'female' });
  await calling.event('call.speak.ended', call.id);
  await calling.event('call.machine.premium.detection.ended', call.id);
  await calling.end(call.id);
  await calling.event('call.recording.saved', call.id);
  await calling.event('call.fork.stopped', call.id);
  socket.close();
  await stream.stop();
  return { ...call, group: data.id };
}

test('records and ledger agree, in all kinds of calls', { timeout: 90_000 }, async () => {
  const before = await balance();
  const busy = await busyCall('busy people');

  const incoming = await calling.stay();
  await new Promise((resolve) => { setTimeout(resolve, 1_200); });
  await calling.end(incoming.id);

  const { final, dialog } = await phone.call(outside);
  assert.equal(final.status, 200);
  await new Promise((resolve) => { setTimeout(resolve, 1_200); });
  await phone.bye(dialog);

  const failed = await calling.dial('+15005550201');
  await calling.event('call.hangup', failed.id);
  await until(async () => (await records('sip-trunking')).length, (count) => count === 2, 'both legs of the trunk');

  const kinds = ['call-control', 'sip-trunking', 'recording', 'amd', 'media-streaming', 'forking', 'tts'];
  const all = Object.fromEntries(await Promise.all(kinds.map(async (kind) => [kind, await records(kind)])));
  const sum = Object.values(all).flat().reduce((total, record) => total + nanos(record.cost), 0n);
  assert.ok(sum > 0n);
  assert.equal(await until(balance, (now) => before - now === sum, `${sum} taken`), before - sum);
  assert.equal((await calling.client.balance.retrieve()).data.pending, '0.00');

  const of = (kind, id) => all[kind].filter((record) => record.call_control_id === id);
  const [leg] = of('call-control', busy.id);
  assert.equal(leg.direction, 'outbound');
  assert.equal(leg.cli, calling.number);
  assert.equal(leg.cld, '+15005550209');
  assert.equal(leg.hangup_cause, 'normal_clearing');
  assert.equal(leg.outbound_profile_id, calling.profile.id);
  assert.ok(leg.call_sec >= 1 && leg.billed_sec >= leg.call_sec);
  assert.ok(leg.started_at <= leg.answered_at && leg.answered_at <= leg.finished_at);
  assert.equal(of('call-control', failed.id)[0].cost, '0.0000');
  assert.equal(of('call-control', incoming.id)[0].direction, 'inbound');

  const [amd] = of('amd', busy.id);
  assert.deepEqual([amd.record_type, amd.feature, amd.connection_name, amd.billing_group_name, amd.rate_measured_in, amd.is_telnyx_billable],
    ['amd_detail_record', 'PREMIUM', 'e2e calls', 'busy people', 'invocations', true]);
  assert.equal(amd.billing_group_id, busy.group);
  const [recording] = of('recording', busy.id);
  assert.ok(recording.recording_sec >= 1 && recording.started_at < recording.finished_at);
  const [[stream], [fork]] = [of('media-streaming', busy.id), of('forking', busy.id)];
  assert.ok(stream.stream_sec >= 1 && stream.stream_track === 'inbound_track' && stream.started_at < stream.finished_at, JSON.stringify(stream));
  assert.ok(fork.fork_sec >= 1 && fork.stream_type === 'decrypted' && fork.rate_measured_in === 'minutes' && fork.started_at < fork.finished_at, JSON.stringify(fork));
  assert.ok(nanos(fork.cost) > 0n && nanos(stream.cost) > 0n);
  assert.equal(of('tts', busy.id)[0].characters, 50);
  for (const record of [amd, recording, stream, fork]) {
    assert.deepEqual([record.call_leg_id, record.call_session_id, record.connection_id, record.currency],
      [busy.call_leg_id, busy.call_session_id, calling.application.id, 'USD']);
  }
  const usage = (await calling.tandem.request('GET', '/usage_reports?product=recording&metrics[]=cost&metrics[]=count&dimensions[]=currency&date_range=today')).body?.data;
  if (usage) assert.equal(nanos(String(usage[0].cost)), nanos(recording.cost));
});
