// The table of inbound calls.
const { Pool } = require('pg');
const { database } = require('./config');

const pool = new Pool(database);
const first = (result) => result.rows[0];

exports.getPendingInboundCalls = async () => (await pool.query(
  "SELECT * FROM inbound_calls WHERE status = 'incoming' ORDER BY created_at DESC LIMIT 100")).rows;

exports.createInboundCall = async ({ call_control_id, from_number, to_number, status = 'incoming' }) =>
  first(await pool.query(
    'INSERT INTO inbound_calls (call_control_id, from_number, to_number, status) VALUES ($1, $2, $3, $4) RETURNING *',
    [call_control_id, from_number, to_number, status]));

exports.updateInboundCall = async (callControlId, updates) => {
  const names = Object.keys(updates);
  const changes = names.map((name, index) => `${name} = $${index + 1}`).join(', ');
  return first(await pool.query(
    `UPDATE inbound_calls SET ${changes}, updated_at = CURRENT_TIMESTAMP WHERE call_control_id = $${names.length + 1} RETURNING *`,
    [...Object.values(updates), callControlId]));
};
