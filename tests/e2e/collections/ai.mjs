// Assistants: versions, tests and their runs, conversations and what is learnt from them.
const whole = (answer) => answer;

export const ai = [
  {
    path: '/ai/assistants', name: 'ai.assistants', keep: 'assistant', paging: 'none', data: whole, moves: true,
    create: { name: 'helper', model: 'Qwen/Qwen3-235B-A22B', instructions: 'Be kind.' }, update: { instructions: 'Be brief.' },
  },
  {
    path: '/ai/assistants/{assistant_id}/versions', name: 'ai.assistants.versions', parent: ['assistant', 'assistant_id'], paging: 'none', data: whole, delete: false,
    idField: 'version_id', id: (answer) => answer.version_id,
    how: async ({ client, made }) => (await client.ai.assistants.versions.list(made.assistant)).data[0].version_id,
  },
  {
    path: '/ai/assistants/{assistant_id}/scheduled_events', name: 'ai.assistants.scheduledEvents', parent: ['assistant', 'assistant_id'], data: whole,
    idField: 'scheduled_event_id', id: (answer) => answer.scheduled_event_id,
    how: async ({ client, tandem, made }) => {
      const now = Date.parse((await tandem.request('GET', '/sandbox/clock')).body.data.now);
      return (await client.ai.assistants.scheduledEvents.create(made.assistant, { telnyx_conversation_channel: 'sms_chat', telnyx_end_user_target: '+13125550100',
        telnyx_agent_target: '+13125550101', text: 'Hi', scheduled_at_fixed_datetime: new Date(now + 3_600_000).toISOString() })).scheduled_event_id;
    },
    filter: { conversation_channel: 'sms_chat' }, unlike: { conversation_channel: 'phone_call' },
  },
  {
    path: '/ai/assistants/tests', name: 'ai.assistants.tests', keep: 'assistantTest', id: (answer) => answer.test_id, idField: 'test_id', data: whole,
    create: { name: 'polite', destination: 'somebody', instructions: 'Ask for the price.', rubric: [{ name: 'kind', criteria: 'Was it kind?' }],
      test_suite: 'daily', telnyx_conversation_channel: 'phone_call' },
    update: { name: 'very polite' },
    filter: { test_suite: 'daily' },
  },
  {
    path: '/ai/assistants/tests/{test_id}/runs', name: 'ai.assistants.tests.runs', parent: ['assistantTest', 'test_id'], data: whole, delete: false, moves: true,
    idField: 'run_id', id: (answer) => answer.run_id,
    how: async ({ client, made }) => (await client.ai.assistants.tests.runs.trigger(made.assistantTest, {})).run_id,
    unlike: { status: 'passed' },
  },
  {
    path: '/ai/assistants/tests/test-suites/{suite_name}/runs', name: 'ai.assistants.tests.testSuites.runs', noRetrieve: true, delete: false, idField: 'run_id',
    how: async ({ client }) => (await client.ai.assistants.tests.testSuites.runs.trigger('daily', {}))[0].run_id,
    call: { list: (of, made, query) => of.ai.assistants.tests.testSuites.runs.list('daily', query) },
  },
  {
    path: '/ai/conversations', name: 'ai.conversations', keep: 'conversation', paging: 'none', create: { name: 'support', metadata: { assistant_id: 'a-1' } },
    data: (answer) => answer.data ?? answer, moves: true, update: { metadata: { assistant_id: 'a-2' } }, filter: { name: 'eq.support' },
  },
  {
    path: '/ai/conversations/{conversation_id}/messages', name: 'ai.conversations.messages', parent: ['conversation', 'conversation_id'], noRetrieve: true, delete: false,
    paging: 'none', idField: 'text',
    how: async ({ client, made }) => {
      // The SDK's own verb posts to .../message, which the contract does not have.
      await client.post(`/ai/conversations/${made.conversation}/messages`, { body: { role: 'user', content: 'Hello' } });
      return 'Hello';
    },
  },
  {
    path: '/ai/conversations/insights', name: 'ai.conversations.insights', create: { name: 'mood', instructions: 'Were they happy?' }, update: { name: 'temper' },
  },
  {
    path: '/ai/conversations/insight-groups', name: 'ai.conversations.insightGroups', create: { name: 'all' }, update: { name: 'some' }, moves: true,
    call: { create: (of, made, body) => of.ai.conversations.insightGroups.insightGroups(body), list: (of, made, query) => of.ai.conversations.insightGroups.retrieveInsightGroups(query) },
  },
];
