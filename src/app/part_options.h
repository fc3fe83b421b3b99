#pragma once

#include <vector>

#include "api/auth/gate.h"
#include "api/dispatcher.h"
#include "api/pipeline.h"
#include "api/retention.h"
#include "api/workflows.h"
#include "app/config.h"
#include "app/web_fetcher.h"
#include "carrier/sandbox/phone_network.h"
#include "events/dispatcher.h"
#include "ledger/money.h"
#include "ledger/rates.h"
#include "products/messaging/send_handlers.h"
#include "products/numbers/inventory.h"

/// What the configuration and its profile mean to each part.
namespace tandem::app {

bool is_sandbox(const Config& config);

api::auth::Gate::Options gate_options(const Config& config);
api::Dispatcher::Options dispatcher_options(const Config& config);
api::Pipeline::Options pipeline_options(const Config& config);
api::WorkflowRunner::Options runner_options();
events::Dispatcher::Options delivery_options(const Config& config, events::Feed& feed);
WebFetcher::Options fetcher_options(const Config& config);
carrier::sandbox::PhoneNetwork::Options phone_options(const Config& config);
/// What messages are sent by; rates and inventory must outlive it.
products::messaging::Terms message_terms(const Config& config, const ledger::Rates& rates,
                                         const products::numbers::Inventory& inventory);
/// How long is kept what piles up.
std::vector<api::RetentionRule> retention_rules(const Config& config);
/// What an account begins with.
ledger::Nanos starting_credit(const Config& config);

}  // namespace tandem::app
