#include "api/audit.h"

#include <algorithm>
#include <array>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "api/collections.h"
#include "api/resource_engine.h"
#include "contract/operations.h"

namespace tandem::api {
namespace {

/// A collection whose changes are told.
struct Subject {
  std::string id_field;
  std::string alternate_field;  // another name of the same thing: its phone number; or empty
  std::vector<std::string> secret;
};

bool lets_change(const ResourceEngine& engine, const contract::Contract& contract) {
  const auto operations = engine.operations();
  return std::any_of(operations.begin(), operations.end(), [&](const auto& entry) {
    const contract::Verb verb = contract.operation(entry.first).verb;
    return verb == contract::Verb::Put || verb == contract::Verb::Patch ||
           verb == contract::Verb::Delete;
  });
}

bool is_stamp(std::string_view field) {
  constexpr std::array<std::string_view, 5> kStamps = {"updated_at", "updatedAt", "updateDate",
                                                       "date_updated", "last_used_at"};
  return std::find(kStamps.begin(), kStamps.end(), field) != kStamps.end();
}

/// Whether a field's name says that its value is nobody else's business.
bool is_sensitive(std::string_view field) {
  constexpr std::array<std::string_view, 5> kWords = {"password", "secret", "token", "api_key",
                                                      "private_key"};
  return std::any_of(kWords.begin(), kWords.end(), [field](std::string_view word) {
    return field.find(word) != std::string_view::npos;
  });
}

/// The fields in which two documents differ, nested ones by their dotted paths.
class Differences {
 public:
  explicit Differences(const std::vector<std::string>& secret) : secret_(secret) {}

  json::Array take(const json::Value& before, const json::Value& after) {
    compare({}, before, after);
    return std::move(changes_);
  }

 private:
  void compare(const std::string& path, const json::Value& before, const json::Value& after) {
    if (before == after || changes_.size() == Audit::kMostFields) return;
    const bool deeper = (before.is_object() || before.is_null()) &&
                        (after.is_object() || after.is_null()) &&
                        (path.empty() || (before.is_object() && after.is_object()));
    if (!deeper) return add(path, before, after);
    if (before.is_object()) {
      for (const auto& [name, value] : before.members()) member(path, name, value, after[name]);
    }
    if (!after.is_object()) return;
    for (const auto& [name, value] : after.members()) {
      if (!before.is_object() || !before.members().find(name)) member(path, name, {}, value);
    }
  }

  void member(const std::string& path, const std::string& name, const json::Value& before,
              const json::Value& after) {
    if (name.starts_with('_') || is_stamp(name)) return;
    const std::string dotted = path.empty() ? name : path + "." + name;
    if (std::find(secret_.begin(), secret_.end(), dotted) != secret_.end()) return;
    if (is_sensitive(name) && before != after) return add(dotted, {}, {});
    compare(dotted, before, after);
  }

  void add(const std::string& path, const json::Value& from, const json::Value& to) {
    if (changes_.size() == Audit::kMostFields) return;
    changes_.push_back(json::Value::object({{"field", path}, {"from", from}, {"to", to}}));
  }

  const std::vector<std::string>& secret_;
  json::Array changes_;
};

/// A document before and after a request; null where there is none.
struct Change {
  json::Value before;
  json::Value after;

  std::string_view type() const {
    if (before.is_null()) return "create";
    return after.is_null() ? "delete" : "update";
  }
  const json::Value& any() const { return after.is_null() ? before : after; }
};

std::string text_of(const json::Value& value) {
  return value.is_string() ? std::string(value.string()) : value.text();
}

json::Value event_of(const Call& call, const Subject& subject, const Change& change,
                     json::Array differences) {
  const std::string& account = call.account.id;
  const json::Value& alternate = change.any()[subject.alternate_field];
  return json::Value::object(
      {{"id", call.ids.uuid()},
       {"record_type", "audit_event"},
       {"change_type", change.type()},
       {"resource_id", text_of(change.any()[subject.id_field])},
       {"alternate_resource_id", alternate.is_string() ? alternate : json::Value()},
       {"changes", std::move(differences)},
       {"change_made_by", "account_owner"},
       {"user_id", account},
       {"organization_id", call.account.parent.empty() ? account : call.account.parent},
       {"created_at", to_iso8601(call.now)}});
}

}  // namespace

struct Audit::Impl {
  std::unordered_map<std::string, Subject> subjects;

  const Subject* find(const std::string& collection) const {
    const auto found = subjects.find(collection);
    return found == subjects.end() ? nullptr : &found->second;
  }
};

Audit::Audit(const Registry& registry) {
  auto impl = std::make_unique<Impl>();
  for (const store::Collection& collection : registry.collections()) {
    const ResourceEngine* engine = registry.engine(collection.name);
    if (!engine || engine->resource().global) continue;
    if (!lets_change(*engine, registry.contract())) continue;
    const Resource& resource = engine->resource();
    impl->subjects[collection.name] = {resource.id_field, "phone_number", resource.secret};
  }
  impl_ = std::move(impl);
}

Audit::~Audit() = default;

void Audit::record(const Call& call, const store::Snapshot& snapshot, Effects& effects) const {
  if (call.account.id.empty()) return;
  std::vector<json::Value> events;
  const auto tell = [&](const Subject& subject, const Change& change) {
    json::Array differences = Differences(subject.secret).take(change.before, change.after);
    if (differences.empty() || events.size() == kMostDocuments) return;
    events.push_back(event_of(call, subject, change, std::move(differences)));
  };
  std::unordered_set<std::string> put_back;
  for (const store::Put& put : effects.batch.puts) {
    const Subject* subject = impl_->find(put.collection);
    if (!subject || put.account != call.account.id) continue;
    Change change;
    if (put.expected != store::kNew) {
      if (const auto row = snapshot.get(put.collection, put.id)) change.before = document_of(*row);
    }
    change.after = json::Value::parse(put.body).value_or(json::Value());
    tell(*subject, change);
    put_back.insert(put.collection + "/" + put.id);
  }
  for (const store::Remove& remove : effects.batch.removes) {
    const Subject* subject = impl_->find(remove.collection);
    if (!subject || put_back.contains(remove.collection + "/" + remove.id)) continue;
    const auto row = snapshot.get(remove.collection, remove.id);
    if (row && row->account == call.account.id) tell(*subject, {document_of(*row), {}});
  }
  for (const json::Value& event : events) {
    effects.put(std::string(kAuditEvents), std::string(event["id"].string()), call.account.id,
                event, store::kNew, call.now);
  }
}

}  // namespace tandem::api
