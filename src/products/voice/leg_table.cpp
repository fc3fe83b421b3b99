#include "products/voice/leg_table.h"

namespace tandem::products::voice {
namespace {

std::string recording_key(call::LegId leg, uint64_t recording) {
  return std::to_string(leg) + "/" + std::to_string(recording);
}

}  // namespace

void LegTable::put(LegId leg, const std::string& call) {
  calls_[leg] = call;
  legs_[call] = leg;
}

void LegTable::add(LegId leg, const std::string& call) {
  const std::lock_guard lock(mutex_);
  put(leg, call);
}

std::optional<LegTable::LegId> LegTable::leg(const std::string& call) const {
  const std::lock_guard lock(mutex_);
  const auto found = legs_.find(call);
  if (found == legs_.end()) return std::nullopt;
  return found->second;
}

std::string LegTable::call(LegId leg) const {
  const std::lock_guard lock(mutex_);
  const auto found = calls_.find(leg);
  return found == calls_.end() ? std::string() : found->second;
}

std::vector<std::string> LegTable::calls() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> all;
  for (const auto& [call, leg] : legs_) all.push_back(call);
  return all;
}

void LegTable::remove(LegId leg) {
  const std::lock_guard lock(mutex_);
  const auto found = calls_.find(leg);
  if (found == calls_.end()) return;
  legs_.erase(found->second);
  calls_.erase(found);
}

void LegTable::add_recording(LegId leg, uint64_t recording, const std::string& call) {
  const std::lock_guard lock(mutex_);
  recordings_[recording_key(leg, recording)] = call;
}

std::string LegTable::take_recording(LegId leg, uint64_t recording) {
  const std::lock_guard lock(mutex_);
  const auto found = recordings_.find(recording_key(leg, recording));
  if (found == recordings_.end()) return {};
  std::string call = std::move(found->second);
  recordings_.erase(found);
  return call;
}

}  // namespace tandem::products::voice
