#include "products/voice/forking.h"

#include <charconv>
#include <utility>

#include "products/voice/charges.h"

namespace tandem::products::voice {
namespace {

json::Value fork_payload() { return json::Value::object({{"stream_type", "decrypted"}}); }

}  // namespace

std::optional<rtp::Endpoint> read_fork_target(std::string_view text) {
  if (!text.starts_with("udp:")) return std::nullopt;
  text.remove_prefix(4);
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view ip = text.substr(0, colon);
  if (ip.starts_with('[') && ip.ends_with(']')) ip = ip.substr(1, ip.size() - 2);
  uint16_t port = 0;
  const std::string_view digits = text.substr(colon + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc() || end != digits.data() + digits.size() || port == 0) {
    return std::nullopt;
  }
  const auto target = rtp::Endpoint::parse(ip, port);
  if (!target) return std::nullopt;
  return *target;
}

void start_fork(Turn& turn, CallState& call, std::string received_to, std::string sent_to) {
  end_fork(turn, call);
  call.forked_ms = turn.now_ms();
  turn.order(orders::StartFork{call.id, std::move(received_to), std::move(sent_to)});
  turn.tell(call, "call.fork.started", fork_payload());
}

void end_fork(Turn& turn, CallState& call) {
  if (call.forked_ms == 0) return;
  const int64_t began = std::exchange(call.forked_ms, 0);
  const int64_t seconds = (turn.now_ms() - began + 999) / 1000;
  turn.order(orders::StopFork{call.id});
  turn.tell(call, "call.fork.stopped", fork_payload());
  json::Value record = fork_payload();
  record.set("fork_sec", seconds);
  record.set("billed_sec", seconds);
  record.set("started_at", to_iso8601(WallTime(Millis(began))));
  record.set("finished_at", to_iso8601(turn.now()));
  record.set("rate_measured_in", "minutes");
  charge_service(turn, call, "fork_minute", "forking", seconds, std::move(record));
}

}  // namespace tandem::products::voice
