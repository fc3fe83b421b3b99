#include "products/voice/call_machine.h"

#include <doctest/doctest.h>

#include "ledger/books.h"
#include "ledger/holds.h"
#include "ledger/views.h"
#include "products/common/detail_records.h"
#include "products/common/testing.h"
#include "products/voice/gather.h"
#include "products/voice/playing.h"
#include "products/voice/voice.h"

namespace tandem::products::voice {
namespace {

/// Keeps orders instead of carrying them out.
class Notebook final : public Engine {
 public:
  void carry_out(std::vector<Order> orders) override {
    for (Order& order : orders) kept.push_back(std::move(order));
  }
  std::vector<Order> kept;
};

/// A call in a store of its own, and steps on it.
struct World {
  products::testing::TestServices handed;
  api::testing::Platform platform;
  ledger::Rates rates = *ledger::Rates::built_in();
  Office office{.rates = rates,
                .secrets = *handed.secrets,
                .base_url = "http://localhost",
                .domain = "localhost",
                .own_address = "127.0.0.1:5060",
                .process = "p"};
  Notebook engine;
  std::vector<events::Event> told;

  World()
      : platform([this](api::Registry& registry) {
          declare(registry, handed.get());
          for (store::Collection& each : ledger::collections()) {
            registry.collection(std::move(each));
          }
        }) {
    step([](Turn& turn, CallState*) {
      CallState call;
      call.id = "v3:call";
      call.session_id = "session";
      call.leg_id = "leg";
      call.account = "account";
      call.incoming = true;
      call.on_net = true;
      call.from = "+13125550100";
      call.to = "+13125550101";
      call.started_ms = turn.now_ms();
      turn.add(std::move(call));
    });
  }

