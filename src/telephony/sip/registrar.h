#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/function.h"
#include "telephony/sip/digest_server.h"
#include "telephony/sip/endpoint.h"

namespace tandem::sip {

/// Somewhere an address-of-record can be reached (RFC 3261 section 10).
struct Binding {
  std::string uri;                // of the Contact
  std::vector<std::string> path;  // RFC 3327: the route to it
  Flow flow;                      // by which it was registered
  double preference = 1.0;        // q
  std::string instance;           // +sip.instance (RFC 5626); empty when not given
  uint32_t reg_id = 0;
  std::string call_id;
  uint32_t cseq = 0;
  std::string user_agent;
  TimePoint expires_at;
};

/// Fills target, route and flow of a call to a binding: phones behind NAT and browsers are reached
/// along the flow they registered by.
void route_to(const Binding& binding, InviteOptions& options);

/// The registrar: challenges, checks, keeps bindings until they expire, finds them again.
class Registrar {
 public:
  /// Who may register, and for what.
  struct User {
    StoredCredentials credentials;
    std::string aor;  // the user part that is registered
    size_t max_contacts = kDefaultMaxContacts;
  };

  /// Where users are found, and where their bindings are kept.
  class Users {
   public:
    virtual ~Users() = default;
    /// Calls back once, now or later, on the endpoint's thread; nothing for an unknown name.
    virtual void find_user(const std::string& username,
                           UniqueFunction<void(std::optional<User>)> done) = 0;
    /// Every binding that the address-of-record has from now on; none: it has no more. Calls back
    /// once, on the endpoint's thread, whether they will outlive the process; only then does the
    /// phone hear that it is registered.
    virtual void keep_bindings(const std::string& /*aor*/, std::vector<Binding> /*all*/,
                               UniqueFunction<void(bool)> done) {
      done(true);
    }
  };

  enum class Gone : uint8_t { Removed, Expired, FlowClosed };

  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void on_registered(const std::string& aor, const Binding&, bool /*refreshed*/) = 0;
    virtual void on_unregistered(const std::string& aor, const Binding&, Gone why) = 0;
  };

  struct Options {
    DigestServer::Options digest;
    std::chrono::seconds min_expires{60};
    std::chrono::seconds max_expires{7'200};
    std::chrono::seconds default_expires{3'600};
  };

  static constexpr size_t kDefaultMaxContacts = 10;

  Registrar(TimerWheel& wheel, Random& random, Options options, Users& users, Listener& listener);
  ~Registrar();

  /// Puts back what a former process kept; what has expired meanwhile, or could be reached only
  /// over a connection, is left out.
  void restore(const std::string& aor, std::vector<Binding> bindings);

  /// A REGISTER request.
  void handle(IncomingRequest request);
  /// Bindings that can only be reached over this connection are gone.
  void on_flow_closed(const Flow& flow);

  /// The bindings of an address-of-record, best first. Valid until the next call of the registrar.
  std::vector<const Binding*> find(const std::string& aor) const;
  void remove(const std::string& aor_given);
  void remove_all();
  size_t size() const { return count_; }
  DigestServer& digest() { return digest_; }

 private:
  struct Entry;
  struct Change;
  using Entries = std::vector<std::unique_ptr<Entry>>;

  void authenticated(IncomingRequest request, const User& user);
  std::optional<Refusal> read_changes(const Message& request, const User& user,
                                      std::vector<Change>& changes) const;
  std::optional<Refusal> read_contact(const Message& request, std::string_view value,
                                      Change& change) const;
  void apply(const IncomingRequest& request, const std::string& aor, std::vector<Change>& changes);
  void put(const std::string& aor, Entry* entry, Binding binding);
  void keep(const std::string& aor, UniqueFunction<void(bool)> done);
  Response bindings_response(const Message& request, const std::string& aor) const;
  Entry* find_entry(const std::string& aor, const Change& change) const;
  void drop(const std::string& aor, Entry& entry, Gone why);
  void expire(Entry& entry);

  TimerWheel& wheel_;
  const Options options_;
  Users& users_;
  Listener& listener_;
  DigestServer digest_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);  // for look-ups that outlive us
  std::unordered_map<std::string, Entries> aors_;
  std::unordered_multimap<uint64_t, Entry*> by_connection_;
  size_t count_ = 0;
};

}  // namespace tandem::sip
