#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "api/dispatcher.h"
#include "products/voice/office.h"
#include "products/voice/reports.h"
#include "products/voice/turn.h"

namespace tandem::products::voice {

/// Takes what the engine reports into the store: each call's reports one after the other and in
/// their order, those of different calls side by side. From any thread.
class ReportLanes {
 public:
  /// All outlive this; `engine` carries out what follows.
  ReportLanes(const Office& office, Engine& engine) : office_(office), engine_(engine) {}

  void start(api::Dispatcher& dispatcher) { dispatcher_ = &dispatcher; }
  void report(const std::string& call, Report report);

 private:
  using Reports = std::vector<Report>;

  using Shared = std::shared_ptr<const Reports>;

  /// `within_means`: see Turn::within_means().
  void decide(const std::string& call, Shared reports, bool within_means);
  void decided(const std::string& call, const Shared& reports, bool within_means,
               const api::Decided& outcome);

  const Office& office_;
  Engine& engine_;
  api::Dispatcher* dispatcher_ = nullptr;
  std::mutex mutex_;
  /// Reports that wait while others of their call are taken in.
  std::unordered_map<std::string, Reports> waiting_;
};

}  // namespace tandem::products::voice
