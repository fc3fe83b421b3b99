#include <string>

#include "products/common/document_links.h"
#include "products/porting/bind.h"
#include "products/porting/porting.h"

// Documents that go with an order besides its letter and its invoice.

namespace tandem::products::porting {
namespace {

using api::Call;
using api::Draft;
using api::Effects;
using api::Outcome;
using api::refuse;
using contract::Op;

constexpr std::string_view kAdditional = "porting_additional_documents";
constexpr size_t kMostDocuments = 50;  // of one request

Outcome add(const api::Registry& registry, const Call& call, const store::Snapshot& snapshot) {
  const auto order = registry.engine(kOrders)->find(call, snapshot, call.param("id"));
  if (!order) return tl::unexpected(order.error());
  const json::View given = call.body["additional_documents"];
  if (given.size() == 0 || given.size() > kMostDocuments) {
    return refuse("10015", "A request names 1 to 50 documents.", "/additional_documents");
  }
  const api::ResourceEngine* documents = registry.engine(kAdditional);
  Effects effects;
  json::Array made;
  size_t index = 0;
  for (const json::View item : given.items()) {
    const std::string pointer = "/additional_documents/" + std::to_string(index++);
    const auto row =
        api::find_own(snapshot, call.account, kDocuments, item["document_id"].string());
    if (!row) {
      return refuse("10017", "Your account has no document of this id.", pointer + "/document_id");
    }
    const json::Value file = api::document_of(*row);
    json::Value document = documents->make(
        {call.now, call.ids},
        json::Value::object({{"porting_order_id", order->id},
                             {"document_id", row->id},
                             {"document_type", item["document_type"].string("other")},
                             {"filename", file["filename"]},
                             {"content_type", file["content_type"]}}));
    documents->put_new(call.account.id, call.now, document, effects);
    link_document({call.now, call.ids}, call.account.id, row->id, "porting_additional_document",
                  document["id"].string(), effects);
    made.push_back(std::move(document));
  }
  effects.reply = reply_all(*documents, call, snapshot, made);
  return effects;
}

Result<void, api::ApiError> drop(Draft& draft) {
  unlink_documents(draft.snapshot, draft.call.account.id, draft.document["id"].string(),
                   draft.effects);
  return {};
}

}  // namespace

void declare_documents(api::Registry& registry) {
  bind(registry, Op::CreateAdditionalDocuments, add);
  registry.resource({.path = "/porting_orders/{id}/additional_documents",
                     .collection = std::string(kAdditional),
                     .record_type = "porting_additional_document",
                     .parent_field = "porting_order_id",
                     .parent_collection = std::string(kOrders),
                     .on_delete = drop});
}

}  // namespace tandem::products::porting
