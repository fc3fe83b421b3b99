// Webhooks as a receiver sees them: signed so that the newest official SDK accepts them, sent again
// until taken, to the failover URL when the first fails, in order, and never lost.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import Newest from 'telnyx-newest';
import { Receiver, Tandem } from './tandem.mjs';

let tandem;
let client;
let verifier;

before(async () => {
  tandem = await Tandem.start();
  client = tandem.client();
  verifier = new Newest({ apiKey: 'unused', publicKey: tandem.log.match(/Webhook key\s+(\S+)/)[1] });
});
after(() => tandem?.stop());

let names = 0;
async function application(webhook, more = {}) {
  const answer = await client.callControlApplications.create({
    application_name: `app ${++names}`, webhook_event_url: webhook, webhook_api_version: '2', ...more });
  return answer.data.id;
}

const send = (application_id, more = {}) =>
  tandem.request('POST', '/sandbox/events', { body: { application_id, ...more } });

describe('webhooks', () => {
  test('the newest SDK verifies what it receives, and nothing that was changed', async () => {
    const receiver = await Receiver.start();
    const { status, body } = await send(await application(`${receiver.url}/hook`), {
      event_type: 'call.initiated', payload: { call_control_id: 'v3:abc' } });
    assert.equal(status, 202);
    const request = await receiver.event('call.initiated');
    const event = await verifier.webhooks.unwrap(request.body, { headers: request.headers });
    assert.equal(event.data.id, body.data.event_id);
    assert.equal(event.data.payload.call_control_id, 'v3:abc');
    assert.equal(event.meta.attempt, 1);
    assert.equal(event.meta.delivered_to, `${receiver.url}/hook`);
    await assert.rejects(async () =>
      verifier.webhooks.unwrap(request.body.replace('v3:abc', 'v3:abd'), { headers: request.headers }));
    await receiver.stop();
  });

  test('the older shape is sent where an application asks for it', async () => {
    const receiver = await Receiver.start();
    await send(await application(receiver.url, { webhook_api_version: '1' }), { event_type: 'call.answered' });
    const request = await receiver.wait();
    assert.equal(request.json.name, 'call.answered');
    assert.equal(request.json.type, 'webhook');
    assert.equal(request.json.metadata.event.event_type, 'call.answered');
    await receiver.stop();
  });

  test('an application that asks for nothing gets the newer shape', async () => {
    const receiver = await Receiver.start();
    const answer = await client.callControlApplications.create({ application_name: 'plain', webhook_event_url: receiver.url });
    await send(answer.data.id);
    assert.equal((await receiver.wait()).json.data.event_type, 'test.event');
    await receiver.stop();
  });

  test('the failover URL gets what the first does not take', async () => {
    const broken = await Receiver.start(() => 500);
    const failover = await Receiver.start();
    await send(await application(broken.url, { webhook_event_failover_url: failover.url }));
    const request = await failover.event('test.event');
    assert.equal(request.json.meta.delivered_to, failover.url);
    assert.equal(broken.requests.length, 1);
    await Promise.all([broken.stop(), failover.stop()]);
  });

  test('what failed is tried again when the clock says so, and the attempts can be read', async () => {
    const receiver = await Receiver.start((request, count) => (count < 3 ? 503 : 200));
    const { body } = await send(await application(receiver.url));
    await receiver.wait(() => receiver.requests.length >= 1);
    for (let i = 0; receiver.requests.length < 3 && i < 50; i++) {
      await tandem.advance(3_600_000);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.equal(receiver.requests.length, 3);
    assert.equal(receiver.requests[2].json.data.id, body.data.event_id);
    let delivery;
    for (let i = 0; i < 100 && delivery?.status !== 'delivered'; i++) {
      await new Promise((resolve) => setTimeout(resolve, 25));
      const { data } = await client.webhookDeliveries.list({ filter: { event_type: 'test.event' }, page: { size: 100 } });
      delivery = data.find((d) => d.webhook.id === body.data.event_id);
    }
    assert.equal(delivery.status, 'delivered');
    assert.equal(delivery.attempts.length, 3);
    assert.deepEqual((await client.webhookDeliveries.retrieve(delivery.id)).data, delivery);
    const failed = await client.webhookDeliveries.list({ filter: { status: { eq: 'failed' } } });
    assert.ok(failed.data.every((d) => d.status === 'failed'));
    await receiver.stop();
  });

  test('events of one subject arrive in order', async () => {
    const receiver = await Receiver.start();
    const id = await application(receiver.url);
    for (let i = 0; i < 50; i++) await send(id, { payload: { i } });
    await receiver.wait(() => receiver.requests.length === 50);
    assert.deepEqual(receiver.requests.map((r) => r.json.data.payload.i), [...Array(50).keys()]);
    await receiver.stop();
  });

  test('what is owed survives kill -9', async () => {
    let up = false;
    const receiver = await Receiver.start(() => (up ? 200 : 500));
    const { body } = await send(await application(receiver.url));
    await receiver.wait(() => receiver.requests.length >= 1);
    await tandem.kill9();
    up = true;
    await tandem.restart();
    for (let i = 0; i < 50 && !receiver.requests.some((r, n) => n > 0); i++) {
      await tandem.advance(3_600_000);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const again = await receiver.wait((r) => r !== receiver.requests[0]);
    assert.equal(again.json.data.id, body.data.event_id);
    await receiver.stop();
  });

  test('an unknown application and one without a URL are refused', async () => {
    assert.equal((await send('nobody')).status, 404);
    const { data } = await client.credentialConnections.create({
      connection_name: 'quiet', user_name: 'quietphone', password: 'correct horse' });
    assert.equal((await send(data.id)).status, 422);
  });
});
