#include <string>

#include "events/delivery_record.h"
#include "events/event.h"
#include "products/account/account.h"

// What was sent to webhooks and what came of it. The documents are the events dispatcher's own, in
// the contract's form, but for what was sent: that stands in the event log.

namespace tandem::products::account {
namespace {

using api::ApiError;
using api::Call;

/// Filters by text look into this many of the latest deliveries.
constexpr int64_t kMostSearched = 1'000;

std::string text_of(const store::Condition* condition) {
  if (!condition || condition->values.empty()) return {};
  const auto* text = std::get_if<std::string>(&condition->values.front());
  return text ? *text : std::string();
}

void show_webhook(const Call&, const store::Snapshot& snapshot, json::Value& delivery) {
  const auto webhook = json::Value::parse(events::webhook_of(snapshot, delivery));
  if (webhook) delivery.set("webhook", *webhook);
}

/// Any of the types will do.
void narrow_by_types(const store::Condition& types, store::Query& query) {
  query.where.push_back({"event_type", store::Compare::In, types.values});
}

/// Keeps deliveries in whose `members` the texts appear. The store cannot look into whole objects,
/// so the latest are read here.
void narrow_by_text(const Call& call, const store::Snapshot& snapshot, const std::string& attempts,
                    const std::string& webhook, store::Query& query) {
  store::Query search = query;
  search.account = call.account.id;
  search.order.clear();
  search.offset = 0;
  search.limit = kMostSearched;
  store::Condition found{"id", store::Compare::In, {}};
  for (const store::Row& row : snapshot.list(search).rows) {
    json::Value delivery = api::document_of(row);
    show_webhook(call, snapshot, delivery);
    const auto has = [&delivery](const char* member, const std::string& text) {
      return delivery[member].text().find(text) != std::string::npos;
    };
    if (has("attempts", attempts) && has("webhook", webhook)) found.values.emplace_back(row.id);
  }
  query.where.push_back(std::move(found));
}

Result<void, ApiError> narrow(const Call& call, const store::Snapshot& snapshot,
                              store::Query& query) {
  if (const auto* types = call.query.filter("event_type")) narrow_by_types(*types, query);
  const auto* status = call.query.filter("status");
  if (status && status->compare == store::Compare::Eq && text_of(status) == "failed") {
    query.where.push_back({"_failed", store::Compare::Eq, {true}});
  }
  const std::string attempts = text_of(call.query.filter("attempts"));
  const std::string webhook = text_of(call.query.filter("webhook"));
  if (!attempts.empty() || !webhook.empty()) {
    narrow_by_text(call, snapshot, attempts, webhook, query);
  }
  return {};
}

}  // namespace

void declare_webhook_deliveries(api::Registry& registry) {
  registry.resource({
      .path = "/webhook_deliveries",
      .collection = std::string(events::kDeliveries),
      .record_type = "webhook_delivery",
      .indexes = {{.path = "_failed", .sparse = true}},
      .unindexed = {"status", "finished_at"},
      .filters =
          {{"started_at", "created_at"}, {"event_type", ""}, {"attempts", ""}, {"webhook", ""}},
      .secret = {"event_type"},
      .on_read = show_webhook,
      .on_list = narrow,
  });
}

}  // namespace tandem::products::account
