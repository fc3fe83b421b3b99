// Assistants with their versions, what they are to do later, and what was said.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { Tandem } from './tandem.mjs';
import { until } from './until.mjs';

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
const model = 'Qwen/Qwen3-235B-A22B';
const assistant = (change = {}) => client.ai.assistants.create({ name: 'helper', model, instructions: 'Be kind.', ...change });

test('an assistant is made, changed, copied, and gone', async () => {
  const made = await assistant();
  assert.equal((await client.ai.assistants.retrieve(made.id)).instructions, 'Be kind.');
  assert.ok((await client.ai.assistants.list()).data.some((one) => one.id === made.id));
  await client.ai.assistants.update(made.id, { instructions: 'Be brief.' });
  const changed = await client.ai.assistants.retrieve(made.id);
  assert.equal(changed.instructions, 'Be brief.');
  assert.equal(changed.name, 'helper');
  const copy = await client.ai.assistants.clone(made.id);
  assert.notEqual(copy.id, made.id);
  assert.equal(copy.instructions, 'Be brief.');
  assert.match(await client.ai.assistants.getTexml(made.id), new RegExp(`<AIAssistant id="${made.id}" />`));
  await assert.rejects(stranger.ai.assistants.retrieve(made.id), code('10005'));
  await assert.rejects(assistant({ insight_settings: { insight_group_id: crypto.randomUUID() } }), code('10017'));
  assert.equal((await client.ai.assistants.delete(made.id)).deleted, true);
  await assert.rejects(client.ai.assistants.retrieve(made.id), code('10005'));
});

test('versions are kept, promoted, tried and deleted', async () => {
  const { id } = await assistant();
  await client.ai.assistants.update(id, { instructions: 'Be brief.', promote_to_main: false });
  assert.equal((await client.ai.assistants.retrieve(id)).instructions, 'Be kind.');
  const { data: versions } = await client.ai.assistants.versions.list(id);
  const brief = versions.find((one) => one.instructions === 'Be brief.').version_id;
  const kind = versions.find((one) => one.instructions === 'Be kind.').version_id;
  assert.equal(versions.length, 2);
  await client.ai.assistants.versions.update(brief, { assistant_id: id, greeting: 'Hi' });
  await client.ai.assistants.canaryDeploys.create(id, { versions: [{ version_id: brief, percentage: 10 }] });
  await assert.rejects(client.ai.assistants.canaryDeploys.create(id, { versions: [{ version_id: brief, percentage: 10 }] }), code('10012'));
  await assert.rejects(client.ai.assistants.canaryDeploys.update(id, { versions: [{ version_id: crypto.randomUUID(), percentage: 10 }] }), code('10017'));
  await assert.rejects(client.ai.assistants.versions.delete(brief, { assistant_id: id }), code('10021'));
  assert.equal((await client.ai.assistants.canaryDeploys.retrieve(id)).versions[0].percentage, 10);
  await client.ai.assistants.canaryDeploys.delete(id);
  const promoted = await client.ai.assistants.versions.promote(brief, { assistant_id: id });
  assert.equal(promoted.greeting, 'Hi');
  assert.equal((await client.ai.assistants.retrieve(id)).instructions, 'Be brief.');
  await assert.rejects(client.ai.assistants.versions.delete(brief, { assistant_id: id }), code('10021'));
  await client.ai.assistants.versions.delete(kind, { assistant_id: id });
  await assert.rejects(client.ai.assistants.versions.retrieve(kind, { assistant_id: id }), code('10005'));
});

test('an event is scheduled, found, and fails when nothing can hold the conversation', async () => {
  const { id } = await assistant();
  const event = { telnyx_conversation_channel: 'sms_chat', telnyx_agent_target: '+13125550001', telnyx_end_user_target: '+13125550002' };
  const soon = new Date(Date.now() + 3_600_000).toISOString();
  await assert.rejects(client.ai.assistants.scheduledEvents.create(id, { ...event, text: 'Hi', scheduled_at_fixed_datetime: '2020-01-01T00:00:00Z' }), code('10015'));
  await assert.rejects(client.ai.assistants.scheduledEvents.create(id, { ...event, scheduled_at_fixed_datetime: soon }), code('10004'));
  const made = await client.ai.assistants.scheduledEvents.create(id, { ...event, text: 'Hi', scheduled_at_fixed_datetime: soon });
  const read = () => client.ai.assistants.scheduledEvents.retrieve(made.scheduled_event_id, { assistant_id: id });
  assert.equal((await read()).status, 'pending');
  assert.equal((await client.ai.assistants.scheduledEvents.list(id, { conversation_channel: 'phone_call' })).data.length, 0);
  assert.equal((await client.ai.assistants.scheduledEvents.list(id, { conversation_channel: 'sms_chat' })).data.length, 1);
  await tandem.advance(2 * 3_600_000);
  assert.equal((await until(read, (one) => one.status === 'failed')).errors.length, 1);
  await client.ai.assistants.scheduledEvents.delete(made.scheduled_event_id, { assistant_id: id });
  await assert.rejects(read(), code('10005'));
});

