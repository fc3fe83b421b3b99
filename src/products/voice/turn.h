#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "api/call.h"
#include "products/voice/call_state.h"
#include "products/voice/office.h"
#include "products/voice/orders.h"

namespace tandem::products::voice {

/// One step of a call and of those it touches: what was read, what is changed, what is told and
/// what the engine is to do. Nothing happens before its effects are durable.
///
///   Turn turn(moment, snapshot, office);
///   CallState* call = turn.find(id);
///   call->client_state = "...";
///   turn.order(orders::Answer{.call = call->id});
///   return turn.effects(engine);
class Turn {
 public:
  Turn(api::Moment moment, const store::Snapshot& snapshot, const Office& office);

  const store::Snapshot& snapshot() const { return snapshot_; }
  api::Moment moment() const { return moment_; }
  WallTime now() const { return moment_.now; }
  int64_t now_ms() const { return moment_.now.time_since_epoch().count(); }
  Ids& ids() { return moment_.ids; }
  const Office& office() const { return office_; }

  /// The call, to be changed; null when there is none of that id. The same object each time.
  CallState* find(std::string_view id);
  /// The same, when it has not ended.
  CallState* find_alive(std::string_view id);
  /// A new call.
  CallState& add(CallState call);
  /// The calls of an account that have not ended and have that value in an indexed field.
  std::vector<CallState*> having(std::string_view account, std::string_view field,
                                 std::string_view value);

  /// Nothing may be charged or set aside beyond what already is: there was no money for more.
  bool within_means() const { return within_means_; }
  void set_within_means(bool within) { within_means_ = within; }

  void order(Order order) { orders_.push_back(std::move(order)); }
  /// Starts a timer of the call and gives its token.
  uint64_t start_timer(CallState& call, std::chrono::milliseconds delay);
  /// A number for a sound, a recording or a stream of the call.
  uint64_t next_token(CallState& call) { return ++call.last_token; }

  /// An event of the call, with the members every event has and `more`.
  void tell(const CallState& call, std::string_view type, json::Value more = {});
  /// A line of /call_events for a command; `body` is the JSON text that came with it.
  void log_command(const CallState& call, std::string_view name, std::string_view body);

  /// What else shall happen.
  api::Effects& extra() { return effects_; }
  /// Everything: changed calls, events, and the orders once that is durable. Called last, once.
  api::Effects effects(Engine& engine);
  const std::vector<Order>& orders() const { return orders_; }

 private:
  struct Loaded {
    CallState call;
    int64_t revision = 0;
    std::string before;  // the document as it was read
  };

  CallState& load(store::Row row);

  api::Moment moment_;
  const store::Snapshot& snapshot_;
  const Office& office_;
  bool within_means_ = false;
  std::deque<Loaded> calls_;
  std::vector<Order> orders_;
  api::Effects effects_;
};

}  // namespace tandem::products::voice
