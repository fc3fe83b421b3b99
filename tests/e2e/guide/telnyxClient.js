// Commands to calls by bare https, as the guide sends them: any JSON that comes back is a success.
const https = require('node:https');
const { telnyx } = require('./config');

function command(callControlId, action, body) {
  if (!telnyx.apiKey) throw new Error('no API key is configured');
  const url = `https://${telnyx.host}/v2/calls/${callControlId}/actions/${action}`;
  const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${telnyx.apiKey}` };
  return new Promise((resolve, reject) => {
    const request = https.request(url, { method: 'POST', headers }, (response) => {
      let text = '';
      response.on('data', (piece) => { text += piece; });
      response.on('end', () => {
        try {
          resolve({ success: true, data: JSON.parse(text) });
        } catch {
          reject(new Error(`this is not JSON: ${text}`));
        }
      });
    });
    request.on('error', reject);
    request.end(JSON.stringify(body));
  });
}

module.exports = {
  answerCall: (id) => command(id, 'answer', {}),
  transferCall: (id, to) => command(id, 'transfer', { to }),
  hangupCall: (id) => command(id, 'hangup', {}),
  startRecording: (id, channels = 'dual') => command(id, 'record_start', { channels, format: 'mp3' }),
};
