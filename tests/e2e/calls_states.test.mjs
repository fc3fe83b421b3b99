// Commands that don't fit the state of a call, queues and their limits, and answering machines.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Calling, codeOf } from './calling.mjs';

let calling;
before(async () => { calling = await Calling.start(); });
after(() => calling?.stop());

test('what was never begun cannot be stopped', async () => {
  const { id } = await calling.stay();
  await assert.rejects(calling.actions.stopForking(id, {}), codeOf('90031'));
  await assert.rejects(calling.actions.stopStreaming(id, {}), codeOf('90048'));
  await assert.rejects(calling.actions.leaveQueue(id, {}), codeOf('90035'));
  await assert.rejects(calling.actions.pauseRecording(id, {}), codeOf('10005'));
  await assert.rejects(calling.actions.answer(id, {}), codeOf('10027'));
  await assert.rejects(calling.actions.reject(id, { cause: 'CALL_REJECTED' }), codeOf('10027'));
  await assert.rejects(calling.actions.bridge(id, { queue: 'nobody here' }), codeOf('90035'));
  await assert.rejects(calling.actions.bridge(id, { body_call_control_id: 'v3:nobody' }), codeOf('90015'));
  await assert.rejects(calling.actions.bridge(id, {}), codeOf('10004'));
  await calling.end(id);
  await assert.rejects(calling.actions.leaveQueue(id, {}), codeOf('90018'));
  await assert.rejects(calling.actions.transfer(id, { to: '+15005550209' }), codeOf('90018'));
});

test('a command_id is obeyed once for each call', async () => {
  const { id } = await calling.stay();
  const command = { payload: 'Once only.', voice: 'female', command_id: '11111111-0000-4000-8000-000000000001' };
  for (let n = 0; n < 3; ++n) assert.equal((await calling.actions.speak(id, command)).data.result, 'ok');
  await calling.event('call.speak.ended', id);
  await calling.actions.speak(id, { ...command, command_id: '11111111-0000-4000-8000-000000000002', client_state: 'Mg==' });
  await calling.event('call.speak.ended', id, (p) => p.client_state === 'Mg==');
  assert.equal(calling.seen('call.speak.started', id).length, 2);
  await calling.end(id);
});

describe('a queue', () => {
  test('is full, is joined once, keeps its size, and lets go', async () => {
    const [first, second] = [await calling.stay(), await calling.stay()];
    await calling.actions.enqueue(first.id, { queue_name: 'support', max_size: 1 });
    await calling.event('call.enqueued', first.id);
    await assert.rejects(calling.actions.enqueue(first.id, { queue_name: 'support' }), codeOf('90038'));
    await assert.rejects(calling.actions.enqueue(second.id, { queue_name: 'support' }), codeOf('90036'));
    await assert.rejects(calling.actions.enqueue(second.id, { queue_name: 'support', max_size: 5 }), codeOf('90037'));
    assert.equal((await calling.client.queues.retrieve('support')).data.current_size, 1);
    await calling.actions.leaveQueue(first.id, {});
    assert.equal((await calling.event('call.dequeued', first.id)).reason, 'leave');
    await calling.actions.enqueue(second.id, { queue_name: 'support', max_wait_time_secs: 1 });
    assert.equal((await calling.event('call.dequeued', second.id)).reason, 'timeout');
    await calling.end(first.id);
    await calling.end(second.id);
  });
});

describe('an answering machine', () => {
  const machine = '+15005550206';
  const person = '+15005550209';
  for (const [mode, to, detected, greeting] of [['detect', machine, 'machine'], ['detect_beep', machine, 'machine', 'beep_detected'],
    ['greeting_end', machine, 'machine', 'beep_detected'], ['detect_words', machine, 'machine', 'beep_detected'], ['detect', person, 'human']]) {
    test(`${to} is ${detected} by ${mode}`, { timeout: 60_000 }, async () => {
      const call = await calling.dial(to, { answering_machine_detection: mode, answering_machine_detection_config: { greeting_total_analysis_time_millis: 20_000 } });
      assert.equal((await calling.event('call.machine.detection.ended', call.id)).result, detected);
      if (greeting) assert.equal((await calling.event('call.machine.greeting.ended', call.id, () => true, 30_000)).result, greeting);
      await calling.end(call.id);
      if (!greeting) assert.equal(calling.seen('call.machine.greeting.ended', call.id).length, 0);
    });
  }

  test('without a beep is told of by greeting_end, not by detect_beep', { timeout: 60_000 }, async () => {
    const to = '+13125550180';
    const text = 'You have reached the office of somebody who is out at the moment. Please call again tomorrow in the morning, or write a letter to us.';
    await calling.tandem.request('PUT', `/sandbox/subscribers/${to}`, { body: { answer_after_ms: 0, steps: [{ do: 'speak', text }, { do: 'wait', ms: 60_000 }] } });
    const dial = (mode) => calling.dial(to, { answering_machine_detection: mode, answering_machine_detection_config: { greeting_total_analysis_time_millis: 20_000 } });
    const beep = await dial('detect_beep');
    const end = await dial('greeting_end');
    assert.equal((await calling.event('call.machine.detection.ended', beep.id)).result, 'machine');
    assert.equal((await calling.event('call.machine.greeting.ended', end.id, () => true, 30_000)).result, 'ended');
    await calling.end(beep.id);
    await calling.end(end.id);
    assert.equal(calling.seen('call.machine.greeting.ended', beep.id).length, 0);
  });

  test('of the better kind tells residences, and beeps', { timeout: 60_000 }, async () => {
    const human = await calling.dial(person, { answering_machine_detection: 'premium' });
    assert.match((await calling.event('call.machine.premium.detection.ended', human.id)).result, /^human_/);
    await calling.end(human.id);
    const call = await calling.dial(machine, { answering_machine_detection: 'premium' });
    assert.equal((await calling.event('call.machine.premium.detection.ended', call.id)).result, 'machine');
    assert.equal((await calling.event('call.machine.premium.greeting.ended', call.id, () => true, 30_000)).result, 'beep_detected');
    await calling.end(call.id);
  });
});
