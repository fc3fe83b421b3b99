#pragma once

#include <chrono>
#include <string>
#include <unordered_map>

namespace tandem::products::messaging {

/// Keeps passwords from being guessed: a host that failed to bind too often is not looked at for a
/// while.
class BindGuard {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr int kMostFailures = 10;  // in kWindow
  static constexpr std::chrono::minutes kWindow{1};
  /// Hosts that are remembered; above it nobody new fails unpunished.
  static constexpr size_t kMostHosts = 10'000;

  bool allows(const std::string& host, Time now);
  void failed(const std::string& host, Time now);

 private:
  struct Record {
    int failures = 0;
    Time since{};
  };
  std::unordered_map<std::string, Record> hosts_;
};

}  // namespace tandem::products::messaging
