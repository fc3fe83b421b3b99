#include "telephony/call/trunks.h"

#include <utility>

namespace tandem::call {
namespace {

constexpr int kGood = 200;

}  // namespace

struct Trunks::Entry final : sip::HealthCheck::Listener, sip::Registration::Listener {
  Entry(Trunks& of, Switch::Trunk trunk) : name(std::move(trunk.name)), told(of.listener_) {
    if (trunk.health) {
      health = std::make_unique<sip::HealthCheck>(of.endpoint_, std::move(*trunk.health), *this);
      health->start();
    }
    if (!trunk.registration) return;
    registration = std::make_unique<sip::Registration>(of.endpoint_, of.random_,
                                                       std::move(*trunk.registration), *this);
    registration->start();
  }
  ~Entry() override {
    if (registration) registration->stop();
  }
  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;

  void on_health_changed(sip::HealthCheck&, bool up, int status) override {
    told.on_trunk_health(name, up, status);
  }
  void on_registered(sip::Registration&, std::chrono::seconds) override {
    told.on_trunk_registration(name, kGood);
  }
  void on_registration_failed(sip::Registration&, int status, std::chrono::seconds) override {
    told.on_trunk_registration(name, status);
  }

  const std::string name;
  call::Listener& told;
  std::unique_ptr<sip::HealthCheck> health;
  std::unique_ptr<sip::Registration> registration;
};

Trunks::Trunks(sip::Endpoint& endpoint, Random& random, Listener& listener)
    : endpoint_(endpoint), random_(random), listener_(listener) {}

Trunks::~Trunks() = default;

void Trunks::set(Switch::Trunk trunk) {
  const std::string name = trunk.name;
  trunks_.erase(name);  // takes an old registration back before the new one is asked for
  trunks_.emplace(name, std::make_unique<Entry>(*this, std::move(trunk)));
}

void Trunks::remove(const std::string& name) { trunks_.erase(name); }

bool Trunks::is_up(const std::string& name) const {
  const auto found = trunks_.find(name);
  const bool watched = found != trunks_.end() && found->second->health != nullptr;
  return !watched || found->second->health->is_up();
}

}  // namespace tandem::call
