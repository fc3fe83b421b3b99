// Settings from the environment. TELNYX_HOST is the one thing that is not the guide's.
const from = process.env;

module.exports = {
  telnyx: {
    host: from.TELNYX_HOST || 'api.telnyx.com',
    apiKey: from.TELNYX_API_KEY,
    sipUsername: from.TELNYX_SIP_USERNAME,
    sipServer: from.TELNYX_SIP_SERVER || 'rtc.telnyx.com',
  },
  database: {
    host: from.DB_HOST,
    port: from.DB_PORT,
    database: from.DB_NAME,
    user: from.DB_USER,
    password: from.DB_PASSWORD,
  },
  port: Number(from.API_PORT),
};
