#include <string>

#include "core/assert.h"
#include "products/common/data_file.h"
#include "products/common/document_links.h"
#include "products/porting/bind.h"
#include "products/porting/events.h"
#include "products/porting/porting.h"

// What hangs on a port-out: comments, supporting documents, the reasons to refuse it.

namespace tandem::products::porting {
namespace {

using api::Call;
using api::Draft;
using api::Effects;
using api::Outcome;
using api::refuse;
using contract::Op;

constexpr std::string_view kPortoutDocuments = "portout_supporting_documents";
constexpr int64_t kMostDocuments = 250;

Result<void, api::ApiError> make_comment(Draft& draft) {
  json::Value& comment = draft.document;
  if (comment["body"].string().empty())
    return refuse("10004", "A comment says something.", "/body");
  const std::string_view account = draft.call.account.id;
  comment.set("user_id", account);
  const auto portout = draft.snapshot.get(kPortouts, comment["portout_id"].string());
  if (!portout) return refuse("10005", "There is no such port-out.");
  tell_portout(draft.snapshot, api::document_of(*portout), account, "portout.new_comment",
               json::Value::object({{"id", comment["id"]},
                                    {"portout_id", comment["portout_id"]},
                                    {"comment", comment["body"]},
                                    {"user_id", account}}),
               {draft.call.now, draft.call.ids}, draft.effects);
  return {};
}

Outcome add_documents(const api::Registry& registry, const Call& call,
                      const store::Snapshot& snapshot) {
  const auto row = registry.engine(kPortouts)->find(call, snapshot, call.param("id"));
  if (!row) return tl::unexpected(row.error());
  const json::View given = call.body["documents"];
  if (given.size() == 0) return refuse("10004", "At least one document is needed.", "/documents");
  Effects effects;
  json::Array data;
  size_t index = 0;
  for (const json::View item : given.items()) {
    const std::string pointer = "/documents/" + std::to_string(index++) + "/document_id";
    const std::string_view document = item["document_id"].string();
    if (!api::find_own(snapshot, call.account, kDocuments, document)) {
      return refuse("10017", "Your account has no document of this id.", pointer);
    }
    const std::string id = call.ids.uuid();
    const std::string now = to_iso8601(call.now);
    const json::Value added = json::Value::object({{"id", id},
                                                   {"record_type", "supporting_document"},
                                                   {"type", item["type"].string()},
                                                   {"document_id", document},
                                                   {"portout_id", row->id},
                                                   {"created_at", now},
                                                   {"updated_at", now}});
    effects.put(std::string(kPortoutDocuments), id, call.account.id, added, store::kNew, call.now);
    link_document({call.now, call.ids}, call.account.id, document, "portout", row->id, effects);
    data.push_back(added);
  }
  json::Value body = json::Value::object();
  body.set("data", std::move(data));
  effects.reply = api::Reply::json(body.text());
  return effects;
}

Outcome list_documents(const api::Registry& registry, const Call& call,
                       const store::Snapshot& snapshot) {
  const auto row = registry.engine(kPortouts)->find(call, snapshot, call.param("id"));
  if (!row) return tl::unexpected(row.error());
  store::Query query;
  query.collection = kPortoutDocuments;
  query.account = call.account.id;
  query.where = {{"portout_id", store::Compare::Eq, {row->id}}};
  query.limit = kMostDocuments;
  json::Array data;
  for (const store::Row& document : snapshot.list(query).rows) {
    data.push_back(api::document_of(document));
  }
  json::Value body = json::Value::object();
  body.set("data", std::move(data));
  Effects effects;
  effects.reply = api::Reply::json(body.text());
  return effects;
}

/// Whether the filter, a code or a list of codes, lets the code through.
bool wanted(const store::Condition* filter, int64_t code) {
  if (!filter || filter->values.empty()) return true;
  for (const store::Scalar& value : filter->values) {
    const auto* number = std::get_if<double>(&value);
    const auto* text = std::get_if<std::string>(&value);
    if (number && static_cast<int64_t>(*number) == code) return true;
    if (text && *text == std::to_string(code)) return true;
  }
  return false;
}

Outcome list_rejections(const json::Value& rejections, const api::Registry& registry,
                        const Call& call, const store::Snapshot& snapshot) {
  const auto row = registry.engine(kPortouts)->find(call, snapshot, call.param("portout_id"));
  if (!row) return tl::unexpected(row.error());
  json::Array data;
  for (const json::Value& rejection : rejections.items()) {
    if (wanted(call.query.filter("code"), rejection["code"].integer())) data.push_back(rejection);
  }
  json::Value body = json::Value::object();
  body.set("data", std::move(data));
  Effects effects;
  effects.reply = api::Reply::json(body.text());
  return effects;
}

}  // namespace

void declare_portout_parts(api::Registry& registry) {
  registry.collection(
      {.name = std::string(kPortoutDocuments), .indexes = {{.path = "portout_id"}}});
  bind(registry, Op::PostPortRequestSupportingDocuments, add_documents);
  bind(registry, Op::GetPortRequestSupportingDocuments, list_documents);
  auto rejections = json::Value::parse(data_file("porting/data/rejections.json"));
  TANDEM_ASSERT(rejections.has_value());  // built into the program
  registry.bind(Op::ListPortoutRejections, [&registry, held = std::move(*rejections)](
                                               const Call& call, const store::Snapshot& snapshot) {
    return list_rejections(held, registry, call, snapshot);
  });
  registry.resource({.path = "/portouts/{id}/comments",
                     .collection = "portout_comments",
                     .record_type = "portout",
                     .parent_field = "portout_id",
                     .parent_collection = std::string(kPortouts),
                     .on_create = make_comment});
}

}  // namespace tandem::products::porting
