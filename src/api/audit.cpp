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
  std::vector<std::string> secret;
};

constexpr size_t kEnvelopeBytes = 512;
constexpr std::string_view kAlternateField = "phone_number";
/// Of an event that describe_event() has yet to complete: the collection, and the document.
constexpr std::string_view kCollection = "_collection";
constexpr std::string_view kCreated = "_created";
constexpr std::string_view kOrganization = "organization_id";

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

/// The fields in which two documents differ, nested ones by their dotted paths: as a JSON array,
/// written without a tree because every request that changes something pays for it.
class Differences {
 public:
  explicit Differences(const std::vector<std::string>& secret) : secret_(secret) {
    text_.reserve(kUsualBytes);
  }

  /// Empty when there are none.
  std::string take(const json::Value& before, const json::Value& after) {
    out_.array();
    compare({}, before, after);
    out_.end();
    return count_ == 0 ? std::string() : std::move(text_);
  }

 private:
  void compare(const std::string& path, const json::Value& before, const json::Value& after) {
    if (before == after || count_ == Audit::kMostFields) return;
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
    if (count_ == Audit::kMostFields) return;
    ++count_;
    out_.object().member("field", path);
    out_.raw_member("from", from.text()).raw_member("to", to.text()).end();
  }

  static constexpr size_t kUsualBytes = 1024;
  const std::vector<std::string>& secret_;
  std::string text_;
  json::Writer out_{text_};
  size_t count_ = 0;
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

/// An audit event to be written; `more` writes what it has beside its id and time.
template <class More>
store::Put event_of(const Call& call, size_t bytes, const More& more) {
  store::Put put{
      std::string(kAuditEvents), call.ids.uuid(), call.account.id, {}, store::kNew, call.now};
  put.body.reserve(bytes + kEnvelopeBytes);
  json::Writer out(put.body);
  out.object().member("id", put.id).member("created_at", to_iso8601(call.now));
  if (!call.account.parent.empty()) out.member(kOrganization, call.account.parent);
  more(out);
  out.end();
  return put;
}

store::Put event_of_creation(const Call& call, const store::Put& made) {
  return event_of(call, made.body.size(), [&made](json::Writer& out) {
    out.member(kCollection, made.collection).raw_member(kCreated, made.body);
  });
}

store::Put event_of_change(const Call& call, const Subject& subject, const Change& change,
                           std::string_view differences) {
  const json::Value& alternate = change.any()[kAlternateField];
  return event_of(call, differences.size(), [&](json::Writer& out) {
    out.member("change_type", change.type())
        .member("resource_id", text_of(change.any()[subject.id_field]))
        .raw_member("alternate_resource_id", alternate.is_string() ? alternate.text() : "null")
        .raw_member("changes", differences);
  });
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
    impl->subjects[collection.name] = {resource.id_field, resource.secret};
  }
  impl_ = std::move(impl);
}

Audit::~Audit() = default;

void Audit::record(const Call& call, const store::Snapshot& snapshot, Effects& effects) const {
  if (call.account.id.empty()) return;
  std::vector<store::Put> events;
  const auto tell = [&](const Subject& subject, const Change& change) {
    const std::string differences = Differences(subject.secret).take(change.before, change.after);
    if (differences.empty() || events.size() == kMostDocuments) return;
    events.push_back(event_of_change(call, subject, change, differences));
  };
  std::unordered_set<std::string> put_back;
  for (const store::Put& put : effects.batch.puts) {
    const Subject* subject = impl_->find(put.collection);
    if (!subject || put.account != call.account.id) continue;
    if (!effects.batch.removes.empty()) put_back.insert(put.collection + "/" + put.id);
    const auto row =
        put.expected == store::kNew ? std::nullopt : snapshot.get(put.collection, put.id);
    if (row) {
      tell(*subject, {document_of(*row), json::Value::parse(put.body).value_or(json::Value())});
    } else if (events.size() < kMostDocuments) {
      events.push_back(event_of_creation(call, put));
    }
  }
  for (const store::Remove& remove : effects.batch.removes) {
    const Subject* subject = impl_->find(remove.collection);
    if (!subject || put_back.contains(remove.collection + "/" + remove.id)) continue;
    const auto row = snapshot.get(remove.collection, remove.id);
    if (row && row->account == call.account.id) tell(*subject, {document_of(*row), {}});
  }
  for (store::Put& event : events) effects.batch.puts.push_back(std::move(event));
}

void describe_event(const Registry& registry, std::string_view account, json::Value& event) {
  event.set("record_type", "audit_event");
  event.set("change_made_by", "account_owner");
  event.set("user_id", account);
  if (event[kOrganization].is_null()) event.set(kOrganization, account);
  const ResourceEngine* engine = registry.engine(event[kCollection].string());
  if (!engine) return;
  const Resource& resource = engine->resource();
  const json::Value created = event[kCreated];
  event.set("change_type", "create");
  event.set("resource_id", text_of(created[resource.id_field]));
  const json::Value& alternate = created[kAlternateField];
  event.set("alternate_resource_id", alternate.is_string() ? alternate : json::Value());
  const std::string changes = Differences(resource.secret).take({}, created);
  event.set("changes", json::Value::parse(changes).value_or(json::Value::array()));
}

}  // namespace tandem::api
