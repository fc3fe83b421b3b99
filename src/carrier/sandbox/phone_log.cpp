#include "carrier/sandbox/phone_log.h"

#include <algorithm>
#include <filesystem>

namespace tandem::carrier::sandbox {

std::string PhoneLog::add(PhoneCall call) {
  const std::lock_guard lock(mutex_);
  if (calls_.size() >= kMaxCalls) {
    const auto oldest = std::find_if(calls_.begin(), calls_.end(), [](const PhoneCall& each) {
      return each.status == PhoneCall::Status::Ended;
    });
    if (oldest != calls_.end()) forget(oldest);
  }
  call.id = std::to_string(++last_id_);
  calls_.push_back(std::move(call));
  return calls_.back().id;
}

void PhoneLog::change(const std::string& id, const std::function<void(PhoneCall&)>& how) {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(calls_.rbegin(), calls_.rend(),
                                  [&](const PhoneCall& each) { return each.id == id; });
  if (found != calls_.rend()) how(*found);
}

std::optional<PhoneCall> PhoneLog::find(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(calls_.rbegin(), calls_.rend(),
                                  [&](const PhoneCall& each) { return each.id == id; });
  if (found == calls_.rend()) return std::nullopt;
  return *found;
}

std::vector<PhoneCall> PhoneLog::list(std::string_view phone, size_t limit) const {
  const std::lock_guard lock(mutex_);
  std::vector<PhoneCall> found;
  for (auto call = calls_.rbegin(); call != calls_.rend() && found.size() < limit; ++call) {
    if (phone.empty() || call->phone == phone) found.push_back(*call);
  }
  return found;
}

void PhoneLog::clear() {
  const std::lock_guard lock(mutex_);
  for (size_t at = calls_.size(); at > 0; --at) {
    const auto call = calls_.begin() + static_cast<std::ptrdiff_t>(at - 1);
    if (call->status == PhoneCall::Status::Ended) forget(call);
  }
}

void PhoneLog::forget(std::deque<PhoneCall>::iterator call) {
  std::error_code ignored;  // what stays behind goes at the next start
  if (!call->recording.empty()) std::filesystem::remove(call->recording, ignored);
  calls_.erase(call);
}

bool PhoneBook::set(const std::string& number, PhoneScript script) {
  const std::lock_guard lock(mutex_);
  if (scripts_.size() >= kMaxScripts && !scripts_.contains(number)) return false;
  scripts_[number] = std::move(script);
  return true;
}

bool PhoneBook::remove(const std::string& number) {
  const std::lock_guard lock(mutex_);
  return scripts_.erase(number) > 0;
}

std::vector<std::pair<std::string, PhoneScript>> PhoneBook::list() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::pair<std::string, PhoneScript>> all(scripts_.begin(), scripts_.end());
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  return all;
}

void PhoneBook::clear() {
  const std::lock_guard lock(mutex_);
  scripts_.clear();
}

PhoneScript PhoneBook::script_of(const std::string& number) const {
  const std::lock_guard lock(mutex_);
  if (const auto found = scripts_.find(number); found != scripts_.end()) return found->second;
  return reserved_phone(number).value_or(PhoneScript());
}

}  // namespace tandem::carrier::sandbox
