#include "products/messaging/bind_guard.h"

namespace tandem::products::messaging {

bool BindGuard::allows(const std::string& host, Time now) {
  const auto found = hosts_.find(host);
  if (found == hosts_.end()) return hosts_.size() < kMostHosts;
  if (now - found->second.since < kWindow) return found->second.failures < kMostFailures;
  hosts_.erase(found);
  return true;
}

void BindGuard::failed(const std::string& host, Time now) {
  if (hosts_.size() >= kMostHosts) {
    std::erase_if(hosts_, [&](const auto& entry) { return now - entry.second.since >= kWindow; });
  }
  if (hosts_.size() >= kMostHosts && hosts_.count(host) == 0) return;
  Record& record = hosts_.try_emplace(host, Record{0, now}).first->second;
  ++record.failures;
}

}  // namespace tandem::products::messaging
