// The guide's inbound-call service on Express, written anew from its description.
const express = require('express');
const controller = require('./telnyxController');
const { port } = require('./config');

/** Stands for the application's own sign-in. */
function authMiddleware(req, res, next) {
  if (req.get('authorization') !== `Bearer ${process.env.DASHBOARD_TOKEN}`) return res.status(401).json({ error: 'Sign in first' });
  req.user = { id: 'agent' };
  return next();
}

const router = express.Router();
router.post('/webhook', controller.handleWebhook);
router.get('/calls/pending', authMiddleware, controller.getPendingInboundCalls);
router.post('/calls/:callControlId/answer', authMiddleware, controller.answerInboundCall);
router.post('/calls/:callControlId/end', authMiddleware, controller.endInboundCall);

const app = express();
app.use(express.json());
app.use('/api/telnyx', router);
app.listen(port, '127.0.0.1', () => console.log(`listens at ${port}`));
