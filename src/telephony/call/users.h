#pragma once

#include <string>
#include <utility>
#include <vector>

#include "telephony/call/inquiries.h"
#include "telephony/sip/registrar.h"

namespace tandem::call {

/// The registrar, with the Directory as its list of users.
class Users final : private sip::Registrar::Users, private sip::Registrar::Listener {
 public:
  Users(Inquiries& inquiries, call::Listener& listener, sip::TimerWheel& wheel, Random& random,
        const std::string& realm)
      : inquiries_(inquiries),
        listener_(listener),
        registrar_(wheel, random, options(realm), *this, *this) {}

  sip::Registrar& registrar() { return registrar_; }

 private:
  static sip::Registrar::Options options(const std::string& realm) {
    sip::Registrar::Options out;
    out.digest.realm = realm;
    return out;
  }
  void find_user(const std::string& username,
                 UniqueFunction<void(std::optional<sip::Registrar::User>)> done) override {
    inquiries_.find_user(
        username, [done = std::move(done)](std::optional<call::User> user) mutable {
          if (!user || user->aor.empty()) return done(std::nullopt);
          done(sip::Registrar::User{user->credentials, user->aor, user->max_contacts});
        });
  }
  void keep_bindings(const std::string& aor, std::vector<sip::Binding> all,
                     UniqueFunction<void(bool)> done) override {
    inquiries_.keep_bindings(aor, std::move(all), std::move(done));
  }
  void on_registered(const std::string& aor, const sip::Binding& binding, bool refreshed) override {
    listener_.on_registered(aor, binding, refreshed);
  }
  void on_unregistered(const std::string& aor, const sip::Binding& binding,
                       sip::Registrar::Gone why) override {
    listener_.on_unregistered(aor, binding, why);
  }

  Inquiries& inquiries_;
  call::Listener& listener_;
  sip::Registrar registrar_;
};

}  // namespace tandem::call
