#include "telephony/sip/registrar.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "telephony/sip/dialog.h"
#include "telephony/sip/grammar.h"
#include "telephony/sip/limits.h"
#include "telephony/sip/request_check.h"

namespace tandem::sip {
namespace {

constexpr uint32_t kMaxRegId = 0x7FFF'FFFF;

double read_preference(std::string_view text) {
  if (text.empty() || text.size() > 5) return 1.0;
  char* end = nullptr;
  const std::string copy(text);
  const double value = std::strtod(copy.c_str(), &end);
  return end != nullptr && *end == '\0' && value >= 0 && value <= 1 ? value : 1.0;
}

bool same_contact(const Binding& a, const Binding& b) {
  if (!a.instance.empty() && a.instance == b.instance && a.reg_id == b.reg_id) return true;
  if (!a.instance.empty() && !b.instance.empty()) return false;
  const auto first = parse_uri(a.uri);
  const auto second = parse_uri(b.uri);
  return first && second && same_uri(*first, *second);
}

/// Whether the Contact can be reached by itself when its connection is gone.
bool needs_flow(const Binding& binding) {
  const auto uri = parse_uri(binding.uri);
  return binding.reg_id != 0 || !uri || is_behind_flow(*uri, binding.flow);
}

}  // namespace

void route_to(const Binding& binding, InviteOptions& options) {
  options.target = binding.uri;
  options.routes = binding.path;
  if (binding.path.empty()) options.flow = binding.flow;
}

/// One binding in its place, with the timer of its end.
struct Registrar::Entry {
  Entry(Registrar& registrar, std::string aor_of)
      : owner(registrar),
        aor(std::move(aor_of)),
        timer(owner.wheel_, bind<&Entry::expire>(*this)) {}
  void expire() { owner.expire(*this); }

