// Links of texts: replaced by short ones, which lead there and tell of clicks.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { buyNumber, inboxOf, refused } from './messaging.mjs';
import { Receiver, Tandem } from './tandem.mjs';

const day = 24 * 3_600_000;
const handset = '+13125550301';
let tandem;
let client;
let hooks;
let profile;
let number;
let domain;

before(async () => {
  tandem = await Tandem.start();
  client = tandem.client();
  hooks = await Receiver.start();
  profile = (await client.messagingProfiles.create({ name: 'shop', whitelisted_destinations: ['US'], webhook_url: hooks.url })).data.id;
  number = await buyNumber(tandem, client, profile);
  domain = `127.0.0.1:${tandem.port}/l`;
});
after(async () => {
  await hooks?.stop();
  await tandem?.stop();
});

const settings = (more) => client.messagingProfiles.update(profile, {
  url_shortener_settings: more && { prefix: '', replace_blacklist_only: false, send_webhooks: false, ...more } });
const send = async (text) => (await client.messages.send({ from: number, to: handset, text })).data;
const open = (url, method = 'GET') => fetch(url, { redirect: 'manual', method });
const clicks = (url) => hooks.requests.filter((r) => r.json?.data?.record_type === 'link_clicked' && r.json.data.url === url);
const linkIn = (text) => text.match(/https?:\/\/\S+/)[0];

test('the domains that there are', async () => {
  const { data } = await client.messagingURLDomains.list();
  const names = data.map(({ url_domain }) => url_domain);
  assert.ok(names.includes(domain) && names.includes('acct.fyi'), names.join());
});

describe('a link', () => {
  test('stays as it is without settings', async () => {
    assert.equal((await send('See https://shop.example/a')).text, 'See https://shop.example/a');
  });

  test('is replaced, leads there, and tells of each click once', async () => {
    await settings({ domain, send_webhooks: true });
    const url = `https://shop.example/offers?${'x'.repeat(200)}`;
    const message = await send(`Buy now: ${url}. Bye`);
    assert.equal(message.parts, 1);
    const short = linkIn(message.text).slice(0, -1);
    assert.equal(message.text, `Buy now: ${short}. Bye`);
    assert.match(short, new RegExp(`^http://${domain}/\\w{10}$`));
    await hooks.wait((r) => r.json?.data?.event_type === 'message.finalized' && r.json.data.payload.id === message.id);
    assert.equal((await inboxOf(tandem, handset))[0].text, message.text);

    const peek = await open(short, 'HEAD');
    assert.equal(peek.status, 302);
    const answer = await open(short);
    assert.equal(answer.status, 302);
    assert.equal(answer.headers.get('location'), url);
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    const hook = await hooks.wait(() => clicks(url).length > 0 && clicks(url)[0]);
    const click = clicks(url)[0];
    assert.deepEqual({ ...click.json.data, time_clicked: undefined },
      { record_type: 'link_clicked', message_id: message.id, to: handset, url, time_clicked: undefined });
    assert.ok(Date.parse(click.json.data.time_clicked));
    assert.ok(click.headers['telnyx-signature-ed25519']);
    assert.ok(hook);
    await open(short);
    await hooks.wait(() => clicks(url).length === 2);
  });

  test('has the prefix; several are told apart; what looks like none stays', async () => {
    await settings({ domain, prefix: 'acme', send_webhooks: false });
    const { text } = await send('(www.shop.example/one) or https://shop.example/zwei-größe, not mail@www.example.com');
    const [one, two] = text.match(/http:\/\/[^\s),]+/g);
    assert.match(text, /^\(http.*\) or http.*, not mail@www\.example\.com$/);
    assert.match(one, new RegExp(`^http://${domain}/acme/`));
    assert.equal((await open(one)).headers.get('location'), 'http://www.shop.example/one');
    assert.equal((await open(two)).headers.get('location'), 'https://shop.example/zwei-gr%C3%B6%C3%9Fe');
    assert.equal(clicks('http://www.shop.example/one').length, 0);
  });

  test('of a public shortener alone, when that is asked for', async () => {
    await settings({ domain, replace_blacklist_only: true });
    const { text } = await send('https://shop.example/a and bit.ly/abc');
    assert.match(text, /^https:\/\/shop\.example\/a and http:\/\/127/);
    assert.equal((await open(linkIn(text.slice(25)))).headers.get('location'), 'https://bit.ly/abc');
  });

  test('below a domain of its own is served by its name', async () => {
    await settings({ domain: 'acct.fyi', prefix: 'x' });
    const { text } = await send('https://shop.example/named');
    const short = new URL(text);
    assert.equal(short.host, 'acct.fyi');
    const asked = request({ host: '127.0.0.1', port: tandem.port, path: short.pathname, headers: { host: 'acct.fyi' } }).end();
    const [answer] = await once(asked, 'response');
    answer.resume();
    assert.equal(answer.statusCode, 302);
    assert.equal(answer.headers.location, 'https://shop.example/named');
    assert.equal(new URL(text).protocol, 'https:');
  });

  test('leads nowhere when nobody made it, and after a month', async () => {
    await settings({ domain });
    const { text } = await send('https://shop.example/soon-gone');
    assert.equal((await open(text)).status, 302);
    for (const path of ['/l/0123456789', '/l/', '/l', '/l/a/b/..%2f..%2fetc', `/l/${'x'.repeat(3000)}`, '/l/https://evil.example']) {
      const { status } = await open(tandem.origin + path);
      assert.equal(status, 404, path);
    }
    assert.equal((await open(text, 'POST')).status, 405);
    await tandem.advance(31 * day);
    assert.equal((await open(text)).status, 404);
  });
});

test('settings name a domain that there is, and a prefix that fits into a path', async () => {
  await refused(settings({ domain: 'links.example' }), '40327');
  await refused(settings({ domain, prefix: 'a/b' }), '10015');
  await settings(null);
  assert.equal((await send('https://shop.example/z')).text, 'https://shop.example/z');
});

test('segments are counted after the links are shortened', async () => {
  await settings({ domain });
  const { parts, encoding } = await send(`${'y'.repeat(100)} https://shop.example/${'z'.repeat(300)}`);
  assert.equal(encoding, 'GSM-7');
  assert.equal(parts, 1);
});