  void step(const std::function<void(Turn&, CallState*)>& what) {
    const auto snapshot = platform.database->snapshot();
    Turn turn(platform.moment(), *snapshot, office);
    what(turn, turn.find("v3:call"));
    api::Effects effects = turn.effects(engine);
    REQUIRE(platform.database->commit_now(std::move(effects.batch)).status ==
            store::Committed::Status::Done);
    for (auto& command : effects.after_commit) command();
    for (events::Event& event : effects.events) told.push_back(std::move(event));
  }
  void report(const Report& report) {
    step([&](Turn& turn, CallState* call) { on_report(turn, *call, report); });
  }
  json::Value last(std::string_view type) const {
    for (auto event = told.rbegin(); event != told.rend(); ++event) {
      if (event->type == type) return *json::Value::parse(event->payload);
    }
    return {};
  }
  /// The token of the newest timer.
  uint64_t timer() const {
    for (auto order = engine.kept.rbegin(); order != engine.kept.rend(); ++order) {
      if (const auto* started = std::get_if<orders::StartTimer>(&*order)) return started->token;
    }
    return 0;
  }
  void gather(int64_t minimum, int64_t maximum, std::optional<Sound> prompt = {}) {
    step([&](Turn& turn, CallState* call) {
      Gather gather;
      gather.valid_digits = "0123456789";
      gather.terminating_digit = "#";
      gather.minimum = minimum;
      gather.maximum = maximum;
      gather.tries_left = 1;
      gather.timeout_millis = 60'000;
      gather.inter_digit_millis = 5'000;
      if (prompt) gather.prompt_sound = sound_document(*prompt);
      start_gather(turn, *call, std::move(gather));
    });
  }
  void deposit(ledger::Nanos amount) {
    store::Batch batch;
    ledger::Note note;
    note.id = "deposit";
    note.owner = "account";
    note.charge = ledger::Charge::Payment;
    note.occurred_at = platform.moment().now;
    ledger::deposit(batch, note, amount);
    REQUIRE(platform.database->commit_now(std::move(batch)).status ==
            store::Committed::Status::Done);
  }
  void press(std::string_view keys) {
    for (const char key : keys) report(reports::Digit{key});
  }
};

TEST_CASE("a call is answered and ends once") {
  World world;
  world.report(reports::Answered{});
  world.report(reports::Answered{});
  reports::Ended ended;
  ended.source = "caller";
  ended.sip_code = 200;
  world.report(ended);
  world.report(ended);
  REQUIRE(world.told.size() == 2);
  CHECK(world.told[0].type == "call.answered");
  const json::Value hangup = world.last("call.hangup");
  CHECK(hangup["hangup_cause"].string() == "normal_clearing");
  CHECK(hangup["hangup_source"].string() == "caller");
  CHECK(hangup["sip_hangup_cause"].string() == "200");
  CHECK(world.platform.database->snapshot()->get(kDetailRecords, "leg"));
}

TEST_CASE("digits are gathered until the terminating one, the maximum, or silence") {
  World world;
  world.report(reports::Answered{});
  world.gather(1, 10);
  world.press("12#");
  CHECK(world.last("call.gather.ended")["digits"].string() == "12");
  CHECK(world.last("call.gather.ended")["status"].string() == "valid");
  world.gather(1, 2);
  world.press("345");
  CHECK(world.last("call.gather.ended")["digits"].string() == "34");
  world.gather(3, 4);
  world.press("6");
  world.report(reports::TimerFired{world.timer()});
  CHECK(world.last("call.gather.ended")["status"].string() == "invalid");
  world.gather(1, 4);
  world.report(reports::TimerFired{world.timer()});
  CHECK(world.last("call.gather.ended")["status"].string() == "timeout");
  CHECK(world.last("call.dtmf.received")["digit"].string() == "6");
}

TEST_CASE("the first key ends the prompt; too few keys lead to another try") {
  World world;
  world.report(reports::Answered{});
  world.gather(2, 2, Sound{});
  CHECK(std::holds_alternative<orders::Play>(world.engine.kept.back()));
  world.press("1#");
  CHECK(world.last("call.gather.ended").is_null());
  CHECK(std::holds_alternative<orders::Play>(world.engine.kept.back()));
  world.press("9#");
  CHECK(world.last("call.gather.ended")["status"].string() == "invalid");
}

TEST_CASE("a call that lasts sets more money aside, minute by minute") {
  World world;
  world.deposit(10'000'000);
  world.step([](Turn& turn, CallState* call) {
    call->metered = true;
    call->price_nanos = 60'000;
    call->held_nanos = 120'000;
    ledger::open_hold(turn.extra().batch, {.id = "call/v3:call",
                                           .owner = "account",
                                           .amount = call->held_nanos,
                                           .kept_elsewhere = true});
  });
  world.report(reports::Answered{});
  const auto held = [&] {
    return ledger::read_balance(*world.platform.database->snapshot(), "account").pending;
  };
  for (int minute = 1; minute <= 3; ++minute) {
    world.platform.clock.advance(std::chrono::seconds(60));
    world.report(reports::TimerFired{world.timer()});
    CHECK(held() == 120'000 + minute * 60'000);
  }
  world.report(reports::Ended{});
  CHECK(held() == 0);
}

TEST_CASE("a hold that stands in a row of its own is given back when the call ends") {
  World world;
  world.deposit(10'000'000);
  world.step([](Turn& turn, CallState* call) {
    call->metered = true;
    call->price_nanos = 60'000;
    ledger::open_hold(turn.extra().batch,
                      {.id = "call/v3:call", .owner = "account", .amount = 120'000});
  });
  world.report(reports::Ended{});
  const auto snapshot = world.platform.database->snapshot();
  CHECK(ledger::read_balance(*snapshot, "account").pending == 0);
  CHECK_FALSE(ledger::find_hold(*snapshot, "call/v3:call"));
}

TEST_CASE("within its means a call is charged what was set aside, and ends when there is no more") {
  World world;
  world.deposit(1'000);
  world.step([](Turn& turn, CallState* call) {
    call->metered = true;
    call->price_nanos = 60'000;
    call->held_nanos = 1'000;
    ledger::open_hold(turn.extra().batch, {.id = "call/v3:call",
                                           .owner = "account",
                                           .amount = call->held_nanos,
                                           .kept_elsewhere = true});
  });
  world.report(reports::Answered{});
  const uint64_t timer = world.timer();
  world.platform.clock.advance(std::chrono::seconds(5));
  world.step([timer](Turn& turn, CallState* call) {
    turn.set_within_means(true);
    on_report(turn, *call, reports::TimerFired{timer});
  });
  CHECK(std::holds_alternative<orders::HangUp>(world.engine.kept.back()));
  world.step([](Turn& turn, CallState* call) {
    turn.set_within_means(true);
    on_report(turn, *call, reports::Ended{});
  });
  CHECK(world.told.back().type == "call.hangup");
  const auto snapshot = world.platform.database->snapshot();
  CHECK(ledger::read_balance(*snapshot, "account").balance == 0);
  CHECK(ledger::read_balance(*snapshot, "account").pending == 0);
}

TEST_CASE("what runs ends with the call") {
  World world;
  world.report(reports::Answered{});
  world.gather(1, 4);
  world.press("7");
  world.report(reports::Ended{});
  CHECK(world.last("call.gather.ended")["status"].string() == "call_hangup");
  CHECK(world.last("call.gather.ended")["digits"].string() == "7");
  CHECK(world.told.back().type == "call.hangup");
}

}  // namespace
}  // namespace tandem::products::voice