  Registrar& owner;
  std::string aor;
  Binding binding;
  Timer timer;
};

/// What one Contact of a REGISTER asks for.
struct Registrar::Change {
  Binding binding;
  std::chrono::seconds expires{0};
};

Registrar::Registrar(TimerWheel& wheel, Random& random, Options options, Users& users,
                     Listener& listener)
    : wheel_(wheel),
      options_(std::move(options)),
      users_(users),
      listener_(listener),
      digest_(random, wheel.time(), options_.digest) {}

Registrar::~Registrar() = default;

void Registrar::handle(IncomingRequest request) {
  const Message& message = request.message();
  if (!message.to().uri.is_sip()) return request.respond(400);
  auto claim = digest_.claim(message);
  if (!claim) {
    return request.respond(digest_.challenge(false, false, message.get(HeaderId::UserAgent)));
  }
  const std::string username = claim->username;
  // The claim's views look at the request's text, which does not move with the request.
  users_.find_user(username, [this, alive = std::weak_ptr<int>(alive_), claim = std::move(*claim),
                              held = std::move(request)](std::optional<User> user) mutable {
    if (alive.expired()) return held.respond(503);
    const StoredCredentials none;
    const auto verdict = digest_.verify(held.message(), claim, user ? user->credentials : none);
    if (verdict == DigestVerdict::Stale) {
      const std::string_view who = held.message().get(HeaderId::UserAgent);
      return held.respond(digest_.challenge(false, true, who));
    }
    // Unknown users and wrong secrets look alike.
    if (!user || verdict == DigestVerdict::Wrong) return held.respond(403);
    authenticated(std::move(held), *user);
  });
}

void Registrar::authenticated(IncomingRequest request, const User& user) {
  const Message& message = request.message();
  const std::string aor = message.to().uri.user_text();
  if (aor != user.aor) return request.respond(403);
  std::vector<Change> changes;
  if (const auto refusal = read_changes(message, user, changes)) {
    return request.respond(make_response(*refusal));
  }
  if (changes.empty()) return request.respond(bindings_response(message, aor));
  apply(request, aor, changes);
  keep(aor, [this, aor, alive = std::weak_ptr<int>(alive_),
             held = std::move(request)](bool kept) mutable {
    if (alive.expired() || !kept) return held.respond({503, {}, {{"Retry-After", "5"}}, {}});
    held.respond(bindings_response(held.message(), aor));
  });
}

void Registrar::keep(const std::string& aor, UniqueFunction<void(bool)> done) {
  std::vector<Binding> all;
  for (const Binding* binding : find(aor)) all.push_back(*binding);
  users_.keep_bindings(aor, std::move(all), std::move(done));
}

/// All or nothing (RFC 3261 section 10.3 step 7): every Contact is read before one is applied.
std::optional<Refusal> Registrar::read_changes(const Message& request, const User& user,
                                               std::vector<Change>& changes) const {
  const auto contacts = request.values(HeaderId::Contact);
  const std::string aor = request.to().uri.user_text();
  const bool all = std::find(contacts.begin(), contacts.end(), "*") != contacts.end();
  if (all) {
    const bool removes = parse_seconds(request.get(HeaderId::Expires)) == 0U;
    if (contacts.size() != 1 || !removes) return Refusal{400, "Bad Contact", {}, {}};
    for (const Binding* binding : find(aor)) changes.push_back({*binding, {}});
  }
  size_t added = 0;
  for (std::string_view value : contacts) {
    if (all) break;
    Change change;
    if (auto refusal = read_contact(request, value, change)) return refusal;
    added += change.expires.count() > 0 && find_entry(aor, change) == nullptr ? 1 : 0;
    changes.push_back(std::move(change));
  }
  for (const Change& change : changes) {
    const Entry* const known = find_entry(aor, change);
    const bool out_of_order = known != nullptr && known->binding.call_id == request.call_id() &&
                              known->binding.cseq >= request.cseq().number;
    if (out_of_order) return Refusal{500, "Out of Order", {}, {}};
  }
  const auto known = aors_.find(aor);
  const size_t have = known == aors_.end() ? 0 : known->second.size();
  const size_t allowed = std::min(user.max_contacts, kMaxContactsPerAor);
  if (added > 0 && have + added > allowed) return Refusal{403, "Too Many Contacts", {}, {}};
  if (added > 0 && count_ + added > kMaxBindings) return Refusal{503, {}, {}, {}};
  return std::nullopt;
}

std::optional<Refusal> Registrar::read_contact(const Message& request, std::string_view value,
                                               Change& change) const {
  const auto contact = parse_name_addr(value);
  if (!contact) return Refusal{400, "Bad Contact", {}, {}};
  const auto own = contact->params.find("expires");
  const auto header = request.find(HeaderId::Expires);
  std::optional<uint32_t> seconds = static_cast<uint32_t>(options_.default_expires.count());
  if (header) seconds = parse_seconds(*header);
  if (own) seconds = parse_seconds(*own);
  change.expires = std::chrono::seconds(seconds.value_or(0));
  if (change.expires.count() != 0 && change.expires < options_.min_expires) {
    return Refusal{423, {}, "Min-Expires", std::to_string(options_.min_expires.count())};
  }
  change.expires = std::min(change.expires, options_.max_expires);
  Binding& binding = change.binding;
  binding.uri = contact->uri.text;
  binding.preference = read_preference(contact->params.get("q"));
  binding.instance = unquote(contact->params.get("+sip.instance"));
  binding.reg_id =
      static_cast<uint32_t>(parse_number(contact->params.get("reg-id"), kMaxRegId).value_or(0));
  binding.call_id = request.call_id();
  binding.cseq = request.cseq().number;
  binding.user_agent = unfold(request.get(HeaderId::UserAgent));
  for (std::string_view hop : request.values(HeaderId::Path)) {
    if (binding.path.size() < kMaxRouteSet) binding.path.push_back(unfold(hop));
  }
  return std::nullopt;
}

void Registrar::apply(const IncomingRequest& request, const std::string& aor,
                      std::vector<Change>& changes) {
  for (Change& change : changes) {
    Entry* entry = find_entry(aor, change);
    if (change.expires.count() == 0) {
      if (entry != nullptr) drop(aor, *entry, Gone::Removed);
      continue;
    }
    change.binding.flow = request.flow();
    change.binding.expires_at = wheel_.now() + change.expires;
    put(aor, entry, std::move(change.binding));
  }
}

/// In the place of `entry`, or in a new one.
void Registrar::put(const std::string& aor, Entry* entry, Binding binding) {
  const bool refreshed = entry != nullptr;
  if (!refreshed) {
    auto made = std::make_unique<Entry>(*this, aor);
    entry = made.get();
    aors_[aor].push_back(std::move(made));
    ++count_;
  }
  const uint64_t old_connection = entry->binding.flow.connection;
  entry->binding = std::move(binding);
  const auto left = entry->binding.expires_at - wheel_.now();
  entry->timer.start(std::chrono::ceil<std::chrono::milliseconds>(left));
  const uint64_t connection = entry->binding.flow.connection;
  if (connection != old_connection) {
    std::erase_if(by_connection_, [entry](const auto& item) { return item.second == entry; });
    if (connection != 0) by_connection_.emplace(connection, entry);
  }
  listener_.on_registered(aor, entry->binding, refreshed);
}

void Registrar::restore(const std::string& aor, std::vector<Binding> bindings) {
  const size_t before = count_;
  const size_t kept = bindings.size();
  for (Binding& binding : bindings) {
    const bool lost = is_reliable(binding.flow.protocol) && needs_flow(binding);
    if (lost || binding.expires_at <= wheel_.now() || count_ >= kMaxBindings) continue;
    const auto known = aors_.find(aor);
    if (known != aors_.end() && known->second.size() >= kMaxContactsPerAor) break;
    binding.flow.connection = 0;
    put(aor, nullptr, std::move(binding));
  }
  if (count_ - before != kept || kept == 0) keep(aor, [](bool) {});
}

Response Registrar::bindings_response(const Message& request, const std::string& aor) const {
  Response out;
  const TimePoint now = wheel_.now();
  bool outbound = false;
  for (const Binding* binding : find(aor)) {
    const auto left =
        std::chrono::duration_cast<std::chrono::seconds>(binding->expires_at - now).count();
    std::string contact = "<" + binding->uri + ">;expires=" + std::to_string(left);
    if (!binding->instance.empty()) contact += ";+sip.instance=" + quote(binding->instance);
    if (binding->reg_id != 0) contact += ";reg-id=" + std::to_string(binding->reg_id);
    outbound = outbound || binding->reg_id != 0;
    out.headers.emplace_back("Contact", std::move(contact));
  }
  for (std::string_view hop : request.values(HeaderId::Path)) {
    out.headers.emplace_back("Path", unfold(hop));
  }
  out.headers.emplace_back("Supported", "path, outbound");
  if (outbound && request.lists(HeaderId::Supported, "outbound")) {
    out.headers.emplace_back("Require", "outbound");
  }
  return out;
}

Registrar::Entry* Registrar::find_entry(const std::string& aor, const Change& change) const {
  const auto found = aors_.find(aor);
  if (found == aors_.end()) return nullptr;
  for (const auto& entry : found->second) {
    if (same_contact(entry->binding, change.binding)) return entry.get();
  }
  return nullptr;
}

std::vector<const Binding*> Registrar::find(const std::string& aor) const {
  std::vector<const Binding*> out;
  const auto found = aors_.find(aor);
  if (found == aors_.end()) return out;
  for (const auto& entry : found->second) out.push_back(&entry->binding);
  std::stable_sort(out.begin(), out.end(), [](const Binding* a, const Binding* b) {
    return a->preference > b->preference;
  });
  return out;
}

void Registrar::remove(const std::string& aor_given) {
  const std::string aor = aor_given;  // may be a key of ours
  while (aors_.contains(aor)) drop(aor, *aors_.at(aor).front(), Gone::Removed);
  keep(aor, [](bool) {});
}

void Registrar::remove_all() {
  while (!aors_.empty()) remove(aors_.begin()->first);
}

void Registrar::on_flow_closed(const Flow& flow) {
  std::vector<Entry*> lost;
  const auto [first, last] = by_connection_.equal_range(flow.connection);
  for (auto at = first; at != last; ++at) lost.push_back(at->second);
  for (Entry* entry : lost) {
    if (needs_flow(entry->binding)) {
      const std::string aor = entry->aor;
      drop(aor, *entry, Gone::FlowClosed);
      keep(aor, [](bool) {});
    } else {
      entry->binding.flow.connection = 0;
    }
  }
  by_connection_.erase(flow.connection);
}

void Registrar::expire(Entry& entry) {
  const std::string aor = entry.aor;
  drop(aor, entry, Gone::Expired);
  keep(aor, [](bool) {});
}

void Registrar::drop(const std::string& aor_given, Entry& entry, Gone why) {
  const std::string aor = aor_given;  // may be the entry's own
  const auto found = aors_.find(aor);
  Entries& entries = found->second;
  const auto at = std::find_if(entries.begin(), entries.end(),
                               [&entry](const auto& known) { return known.get() == &entry; });
  const std::unique_ptr<Entry> gone = std::move(*at);
  entries.erase(at);
  if (entries.empty()) aors_.erase(found);
  const auto [first, last] = by_connection_.equal_range(gone->binding.flow.connection);
  for (auto item = first; item != last; ++item) {
    if (item->second != gone.get()) continue;
    by_connection_.erase(item);
    break;
  }
  --count_;
  listener_.on_unregistered(aor, gone->binding, why);
}

}  // namespace tandem::sip
