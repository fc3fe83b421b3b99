#include "telephony/call/switch.h"

#include <utility>

#include "telephony/call/core.h"
#include "telephony/call/verbs.h"

namespace tandem::call {

Switch::Switch(SwitchOptions options, Directory& directory, Listener& listener, Metrics& metrics)
    : core_(std::make_unique<Core>(std::move(options), directory, listener, metrics)) {}

Switch::~Switch() = default;

Result<void> Switch::open() { return core_->open(); }

void Switch::listen() { core_->listen(); }

Result<void> Switch::start() {
  auto opened = open();
  if (opened) listen();
  return opened;
}

void Switch::stop() { core_->stop(); }

uint16_t Switch::port(size_t listen_index) const { return core_->port(listen_index); }

std::function<void(std::shared_ptr<http::Exchange>)> Switch::websocket_handler() {
  return core_->websocket_handler();
}

LegId Switch::dial(DialPlan plan) {
  const LegId id = core_->new_leg_id();
  on_core(*core_,
          [id, plan = std::move(plan)](Core& core) mutable { core.dial(id, std::move(plan)); });
  return id;
}

void Switch::ring(LegId leg, bool early_media, HeaderList headers, Done done) {
  on_leg(*core_, leg, std::move(done),
         [early_media, headers = std::move(headers)](Leg& at) mutable {
           return at.ring(early_media, std::move(headers));
         });
}

void Switch::answer(LegId leg, AnswerPlan plan, Done done) {
  on_leg(*core_, leg, std::move(done),
         [plan = std::move(plan)](Leg& at) mutable { return at.answer(std::move(plan)); });
}

void Switch::reject(LegId leg, HangupPlan plan, Done done) {
  on_leg(*core_, leg, std::move(done),
         [plan = std::move(plan)](Leg& at) mutable -> Result<void, Refusal> {
           if (!at.incoming() || at.answered()) return tl::unexpected(Refusal::WrongState);
           return at.hangup(std::move(plan), HangupCause::NormalClearing);
         });
}

void Switch::hangup(LegId leg, HangupPlan plan, HangupCause cause, Done done) {
  on_leg(*core_, leg, std::move(done), [plan = std::move(plan), cause](Leg& at) mutable {
    return at.hangup(std::move(plan), cause);
  });
}

void Switch::bridge(LegId a, LegId b, Parting parting, std::string ringback, Done done) {
  on_leg(*core_, a, std::move(done),
         [core = core_.get(), b, parting,
          ringback = std::move(ringback)](Leg& at) mutable -> Result<void, Refusal> {
           Leg* const other = core->find(b);
           if (other == nullptr) return tl::unexpected(Refusal::NoSuchLeg);
           return core->bridges().connect(at, *other, parting, std::move(ringback));
         });
}

void Switch::unbridge(LegId leg, Done done) {
  on_leg(*core_, leg, std::move(done),
         [core = core_.get()](Leg& at) { return core->bridges().unbridge(at); });
}

void Switch::limit_time(LegId leg, std::chrono::milliseconds limit) {
  with_leg(*core_, leg, [limit](Leg& at) { at.limit_time(limit); });
}

void Switch::hold(LegId leg, bool held, Done done) {
  on_leg(*core_, leg, std::move(done), [held](Leg& at) { return at.hold(held); });
}

void Switch::refer(LegId leg, std::string target, HeaderList headers, Done done) {
  on_leg(*core_, leg, std::move(done),
         [target = std::move(target), headers = std::move(headers)](Leg& at) mutable {
           return at.refer(target, std::move(headers));
         });
}

void Switch::refer_replacing(LegId leg, LegId replaced, HeaderList headers, Done done) {
  on_leg(*core_, leg, std::move(done),
         [core = core_.get(), replaced,
          headers = std::move(headers)](Leg& at) mutable -> Result<void, Refusal> {
           Leg* const other = core->find(replaced);
           if (other == nullptr) return tl::unexpected(Refusal::NoSuchLeg);
           if (!other->answered()) return tl::unexpected(Refusal::WrongState);
           const std::string target = sip::refer_to_replacing(other->peer_uri(), *other->dialog());
           return at.refer(target, std::move(headers));
         });
}

LegId Switch::transfer(LegId referrer, DialPlan plan, std::string ringback) {
  const LegId id = core_->new_leg_id();
  Link link;
  link.referrer = referrer;
  link.ringback = std::move(ringback);
  plan.link = std::move(link);
  on_core(*core_,
          [id, plan = std::move(plan)](Core& core) mutable { core.transfer(id, std::move(plan)); });
  return id;
}

void Switch::hand_over(LegId referrer, LegId replaced, Done done) {
  on_leg(*core_, referrer, std::move(done), [core = core_.get(), replaced](Leg& at) {
    return core->bridges().hand_over(at, replaced);
  });
}

void Switch::accept_referral(LegId leg, Done done) {
  on_leg(*core_, leg, std::move(done), [](Leg& at) { return at.accept_referral(); });
}

void Switch::reject_referral(LegId leg, int status, Done done) {
  on_leg(*core_, leg, std::move(done), [status](Leg& at) { return at.reject_referral(status); });
}

void Switch::notify_referral(LegId leg, int status) {
  with_leg(*core_, leg, [status](Leg& at) {
    if (at.dialog() != nullptr) at.dialog()->notify_referral(status);
  });
}

void Switch::send_info(LegId leg, sip::Body body, HeaderList headers, Done done) {
  on_leg(*core_, leg, std::move(done),
         [body = std::move(body), headers = std::move(headers)](Leg& at) mutable {
           return at.send_info(std::move(body), std::move(headers));
         });
}

void Switch::send_digits(LegId leg, std::string digits, std::chrono::milliseconds duration) {
  with_leg(*core_, leg, [digits = std::move(digits), duration](Leg& at) mutable {
    at.send_digits(std::move(digits), duration);
  });
}

void Switch::find_bindings(std::string aor, UniqueFunction<void(std::vector<sip::Binding>)> done) {
  on_core(*core_, [aor = std::move(aor), done = std::move(done)](Core& core) mutable {
    std::vector<sip::Binding> out;
    for (const sip::Binding* binding : core.bindings(aor)) out.push_back(*binding);
    done(std::move(out));
  });
}

void Switch::drop_bindings(std::string aor) {
  on_core(*core_, [aor = std::move(aor)](Core& core) { core.registrar().remove(aor); });
}

void Switch::drop_all_bindings() {
  on_core(*core_, [](Core& core) { core.registrar().remove_all(); });
}

void Switch::restore_bindings(std::string aor, std::vector<sip::Binding> bindings) {
  on_core(*core_, [aor = std::move(aor), bindings = std::move(bindings)](Core& core) mutable {
    core.registrar().restore(aor, std::move(bindings));
  });
}

void Switch::locate(std::string uri, UniqueFunction<void(std::vector<std::string>)> done) {
  on_core(*core_, [uri = std::move(uri), done = std::move(done)](Core& core) mutable {
    core.locate(uri, std::move(done));
  });
}

void Switch::set_trunk(Trunk trunk) {
  on_core(*core_,
          [trunk = std::move(trunk)](Core& core) mutable { core.trunks().set(std::move(trunk)); });
}

void Switch::remove_trunk(std::string name) {
  on_core(*core_, [name = std::move(name)](Core& core) { core.trunks().remove(name); });
}

void Switch::trust(std::string ip) {
  on_core(*core_, [ip = std::move(ip)](Core& core) {
    if (const auto address = sip::Address::parse(ip, 0)) {
      core.endpoint().limiter().trust(*address);
    }
  });
}

void Switch::distrust(std::string ip) {
  on_core(*core_, [ip = std::move(ip)](Core& core) {
    if (const auto address = sip::Address::parse(ip, 0)) {
      core.endpoint().limiter().distrust(*address);
    }
  });
}

size_t Switch::legs() const { return core_->count(); }

void Switch::post(UniqueFunction<void()> work) { core_->post(std::move(work)); }

bool Switch::on_this_thread() const { return core_->shard().on_this_thread(); }

}  // namespace tandem::call
