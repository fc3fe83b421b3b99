// Webhooks and the dashboard's routes; who is on the line is kept in memory and in the database.
const telnyxClient = require('./telnyxClient');
const database = require('./databaseService');
const { telnyx } = require('./config');

const statuses = new Map();
const keptAfterHangupMs = 5 * 60 * 1000;
const remember = (id, more) => statuses.set(id, { ...statuses.get(id), ...more });
const now = () => new Date().toISOString();

/** What must not keep a webhook from being answered. */
async function attempt(what, work) {
  try {
    await work();
  } catch (error) {
    console.warn(`${what} failed: ${error.message}`);
  }
}

async function initiated({ call_control_id: id, from, to }) {
  remember(id, { status: 'incoming', from, to, callControlId: id, createdAt: now() });
  await attempt('saving the call', () => database.createInboundCall({ call_control_id: id, from_number: from, to_number: to, status: 'incoming' }));
  await attempt('recording', () => telnyxClient.startRecording(id, 'dual'));
}

async function answered({ call_control_id: id }) {
  remember(id, { status: 'answered', answeredAt: now() });
  await attempt('saving the answer', () => database.updateInboundCall(id, { status: 'answered', answered_at: now() }));
}

async function hungUp({ call_control_id: id }) {
  await attempt('saving the end', () => database.updateInboundCall(id, { status: 'ended', ended_at: now() }));
  setTimeout(() => statuses.delete(id), keptAfterHangupMs).unref();
}

async function recordingSaved({ call_control_id: id, recording_urls: urls }) {
  if (urls?.mp3) await attempt('saving the recording', () => database.updateInboundCall(id, { recording_url: urls.mp3 }));
}

const reactions = {
  'call.initiated': initiated,
  'call.answered': answered,
  'call.hangup': hungUp,
  'call.recording.saved': recordingSaved,
};

/** A route whose failure is told with 500. */
const route = (complaint, work) => async (req, res) => {
  try {
    await work(req, res);
  } catch (error) {
    console.error(error);
    res.status(500).json({ error: complaint });
  }
};

exports.handleWebhook = route('Webhook processing failed', async (req, res) => {
  const { data } = req.body;
  if (!data) return res.status(400).json({ error: 'No data in webhook' });
  console.log(`webhook ${data.event_type}`);
  await reactions[data.event_type]?.(data.payload);
  return res.json({ success: true });
});

exports.getPendingInboundCalls = route('Failed to get pending calls', async (req, res) => {
  res.json({ success: true, calls: await database.getPendingInboundCalls() });
});

/** To the agent's SIP phone when there is one; else, or when that fails, answered here. */
async function connectAgent(id) {
  if (!telnyx.sipUsername) return telnyxClient.answerCall(id);
  try {
    return await telnyxClient.transferCall(id, `sip:${telnyx.sipUsername}@${telnyx.sipServer}`);
  } catch {
    return telnyxClient.answerCall(id);
  }
}

exports.answerInboundCall = route('Failed to answer call', async (req, res) => {
  const { callControlId } = req.params;
  if (!statuses.has(callControlId)) return res.status(404).json({ error: 'Call not found or already ended' });
  await connectAgent(callControlId);
  remember(callControlId, { status: 'answered', answeredAt: now(), answeredBy: req.user?.id || 'unknown' });
  return res.json({ success: true, message: 'Call answered', callControlId });
});

exports.endInboundCall = route('Failed to end call', async (req, res) => {
  await telnyxClient.hangupCall(req.params.callControlId);
  res.json({ success: true, message: 'Call ended' });
});
