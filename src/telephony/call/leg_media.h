#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "telephony/call/plan.h"
#include "telephony/media/engine.h"
#include "telephony/sdp/negotiator.h"

namespace tandem::call {

struct SwitchOptions;

/// The media of one leg: agrees with the peer by offer and answer, and keeps the media engine's
/// leg in step with what was agreed. Costs nothing until open().
class LegMedia {
 public:
  LegMedia(media::Engine& engine, Random& random, const SwitchOptions& options)
      : engine_(engine), random_(random), options_(options) {}

  /// What may be agreed on from now on.
  void set_plan(MediaPlan plan);
  const MediaPlan& plan() const { return plan_; }
  /// These codecs go first, in our answers too.
  void prefer(const std::vector<std::string>& codecs);

  /// Takes ports, once. `beside`: a leg it will be bridged to.
  Result<void, Refusal> open(bool v6, std::optional<media::LegId> beside);
  bool is_open() const { return id_ != 0; }
  /// 0 before open() and after close().
  media::LegId id() const { return id_; }
  void close();

  // Offer and answer; open() first.
  std::string offer();
  Result<std::string, sdp::Refusal> answer(std::string_view offer);
  Result<void, sdp::Refusal> take_answer(std::string_view answer);
  /// Our description as it was sent last.
  std::string local() const { return negotiator_->local(); }
  /// We put the peer on hold; takes effect with the next offer or answer.
  void set_holding(bool holding);

  /// The peer's name for where its audio goes, while its address is not known; empty: it is.
  std::string unknown_host() const;
  void set_host_address(const std::string& name, std::string address);
  bool v6() const { return v6_; }

  /// Something was agreed on.
  bool agreed() const { return negotiator_ && negotiator_->audio(); }
  /// The peer holds us.
  bool held() const;
  bool secure() const;
  /// Keys come as telephone-event.
  bool has_events() const;
  /// Agreed codecs, the first is what we send.
  std::vector<std::string> codecs() const;
  std::string codec() const;

 private:
  sdp::AudioPolicy policy() const;
  sdp::LocalStream local_stream() const;
  media::LegSettings settings() const;
  void configure(std::string_view remote);

  media::Engine& engine_;
  Random& random_;
  const SwitchOptions& options_;
  MediaPlan plan_;
  bool own_order_ = false;
  bool v6_ = false;
  std::string host_;  // a name of the peer's, and the address it has
  std::string host_address_;
  bool holding_ = false;
  media::LegId id_ = 0;
  uint16_t port_ = 0;
  std::unique_ptr<sdp::Negotiator> negotiator_;
  size_t configured_ = 0;  // hash of both descriptions the engine knows
};

}  // namespace tandem::call