test('a conversation is kept and found', async () => {
  const made = await client.ai.conversations.create({ name: 'support', metadata: { assistant_id: 'a-1' } });
  await client.ai.conversations.create({ name: 'sales', metadata: { assistant_id: 'a-2' } });
  // The SDK posts to .../message, which the contract does not have.
  const say = (body) => client.post(`/ai/conversations/${made.id}/messages`, { body });
  const names = async (query) => (await client.ai.conversations.list(query)).data.map((one) => one.name);
  assert.deepEqual(await names({ 'metadata->assistant_id': 'eq.a-1' }), ['support']);
  assert.deepEqual(await names({ name: 'like.s*', order: 'name.asc' }), ['sales', 'support']);
  assert.deepEqual(await names({ or: '(name.eq.sales,name.eq.none)' }), ['sales']);
  assert.deepEqual(await names({ created_at: 'lt.2020-01-01' }), []);
  assert.deepEqual(await names({ limit: 1, order: 'name.desc' }), ['support']);
  await assert.rejects(client.ai.conversations.list({ name: 'nonsense' }), code('10015'));
  await say({ role: 'user', content: 'Hello' });
  await assert.rejects(say({ role: 'ghost', content: 'Boo' }), code('10015'));
  const { data } = await client.ai.conversations.messages.list(made.id);
  assert.deepEqual(data.map((one) => [one.role, one.text]), [['user', 'Hello']]);
  assert.deepEqual((await client.ai.conversations.retrieveConversationsInsights(made.id)).data, []);
  assert.equal((await client.ai.conversations.update(made.id, { metadata: { vip: 'yes' } })).data.metadata.vip, 'yes');
  await assert.rejects(stranger.ai.conversations.retrieve(made.id), code('10005'));
  await client.ai.conversations.delete(made.id);
  await assert.rejects(client.ai.conversations.retrieve(made.id), code('10005'));
});

test('insights are asked in groups', async () => {
  const insight = (await client.ai.conversations.insights.create({ name: 'mood', instructions: 'Were they happy?' })).data;
  assert.equal(insight.insight_type, 'custom');
  const group = (await client.ai.conversations.insightGroups.insightGroups({ name: 'all' })).data;
  await client.ai.conversations.insightGroups.insights.assign(insight.id, { group_id: group.id });
  assert.deepEqual((await client.ai.conversations.insightGroups.retrieve(group.id)).data.insights.map((one) => one.id), [insight.id]);
  const { id } = await assistant({ insight_settings: { insight_group_id: group.id } });
  await assert.rejects(client.ai.conversations.insightGroups.delete(group.id), code('10021'));
  await client.ai.assistants.delete(id);
  await client.ai.conversations.insightGroups.insights.deleteUnassign(insight.id, { group_id: group.id });
  await assert.rejects(client.ai.conversations.insightGroups.insights.deleteUnassign(insight.id, { group_id: group.id }), code('10005'));
  await client.ai.conversations.insightGroups.update(group.id, { name: 'some' });
  assert.equal((await client.ai.conversations.insightGroups.retrieve(group.id)).data.name, 'some');
  await client.ai.conversations.insightGroups.delete(group.id);
  await client.ai.conversations.insights.delete(insight.id);
});

test('tests of assistants are kept, run alone or as a suite, and say why they end in an error', async () => {
  const tests = client.ai.assistants.tests;
  const made = await tests.create({ name: 'polite', destination: 'somebody', instructions: 'Ask for the price.',
    rubric: [{ name: 'kind', criteria: 'Was it kind?' }], test_suite: 'daily' });
  assert.equal(made.telnyx_conversation_channel, 'web_chat');
  assert.deepEqual(await tests.retrieve(made.test_id), made);
  const changed = await tests.update(made.test_id, { name: 'very polite' });
  assert.deepEqual(changed, { ...made, name: 'very polite' });
  assert.deepEqual((await tests.list({ test_suite: 'daily' })).data.map((one) => one.test_id), [made.test_id]);
  assert.deepEqual((await tests.list({ test_suite: 'weekly' })).data, []);
  assert.deepEqual((await tests.testSuites.list()).data, ['daily']);
  await assert.rejects(stranger.ai.assistants.tests.retrieve(made.test_id), code('10005'));
  await assert.rejects(tests.testSuites.runs.trigger('weekly', {}), code('10005'));

  const run = await tests.runs.trigger(made.test_id, {});
  assert.equal(run.status, 'pending');
  const [ofSuite] = await tests.testSuites.runs.trigger('daily', {});
  assert.equal(ofSuite.test_id, made.test_id);
  await tandem.advance(1_000);
  const ended = await until(() => tests.runs.retrieve(run.run_id, { test_id: made.test_id }), (one) => one.status !== 'pending');
  assert.equal(ended.status, 'error');
  assert.match(ended.logs, /language model/);
  assert.deepEqual(ended.detail_status, [{ name: 'kind', status: 'error' }]);
  assert.equal((await tests.runs.list(made.test_id, { status: 'passed' })).data.length, 0);
  assert.equal((await tests.testSuites.runs.list('daily', { test_suite_run_id: ofSuite.test_suite_run_id })).data.length, 1);
  assert.equal((await tests.testSuites.runs.list('daily')).data.length, 2);
  await tests.delete(made.test_id);
  await assert.rejects(tests.runs.retrieve(run.run_id, { test_id: made.test_id }), code('10005'));
});

