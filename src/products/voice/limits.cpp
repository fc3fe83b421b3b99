#include "products/voice/limits.h"

#include <string>

#include "ledger/money.h"

namespace tandem::products::voice {
namespace {

constexpr std::string_view kAccountCounter = "calls/account/";
constexpr std::string_view kProfileCounter = "calls/profile/";
constexpr std::string_view kOutboundCounter = "calls/outbound/";
constexpr std::string_view kInboundCounter = "calls/inbound/";
constexpr size_t kDateSize = 10;  // of "2026-11-20"

void take(Turn& turn, CallState& call, std::string key, int64_t most) {
  store::Adjust adjust{key, 1};
  adjust.max = most;
  turn.extra().batch.adjusts.push_back(std::move(adjust));
  call.counters.push(std::move(key));
}

/// The limit in a member that may be null: none.
int64_t limit_of(const json::Value& value) {
  const int64_t limit = value.integer();
  return limit > 0 ? limit : INT64_MAX;
}

std::string key_of(std::string_view prefix, std::string_view id) {
  return std::string(prefix).append(id);
}

std::string spending_key(std::string_view profile, WallTime now) {
  return "calls/spent/" + std::string(profile) + "/" + to_iso8601(now).substr(0, kDateSize);
}

}  // namespace

void take_outbound_limits(Turn& turn, CallState& call, const json::Value& connection,
                          const json::Value& profile) {
  call.counters = json::Value::array();
  take(turn, call, key_of(kAccountCounter, call.account), kMaxAccountCalls);
  if (profile.is_object()) {
    take(turn, call, key_of(kProfileCounter, profile["id"].string()),
         limit_of(profile["concurrent_call_limit"]));
  }
  take(turn, call, key_of(kOutboundCounter, connection["id"].string()),
       limit_of(connection.at_path("outbound.channel_limit")));
  turn.extra().out_of_bounds = limit_error;
}

void take_inbound_limits(Turn& turn, CallState& call, const json::Value& connection) {
  call.counters = json::Value::array();
  take(turn, call, key_of(kInboundCounter, connection["id"].string()),
       limit_of(connection.at_path("inbound.channel_limit")));
  turn.extra().out_of_bounds = limit_error;
}

void release_limits(Turn& turn, CallState& call) {
  if (!call.counters.is_array()) return;
  for (const json::Value& key : call.counters.items()) {
    turn.extra().batch.adjusts.push_back({std::string(key.string()), -1});
  }
  call.counters = {};
}

Result<void, api::ApiError> check_spending(const Turn& turn, const json::Value& profile,
                                           ledger::Nanos a_minute) {
  const double highest = profile["max_destination_rate"].number();
  if (highest > 0 &&
      static_cast<double>(a_minute) > highest * static_cast<double>(ledger::kNanosPerUnit)) {
    return api::refuse("10010", "The destination costs more than the outbound profile allows.",
                       "/to");
  }
  if (!profile["daily_spend_limit_enabled"].boolean()) return {};
  const auto limit = ledger::parse_decimal(profile["daily_spend_limit"].string());
  if (!limit) return {};
  const std::string key = spending_key(profile["id"].string(), turn.now());
  if (turn.snapshot().counter(key) < *limit) return {};
  return api::refuse("10039", "The outbound voice profile has reached its daily spend limit.");
}

void count_spending(Turn& turn, const CallState& call, ledger::Nanos cost) {
  if (call.profile_id.empty() || cost <= 0) return;
  turn.extra().batch.adjusts.push_back({spending_key(call.profile_id, turn.now()), cost});
}

api::ApiError limit_error(std::string_view counter) {
  if (counter.starts_with(kAccountCounter)) {
    return {"90041", "Your account has as many calls as it may have at once."};
  }
  if (counter.starts_with(kProfileCounter)) {
    return {"90042", "The outbound voice profile has as many calls as it may have at once."};
  }
  if (counter.starts_with(kOutboundCounter) || counter.starts_with(kInboundCounter)) {
    return {"90043", "The connection has as many calls as it may have at once."};
  }
  if (counter.starts_with(kChannelCounter)) {
    return {"90043", "All inbound channels of the account are taken."};
  }
  return {"20100", "There is not enough money for this call."};
}

}  // namespace tandem::products::voice
