#include "api/resource_write.h"

#include <algorithm>

#include "api/resource_checks.h"
#include "api/resource_show.h"

namespace tandem::api {
namespace {

using contract::Schema;

/// Length of IdKind::Token ids: 131 bits.
constexpr size_t kTokenCharacters = 22;

std::string new_id(const ResourcePlan& plan, Ids& ids) {
  switch (plan.resource.id) {
    case IdKind::Uuid:
      return ids.uuid();
    case IdKind::Number:
      return ids.number();
    case IdKind::Token:
      return ids.token(kTokenCharacters);
    case IdKind::Field:
      return {};
  }
  return {};
}

Schema request_schema(const Call& call) {
  const auto& bodies = call.operation.bodies;
  return bodies.empty() ? Schema() : bodies.front().schema;
}

/// What the client gave, without what is not its to give.
json::Value input_of(const Call& call) {
  if (!call.body.is_object()) return json::Value::object();
  return accepted_members(call.body, request_schema(call));
}

using Hook = std::function<Result<void, ApiError>(Draft&)>;

Result<void, ApiError> run(const Hook& hook, Draft& draft) {
  return hook ? hook(draft) : Result<void, ApiError>();
}

std::string singleton_key(const ResourcePlan& plan, const Call& call) {
  return plan.parent_param.empty() ? call.account.id : std::string(parent_id(plan, call));
}

/// The one document of an account or parent, as it is before anybody changed it.
json::Value unset_singleton(const ResourcePlan& plan, const Call& call) {
  json::Value input = json::Value::object();
  if (plan.document.member(plan.resource.id_field)) {
    input.set(plan.resource.id_field, plan.id_value(singleton_key(plan, call)));
  }
  if (!plan.parent_param.empty()) {
    input.set(plan.resource.parent_field, parent_id(plan, call));
  }
  return make_document(plan, {call.now, call.ids}, input);
}

struct Found {
  std::string key;
  int64_t revision = store::kNew;
  json::Value document;
};

Result<Found, ApiError> find_to_change(const ResourcePlan& plan, const Call& call,
                                       const store::Snapshot& snapshot) {
  if (!plan.resource.singleton) {
    auto row = find_document(plan, call, snapshot, call.last_param());
    if (!row) return tl::unexpected(std::move(row.error()));
    return Found{row->id, row->revision, document_of(*row)};
  }
  if (auto ok = check_parent(plan, call, snapshot); !ok) return tl::unexpected(ok.error());
  const std::string key = singleton_key(plan, call);
  if (auto row = find_own(snapshot, call.account, plan.collection, key)) {
    return Found{row->id, row->revision, document_of(*row)};
  }
  return Found{key, store::kNew, unset_singleton(plan, call)};
}

/// Takes out of an update what it may not touch.
void keep_fixed(const ResourcePlan& plan, json::Value& changes) {
  const Resource& resource = plan.resource;
  changes.members().erase(resource.id_field);
  changes.members().erase("record_type");
  for (const auto* field : {&plan.stamps.created, &plan.stamps.updated}) {
    if (!field->name.empty()) changes.members().erase(field->name);
  }
  if (!resource.parent_field.empty()) changes.members().erase(resource.parent_field);
  for (const std::string& field : resource.immutable) erase_path(changes, field);
}

/// A PUT: what the request could have said and did not goes back to its default.
void reset_unsaid(const ResourcePlan& plan, const Call& call, const json::Value& changes,
                  json::Value& document) {
  const Schema request = request_schema(call);
  if (!request) return;
  const std::vector<std::string>& fixed = plan.resource.immutable;
  for (size_t i = 0; i < request.property_count(); ++i) {
    const Schema::Property property = request.property(i);
    const std::string name(property.name);
    const bool keep = property.schema.read_only() || changes.members().find(name) ||
                      name == plan.resource.id_field || name == plan.resource.parent_field ||
                      std::find(fixed.begin(), fixed.end(), name) != fixed.end();
    if (!keep) document.members().erase(name);
  }
}

void put(const ResourcePlan& plan, const Call& call, const Found& found, std::string body,
         Effects& effects) {
  const bool created = found.revision == store::kNew;
  effects.batch.puts.push_back({plan.collection, found.key,
                                plan.resource.global ? std::string() : call.account.id,
                                std::move(body), found.revision, created ? call.now : WallTime()});
}

}  // namespace

Result<store::Row, ApiError> find_document(const ResourcePlan& plan, const Call& call,
                                           const store::Snapshot& snapshot, std::string_view id) {
  auto row = find_own(snapshot, call.account, plan.collection, plan.key(call.account.id, id));
  if (!row || plan.parent_param.empty()) return row;
  const auto document = json::Document::parse(row->body);
  const bool ours = document && document->root().at_path(plan.resource.parent_field).string() ==
                                    parent_id(plan, call);
  if (!ours) return tl::unexpected(ApiError::not_found());
  return row;
}

std::string id_of(const ResourcePlan& plan, const json::Value& document) {
  const json::Value& id = document[plan.resource.id_field];
  return id.is_string() ? std::string(id.string()) : id.text();
}

json::Value make_document(const ResourcePlan& plan, Moment moment, const json::Value& input) {
  const Resource& resource = plan.resource;
  json::Value document = json::Value::object();
  const json::Value& given = input[resource.id_field];
  if (!given.is_null()) {
    document.set(resource.id_field, given);
  } else if (resource.id != IdKind::Field && !resource.singleton) {
    document.set(resource.id_field, plan.id_value(new_id(plan, moment.ids)));
  }
  if (plan.has_record_type) document.set("record_type", resource.record_type);
  for (const auto& [name, value] : input.members()) {
    if (name == resource.id_field || (name == "record_type" && plan.has_record_type)) continue;
    const FieldPlan* field = value.is_null() ? find_field(plan.fields, name) : nullptr;
    const bool absent = value.is_null() && (!field || !field->nullable);
    if (!absent) document.set(name, value);
  }
  for (const auto& [name, value] : plan.defaults.members()) {
    if (!document.members().find(name)) document.set(name, value);
  }
  for (const auto* field : {&plan.stamps.created, &plan.stamps.updated}) {
    if (!field->name.empty()) document.set(field->name, stamp(*field, moment.now));
  }
  complete(document, plan.fields);
  return document;
}

namespace {

constexpr size_t kMaxNameBytes = 400;  // with its account in front it is a key of the store

/// Whether what the client wrote can name a resource: it stands in paths, and in the store as a
/// key.
Result<void, ApiError> check_name(std::string_view name, const std::string& pointer) {
  if (name.empty() || name.size() > kMaxNameBytes) {
    return refuse("10025", "A name has 1 to 400 bytes.", pointer);
  }
  if (name.find('\0') != std::string_view::npos) {
    return refuse("10015", "A name holds no NUL characters.", pointer);
  }
  return {};
}

}  // namespace

Outcome create_document(const ResourcePlan& plan, const Call& call,
                        const store::Snapshot& snapshot) {
  if (auto ok = check_parent(plan, call, snapshot); !ok) return tl::unexpected(ok.error());
  json::Value input = input_of(call);
  if (plan.resource.id != IdKind::Field) input.members().erase(plan.resource.id_field);
  if (!plan.parent_param.empty()) {
    input.set(plan.resource.parent_field, parent_id(plan, call));
  }
  json::Value document = make_document(plan, {call.now, call.ids}, input);
  auto sound = check_references(plan, call.account, snapshot, document, nullptr);
  if (!sound) return tl::unexpected(std::move(sound.error()));
  Effects effects;
  Draft draft{call, snapshot, document, nullptr, effects};
  if (auto ok = run(plan.resource.on_create, draft); !ok) {
    return tl::unexpected(std::move(ok.error()));
  }
  const std::string pointer = pointer_of(plan.resource.id_field);
  if (document[plan.resource.id_field].is_null()) {
    return refuse("10004", "This field names the new resource and must be given.", pointer);
  }
  const std::string id = id_of(plan, document);
  Found place{plan.key(call.account.id, id), store::kNew, {}};
  if (plan.resource.id == IdKind::Field) {
    if (auto ok = check_name(id, pointer); !ok) return tl::unexpected(ok.error());
    if (snapshot.get(plan.collection, place.key)) {
      return refuse("10012", "There is one with this name already.", pointer);
    }
  }
  std::string body = document.text();
  if (effects.reply.unset()) effects.reply = document_reply(plan, call, snapshot, body);
  put(plan, call, place, std::move(body), effects);
  return effects;
}

Outcome get_document(const ResourcePlan& plan, const Call& call, const store::Snapshot& snapshot) {
  Effects effects;
  if (plan.resource.singleton) {
    auto found = find_to_change(plan, call, snapshot);
    if (!found) return tl::unexpected(std::move(found.error()));
    effects.reply = document_reply(plan, call, snapshot, found->document.text());
    return effects;
  }
  auto row = find_document(plan, call, snapshot, call.last_param());
  if (!row) return tl::unexpected(std::move(row.error()));
  effects.reply = document_reply(plan, call, snapshot, row->body);
  return effects;
}

Outcome update_document(const ResourcePlan& plan, const Call& call,
                        const store::Snapshot& snapshot) {
  auto found = find_to_change(plan, call, snapshot);
  if (!found) return tl::unexpected(std::move(found.error()));
  json::Value document = found->document;
  json::Value changes = input_of(call);
  keep_fixed(plan, changes);
  if (call.operation.verb == contract::Verb::Put) reset_unsaid(plan, call, changes, document);
  merge(document, changes, plan.fields);
  complete(document, plan.fields);
  if (!plan.stamps.updated.name.empty()) {
    document.set(plan.stamps.updated.name, stamp(plan.stamps.updated, call.now));
  }
  auto sound = check_references(plan, call.account, snapshot, document, &found->document);
  if (!sound) return tl::unexpected(std::move(sound.error()));
  Effects effects;
  Draft draft{call, snapshot, document, &found->document, effects};
  if (auto ok = run(plan.resource.on_update, draft); !ok) {
    return tl::unexpected(std::move(ok.error()));
  }
  std::string body = document.text();
  if (effects.reply.unset()) effects.reply = document_reply(plan, call, snapshot, body);
  put(plan, call, *found, std::move(body), effects);
  return effects;
}

Outcome delete_document(const ResourcePlan& plan, const Call& call,
                        const store::Snapshot& snapshot) {
  auto found = find_to_change(plan, call, snapshot);
  if (!found) return tl::unexpected(std::move(found.error()));
  const std::string id = id_of(plan, found->document);
  auto unused = check_unused(plan, call.account, snapshot, id);
  if (!unused) return tl::unexpected(std::move(unused.error()));
  json::Value document = found->document;
  Effects effects;
  Draft draft{call, snapshot, document, &found->document, effects};
  if (auto ok = run(plan.resource.on_delete, draft); !ok) {
    return tl::unexpected(std::move(ok.error()));
  }
  if (effects.reply.unset()) {
    effects.reply = document_reply(plan, call, snapshot, document.text());
  }
  if (found->revision != store::kNew) {
    effects.remove(plan.collection, found->key, found->revision);
  }
  return effects;
}

}  // namespace tandem::api
