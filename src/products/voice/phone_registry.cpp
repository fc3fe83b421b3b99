#include "products/voice/phone_registry.h"

#include <memory>
#include <optional>

#include "api/collections.h"
#include "products/voice/routing.h"
#include "telephony/sip/digest.h"

namespace tandem::products::voice {
namespace {

constexpr int64_t kBatch = 500;
constexpr size_t kMarkSize = 32;

using std::chrono::milliseconds;

int64_t machine_ms() { return SystemClock().now().time_since_epoch().count(); }

/// Tells one password of a user from another, and nothing else.
std::string mark_of(const SipUser& user) {
  return sip::digest_ha1(sip::DigestAlgorithm::Sha256, user.username,
                         "registrations:" + user.connection_id, user.password)
      .substr(0, kMarkSize);
}

json::Value contact_json(const sip::Binding& binding) {
  json::Value path = json::Value::array();
  for (const std::string& hop : binding.path) path.push(hop);
  const auto left = binding.expires_at - std::chrono::steady_clock::now();
  return json::Value::object(
      {{"uri", binding.uri},
       {"path", std::move(path)},
       {"transport", sip::via_name(binding.flow.protocol)},
       {"socket", static_cast<int64_t>(binding.flow.socket)},
       {"ip", binding.flow.remote.ip()},
       {"port", static_cast<int64_t>(binding.flow.remote.port())},
       {"preference", binding.preference},
       {"instance", binding.instance},
       {"reg_id", static_cast<int64_t>(binding.reg_id)},
       {"call_id", binding.call_id},
       {"cseq", static_cast<int64_t>(binding.cseq)},
       {"user_agent", binding.user_agent},
       {"expires_ms", machine_ms() + std::chrono::ceil<milliseconds>(left).count()}});
}

std::optional<sip::Binding> read_contact(const json::Value& from) {
  const auto protocol = sip::parse_protocol(from["transport"].string());
  const auto remote =
      sip::Address::parse(from["ip"].string(), static_cast<uint16_t>(from["port"].integer()));
  if (!protocol || !remote) return std::nullopt;
  sip::Binding binding;
  binding.uri = from["uri"].string();
  for (const json::Value& hop : from["path"].items()) binding.path.emplace_back(hop.string());
  binding.flow.protocol = *protocol;
  binding.flow.socket = static_cast<uint32_t>(from["socket"].integer());
  binding.flow.remote = *remote;
  binding.preference = from["preference"].number();
  binding.instance = from["instance"].string();
  binding.reg_id = static_cast<uint32_t>(from["reg_id"].integer());
  binding.call_id = from["call_id"].string();
  binding.cseq = static_cast<uint32_t>(from["cseq"].integer());
  binding.user_agent = from["user_agent"].string();
  binding.expires_at =
      std::chrono::steady_clock::now() + milliseconds(from["expires_ms"].integer() - machine_ms());
  return binding;
}

/// Since when each contact has been registered like this: what stays as it was keeps its time.
void date_contacts(json::Value& contacts, const std::optional<store::Row>& before, WallTime now) {
  const json::Value known = before ? api::document_of(*before)["contacts"] : json::Value::array();
  for (json::Value& contact : contacts.items()) {
    json::Value since(to_iso8601(now));
    for (const json::Value& old : known.items()) {
      const bool same = old["uri"].string() == contact["uri"].string() &&
                        old["call_id"].string() == contact["call_id"].string() &&
                        old["cseq"].integer() == contact["cseq"].integer();
      if (same) since = old["registered_at"];
    }
    contact.set("registered_at", std::move(since));
  }
}

/// Every document of the collection.
template <class Visit>
void visit_all(const store::Snapshot& snapshot, Visit visit) {
  store::Query query;
  query.collection = kRegistrations;
  query.order = {{"id", false}};
  query.limit = kBatch;
  for (;;) {
    const store::Page page = snapshot.list(query);
    for (const store::Row& row : page.rows) visit(row);
    if (!page.more) return;
    query.offset += kBatch;
  }
}

bool same_user(const store::Snapshot& snapshot, const store::Row& row, WallTime now) {
  const auto user = find_sip_user(snapshot, row.id, now);
  return user && api::document_of(row)["mark"].string() == mark_of(*user);
}

}  // namespace

void PhoneRegistry::keep(const std::string& user, Contacts contacts, call::Reply<bool> reply) {
  std::vector<call::Reply<bool>> waiting;
  {
    const std::lock_guard lock(mutex_);
    const auto [lane, fresh] = lanes_.try_emplace(user);
    if (!fresh) {
      lane->second.next = std::move(contacts);
      lane->second.dirty = true;
      lane->second.waiting.push_back(std::move(reply));
      return;
    }
  }
  waiting.push_back(std::move(reply));
  write(user, std::move(contacts), std::move(waiting));
}

void PhoneRegistry::write(const std::string& user, Contacts contacts,
                          std::vector<call::Reply<bool>> waiting) {
  json::Value all = json::Value::array();
  for (const sip::Binding& binding : contacts) all.push(contact_json(binding));
  auto decision = [user, all = std::move(all)](const api::Moment& moment,
                                               const store::Snapshot& snapshot) -> api::Outcome {
    api::Effects effects;
    const auto owner = find_sip_user(snapshot, user, moment.now);
    if (all.items().empty() || !owner) {
      effects.remove(std::string(kRegistrations), user);
      return effects;
    }
    json::Value dated = all;
    date_contacts(dated, snapshot.get(kRegistrations, user), moment.now);
    const json::Value document =
        json::Value::object({{"contacts", std::move(dated)}, {"mark", mark_of(*owner)}});
    effects.put(std::string(kRegistrations), user, owner->account, document, store::kAnyRevision,
                moment.now);
    return effects;
  };
  auto told = [this, user, waiting = std::move(waiting)](const api::Decided& decided) mutable {
    for (call::Reply<bool>& reply : waiting) reply(!decided.error);
    written(user);
  };
  dispatcher_->decide(std::move(decision), std::move(told));
}

void PhoneRegistry::written(const std::string& user) {
  Lane next;
  {
    const std::lock_guard lock(mutex_);
    const auto lane = lanes_.find(user);
    if (!lane->second.dirty) {
      lanes_.erase(lane);
      return;
    }
    next = std::exchange(lane->second, Lane());
  }
  write(user, std::move(next.next), std::move(next.waiting));
}

void PhoneRegistry::load(const std::function<void(const std::string& user, Contacts)>& found) {
  const auto snapshot = dispatcher_->database().snapshot();
  const WallTime now = dispatcher_->clock().now();
  visit_all(*snapshot, [&](const store::Row& row) {
    Contacts contacts;
    const json::Value document = api::document_of(row);
    if (same_user(*snapshot, row, now)) {
      for (const json::Value& each : document["contacts"].items()) {
        if (auto contact = read_contact(each)) contacts.push_back(std::move(*contact));
      }
    }
    found(row.id, std::move(contacts));
  });
}

void PhoneRegistry::find_strangers(std::function<void(const std::string& user)> found) {
  dispatcher_->decide([found = std::move(found)](const api::Moment& moment,
                                                 const store::Snapshot& snapshot) -> api::Outcome {
    api::Effects effects;
    visit_all(snapshot, [&](const store::Row& row) {
      if (same_user(snapshot, row, moment.now)) return;
      effects.after_commit.emplace_back([found, user = row.id] { found(user); });
    });
    return effects;
  });
}

}  // namespace tandem::products::voice
