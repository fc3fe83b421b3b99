#pragma once

#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "carrier/rcs.h"
#include "core/clock.h"

namespace tandem::carrier::sandbox {

/// The sandbox's RCS network: handsets whose script has `rcs` take messages of agents, show
/// everything there is to show, and confirm at once. What they got is kept in memory.
class RcsPhones final : public RcsNetwork {
 public:
  /// Messages that are kept, the latest of them.
  static constexpr size_t kKept = 1'000;

  /// `has_rcs` tells whether a handset has RCS; from any thread.
  RcsPhones(std::function<bool(const std::string& number)> has_rcs, const Clock& clock)
      : has_rcs_(std::move(has_rcs)), clock_(clock) {}

  void find_features(const std::string& agent, const std::string& number,
                     UniqueFunction<void(Result<Features>)> done) override;
  void invite(const std::string& agent, const std::string& number) override;
  void send(RcsSubmit submit, UniqueFunction<void(RcsAnswer)> done) override;
  void set_listener(Listener listener) override { listener_ = std::move(listener); }

  /// What phones got, latest first, of one (empty: of all), as a JSON array.
  std::string list(const std::string& number) const;
  void clear();

 private:
  struct Got {
    RcsSubmit submit;
    bool invitation = false;
    WallTime at{};
  };
  void keep(Got got);

  std::function<bool(const std::string&)> has_rcs_;
  const Clock& clock_;
  Listener listener_;
  mutable std::mutex mutex_;
  std::deque<Got> got_;  // latest first
};

}  // namespace tandem::carrier::sandbox
