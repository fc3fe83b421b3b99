// What the collection suite walks: a row for every collection of the contract, in the words of the
// official SDK.
//
//   path     of its list in the contract
//   name     as the SDK's client calls it: 'billingGroups' -> client.billingGroups
//   parent   [what an earlier row kept, the SDK's name for it] for collections below another thing
//   create   what to create it with; a function gets the context (things made by earlier rows)
//   how      instead of create: lets it come about and gives its id; gets { client, tandem, made }
//   update   what to change; left out where the API has no update
//   changed  what must then be read back (default: `update`)
//   filter   list parameters under which the created one is found; `filters` for several
//   keep     name under which later rows find its id in the context
//   id, data where the answers have them (default: data.id, data)
//   noRetrieve, delete: false   there is no such operation, or no way back
//   paging   'records' (page, recordsPerPage), 'flat' (page, page_size), 'none'; default: page[number]
//   everyone reference data: the same for all accounts, made by nobody
//   call     { create, retrieve, update, delete, list }: operations with other names or parameters
import { account } from './account.mjs';
import { ai } from './ai.mjs';
import { calls } from './calls.mjs';
import { messaging } from './messaging.mjs';
import { networks } from './networks.mjs';
import { numbers } from './numbers.mjs';
import { porting } from './porting.mjs';
import { wireless } from './wireless.mjs';

export const rows = [...account, ...calls, ...messaging, ...networks, ...numbers, ...porting, ...wireless, ...ai];

/**
 * Collections whose documents are what something else leaves behind, and no single request brings
 * about: where they are walked instead.
 */
export const elsewhere = [
  { path: '/ai/assistants/{assistant_id}/canary-deploys', test: 'ai.test.mjs', uses: 'canaryDeploys.retrieve' },
  { path: '/bundle_pricing/user_bundles', test: 'number_orders.test.mjs', uses: 'userBundles.list' },
  { path: '/external_connections/log_messages', test: 'external_connections.test.mjs', uses: 'logMessages.list' },
  { path: '/external_connections/{id}/phone_numbers', test: 'external_connections.test.mjs', uses: 'externalConnections.phoneNumbers;' },
  { path: '/external_connections/{id}/releases', test: 'external_connections.test.mjs', uses: 'releases.list' },
  { path: '/invoices', test: 'money.test.mjs', uses: 'invoices.list' },
  { path: '/networks/{id}/default_gateway', test: 'networking.test.mjs', uses: 'defaultGateway.retrieve' },
  { path: '/oauth_grants', test: 'oauth.test.mjs', uses: 'oauthGrants.list' },
  { path: '/phone_number_blocks/jobs', test: 'number_orders.test.mjs', uses: 'phoneNumberBlocks.jobs.list' },
  { path: '/phone_numbers/{phone_number_id}/voicemail', test: 'number_facts.test.mjs', uses: 'voicemail.retrieve' },
  { path: '/porting_orders/{id}/activation_jobs', test: 'porting.test.mjs', uses: 'activationJobs.list' },
  { path: '/portouts', test: 'porting.test.mjs', uses: 'portouts.list' },
  { path: '/portouts/events', test: 'porting.test.mjs', uses: 'portouts.events.list' },
  { path: '/portouts/{id}/comments', test: 'porting.test.mjs', uses: 'portouts.comments.list' },
  { path: '/portouts/{id}/supporting_documents', test: 'porting.test.mjs', uses: 'supportingDocuments.list' },
  { path: '/queues/{queue_name}/calls', test: 'calls.test.mjs', uses: '/queues/support/calls' },
  { path: '/room_compositions', test: 'video.test.mjs', uses: 'roomCompositions.list' },
  { path: '/room_participants', test: 'video.test.mjs', uses: 'roomParticipants.list' },
  { path: '/room_recordings', test: 'video.test.mjs', uses: 'roomRecordings.list' },
  { path: '/room_sessions', test: 'video.test.mjs', uses: 'rooms.sessions.list0' },
  { path: '/webhook_deliveries', test: 'webhook_deliveries.test.mjs', uses: 'webhookDeliveries.list' },
];
