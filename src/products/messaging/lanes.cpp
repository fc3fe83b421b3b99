#include "products/messaging/lanes.h"

#include <algorithm>

#include "products/messaging/sender.h"

namespace tandem::products::messaging {
namespace {

/// Turns of one sender that are looked at for one whose pair is free.
constexpr size_t kLookAhead = 64;
/// Senders whose pace is remembered while nothing of theirs waits.
constexpr size_t kMostIdleLanes = 20'000;

std::string pair_of(const Turn& turn) { return turn.from + '|' + turn.to; }

}  // namespace

double Lanes::pace_of(int kind) const {
  switch (static_cast<SenderKind>(kind)) {
    case SenderKind::TollFree:
      return throughput_.toll_free;
    case SenderKind::ShortCode:
      return throughput_.short_code;
    case SenderKind::Alphanumeric:
      return throughput_.alphanumeric;
    case SenderKind::LongCode:
      break;
  }
  return throughput_.long_code;
}

bool Lanes::add(Turn turn, WallTime now) {
  if (waiting_.count(turn.id) > 0) return true;
  if (waiting_.size() >= kMostTurns) return false;
  waiting_.insert(turn.id);
  if (turn.not_before <= now) {
    place(std::move(turn), false);
    return true;
  }
  busy_.insert(pair_of(turn));
  const WallTime due = turn.not_before;
  delayed_.emplace(due, std::move(turn));
  return true;
}

Lanes::Lane& Lanes::lane_of(const Turn& turn) {
  const std::string key = turn.account + '|' + turn.from;
  const auto found = lanes_.find(key);
  if (found != lanes_.end()) return found->second;
  if (lanes_.size() >= kMostIdleLanes + kMostTurns) forget_idle();
  const Lane lane{{}, carrier::smpp::TokenBucket(pace_of(turn.kind))};
  return lanes_.emplace(key, lane).first->second;
}

void Lanes::forget_idle() {
  for (auto it = lanes_.begin(); it != lanes_.end();) {
    const bool idle = it->second.turns[0].empty() && it->second.turns[1].empty();
    it = idle ? lanes_.erase(it) : std::next(it);
  }
  accounts_.clear();
}

void Lanes::place(Turn turn, bool first) {
  Lane& lane = lane_of(turn);
  if (lane.turns[0].empty() && lane.turns[1].empty()) {
    order_.push_back(turn.account + '|' + turn.from);
  }
  auto& turns = lane.turns[turn.priority == 0 ? 0 : 1];
  if (first) {
    turns.push_front(std::move(turn));
  } else {
    turns.push_back(std::move(turn));
  }
}

bool Lanes::take_from(Lane& lane, Time steady, std::vector<Turn>& out) {
  for (std::deque<Turn>& turns : lane.turns) {
    const size_t look = std::min(turns.size(), kLookAhead);
    std::unordered_set<std::string> passed;  // pairs whose earlier message had to wait
    for (size_t i = 0; i < look; ++i) {
      const std::string pair = pair_of(turns[i]);
      if (busy_.count(pair) > 0 || !passed.insert(pair).second) continue;
      if (!held_.empty() && held_.contains(turns[i].id)) continue;
      auto account = accounts_.try_emplace(turns[i].account, throughput_.account).first;
      if (account->second.next(steady) > steady || !lane.pace.take(steady)) return false;
      static_cast<void>(account->second.take(steady));
      busy_.insert(pair);
      waiting_.erase(turns[i].id);
      out.push_back(std::move(turns[i]));
      turns.erase(turns.begin() + static_cast<std::ptrdiff_t>(i));
      return true;
    }
  }
  return false;
}

std::vector<Turn> Lanes::take(size_t most, WallTime now, Time steady) {
  while (!delayed_.empty() && delayed_.begin()->first <= now) {
    release(delayed_.begin()->second);
    place(std::move(delayed_.begin()->second), true);
    delayed_.erase(delayed_.begin());
  }
  std::vector<Turn> out;
  size_t fruitless = 0;  // senders in a row that had nothing to give
  while (out.size() < most && fruitless < order_.size()) {
    std::string key = std::move(order_.front());
    order_.pop_front();
    Lane& lane = lanes_.find(key)->second;
    fruitless = take_from(lane, steady, out) ? 0 : fruitless + 1;
    const bool more = !lane.turns[0].empty() || !lane.turns[1].empty();
    if (more) order_.push_back(std::move(key));
  }
  return out;
}

void Lanes::release(const Turn& turn) { busy_.erase(pair_of(turn)); }

void Lanes::clear() {
  lanes_.clear();
  order_.clear();
  delayed_.clear();
  waiting_.clear();
  held_.clear();
  busy_.clear();
}

std::optional<WallTime> Lanes::next_due() const {
  if (delayed_.empty()) return std::nullopt;
  return delayed_.begin()->first;
}

}  // namespace tandem::products::messaging
