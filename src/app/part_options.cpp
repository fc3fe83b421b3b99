#include "app/part_options.h"

#include <chrono>
#include <string>

#include "api/collections.h"
#include "events/event.h"
#include "products/common/detail_records.h"
#include "products/messaging/links.h"
#include "products/messaging/peer_outbox.h"
#include "products/messaging/peer_submits.h"
#include "products/numbers/carriers.h"
#include "products/storage/s3_reply.h"
#include "products/voice/call_log.h"
#include "products/voice/call_state.h"

namespace tandem::app {
namespace {

/// Requests a minute and account when nothing else is configured.
constexpr int kSandboxRate = 600'000;
constexpr int kOperatorRate = 60'000;
/// What an account begins with when nothing else is configured: enough to play.
constexpr ledger::Nanos kSandboxCredit = 1'000 * ledger::kNanosPerUnit;
/// Threads that read from a PostgreSQL on behalf of handlers.
constexpr size_t kDatabaseThreads = 8;

/// Whether the call has not ended.
bool is_running(const store::Snapshot&, const store::Row& call) {
  return products::voice::read_call(call).alive();
}

}  // namespace

bool is_sandbox(const Config& config) { return config.profile == Profile::Sandbox; }

api::auth::Gate::Options gate_options(const Config& config) {
  api::auth::Gate::Options options;
  const int rate = config.rate_limit > 0 ? config.rate_limit
                   : is_sandbox(config)  ? kSandboxRate
                                         : kOperatorRate;
  options.rate = {rate, std::chrono::minutes(1)};
  return options;
}

api::Dispatcher::Options dispatcher_options(const Config& config) {
  api::Dispatcher::Options options;
  if (!config.database.empty()) options.handler_threads = kDatabaseThreads;
  return options;
}

events::Dispatcher::Options delivery_options(const Config& config, events::Feed& feed) {
  events::Dispatcher::Options options;
  // A developer's receiver runs on the same machine; an operator's customers must not reach ours.
  if (is_sandbox(config)) options.allow = nullptr;
  options.feed = &feed;
  return options;
}

WebFetcher::Options fetcher_options(const Config& config) {
  WebFetcher::Options options;
  if (is_sandbox(config)) options.allow = nullptr;  // as for webhooks
  return options;
}

carrier::sandbox::PhoneNetwork::Options phone_options(const Config& config) {
  carrier::sandbox::PhoneNetwork::Options options;
  options.directory = config.data_dir + "/sandbox-phones";
  return options;
}

api::Pipeline::Options pipeline_options(const Config& config) {
  api::Pipeline::Options options;
  options.base_url = config.base_url();
  options.validate_answers = config.validate_answers;
  options.storage_refusal = products::storage::storage_refusal;
  return options;
}

api::WorkflowRunner::Options runner_options() {
  api::WorkflowRunner::Options options;
  options.standing = {std::string(api::kRetentionWorkflow)};
  return options;
}

std::vector<api::RetentionRule> retention_rules(const Config& config) {
  const std::chrono::hours events = std::chrono::days(config.event_retention);
  const std::chrono::hours records = std::chrono::days(config.record_retention);
  // An event is shown with its deliveries, of which the last may be tried a day later.
  return {{std::string(events::kEventLog), events + std::chrono::days(1), events::is_owed},
          {std::string(events::kDeliveries), events},
          {std::string(api::kAuditEvents), records},
          {std::string(products::kDetailRecords), records},
          {std::string(products::messaging::kLinks), products::messaging::kLinkLife},
          {std::string(products::messaging::kPeerOutbox), products::messaging::kPeerPatience},
          {std::string(products::messaging::kPeers), products::messaging::kPeerPatience,
           products::messaging::is_receiving},
          {std::string(products::voice::kCallEvents), events},
          {std::string(products::voice::kCalls), records, is_running}};
}

products::messaging::Terms message_terms(const Config& config, const ledger::Rates& rates,
                                         const products::numbers::Inventory& inventory) {
  products::messaging::Terms terms{rates};
  if (config.messages.queue) terms.longest_queue = *config.messages.queue;
  terms.smart_encoding = config.messages.smart_encoding;
  if (is_sandbox(config)) {
    terms.network_of = [&inventory](std::string_view e164) {
      return products::numbers::network_of(inventory, e164);
    };
  }
  return terms;
}

ledger::Nanos starting_credit(const Config& config) {
  if (!config.starting_credit.empty()) {
    return ledger::parse_decimal(config.starting_credit).value_or(0);
  }
  return is_sandbox(config) ? kSandboxCredit : 0;
}

}  // namespace tandem::app
