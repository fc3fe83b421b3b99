#include "products/common/document_links.h"

#include <string>

namespace tandem::products {
namespace {

constexpr int64_t kMostLinks = 1'000;  // of one thing

}  // namespace

void link_document(api::Moment moment, std::string_view account, std::string_view document_id,
                   std::string_view record_type, std::string_view resource_id,
                   api::Effects& effects) {
  const std::string id = moment.ids.uuid();
  const std::string now = to_iso8601(moment.now);
  const json::Value link = json::Value::object({{"id", id},
                                                {"record_type", "document_link"},
                                                {"document_id", document_id},
                                                {"linked_record_type", record_type},
                                                {"linked_resource_id", resource_id},
                                                {"created_at", now},
                                                {"updated_at", now}});
  effects.put(std::string(kDocumentLinks), id, std::string(account), link, store::kNew, moment.now);
}

void unlink_documents(const store::Snapshot& snapshot, std::string_view account,
                      std::string_view resource_id, api::Effects& effects) {
  store::Query query;
  query.collection = kDocumentLinks;
  query.account = std::string(account);
  query.where = {{"linked_resource_id", store::Compare::Eq, {std::string(resource_id)}}};
  query.limit = kMostLinks;
  for (const store::Row& row : snapshot.list(query).rows) {
    effects.remove(std::string(kDocumentLinks), row.id);
  }
}

}  // namespace tandem::products