test('the models that are known', async () => {
  const { data, object } = await client.ai.retrieveModels();
  assert.equal(object, 'list');
  assert.ok(data.some((one) => one.id === 'meta-llama/Meta-Llama-3.1-8B-Instruct' && one.object === 'model'));
});

/** A provider's API of a test: what it is asked, and what it answers by path. */
async function providerWith(answers) {
  const asked = [];
  const server = createServer((request, response) => {
    asked.push({ url: request.url, headers: request.headers });
    const answer = answers(request);
    response.statusCode = answer ? 200 : 401;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(answer ?? {}));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { asked, url: `http://127.0.0.1:${server.address().port}`, stop: () => server.close() };
}

test('assistants of other providers are brought in with their words, models and tools', async () => {
  const vapi = await providerWith((request) => request.headers.authorization === 'Bearer vapi key' && [
    { id: 'v-1', name: 'Desk', firstMessage: 'Hello', model: { provider: 'openai', model: 'gpt-4o', messages: [{ role: 'system', content: 'Be kind.' }],
      tools: [{ type: 'endCall' }, { type: 'apiRequest', name: 'price', description: 'Asks for a price', url: 'https://example.com/price', method: 'GET' }] } }]);
  const agents = { a: { agent_id: 'a', name: 'Night', conversation_config: { agent: { first_message: 'Good night', prompt: { prompt: 'Be brief.', llm: 'gemini-2.0-flash',
    tools: [{ type: 'system', name: 'end_call' }] } } } }, b: { agent_id: 'b', name: 'Day', conversation_config: { agent: { prompt: { prompt: 'Be loud.' } } } } };
  const eleven = await providerWith((request) => {
    if (request.headers['xi-api-key'] !== 'eleven key') return null;
    const url = new URL(request.url, 'http://x');
    if (url.pathname !== '/v1/convai/agents') return agents[url.pathname.split('/').pop()];
    return url.searchParams.get('cursor') ? { agents: [{ agent_id: 'b' }], has_more: false } : { agents: [{ agent_id: 'a' }], has_more: true, next_cursor: 'more' };
  });
  const other = await Tandem.start({ args: ['--vapi-url', vapi.url, '--elevenlabs-url', eleven.url] });
  const api = other.client();
  const secret = (identifier, token) => api.integrationSecrets.create({ identifier, type: 'bearer', token });
  await secret('vapi', 'vapi key');
  await secret('eleven', 'eleven key');
  const [desk] = (await api.ai.assistants.import({ provider: 'vapi', api_key_ref: 'vapi' })).data;
  assert.deepEqual([desk.name, desk.greeting, desk.instructions, desk.model, desk.import_metadata],
    ['Desk', 'Hello', 'Be kind.', 'openai/gpt-4o', { import_provider: 'vapi', import_id: 'v-1' }]);
  assert.deepEqual(desk.tools.map((tool) => tool.type), ['hangup', 'webhook']);
  assert.equal(desk.tools[1].webhook.url, 'https://example.com/price');
  const brought = (await api.ai.assistants.import({ provider: 'elevenlabs', api_key_ref: 'eleven' })).data;
  assert.deepEqual(brought.map((one) => [one.name, one.instructions, one.model]),
    [['Night', 'Be brief.', 'google/gemini-2.0-flash'], ['Day', 'Be loud.', 'openai/gpt-4o']]);
  assert.equal((await api.ai.assistants.retrieve(desk.id)).instructions, 'Be kind.');
  assert.equal((await api.ai.assistants.versions.list(desk.id)).data.length, 1);
  await assert.rejects(api.ai.assistants.import({ provider: 'vapi', api_key_ref: 'nobody' }), code('10017'));
  await assert.rejects(api.ai.assistants.import({ provider: 'vapi', api_key_ref: 'eleven' }), code('10015'));
  vapi.stop();
  await assert.rejects(api.ai.assistants.import({ provider: 'vapi', api_key_ref: 'vapi' }), code('10015'));
  eleven.stop();
  assert.equal((await api.ai.assistants.list()).data.length, 3);
  await other.stop();
});
