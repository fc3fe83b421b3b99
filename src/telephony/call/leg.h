#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "telephony/call/directory.h"
#include "telephony/call/events.h"
#include "telephony/call/info_digits.h"
#include "telephony/call/leg_media.h"
#include "telephony/call/plan.h"
#include "telephony/sip/call_leg.h"
#include "telephony/sip/timer_wheel.h"

namespace tandem::call {

class LegHost;

/// One leg: its dialog, its media, its state. Split over leg.cpp (its life), leg_incoming.cpp,
/// leg_outgoing.cpp and leg_change.cpp (what happens within a call). On the switch's thread.
///
/// Its ends are told in two steps: the dialog ends, the media is closed, and when the engine has
/// given its last figures, on_hangup() is told and the leg goes.
class Leg final : public sip::CallLeg::Listener, private InfoDigits::Sender {
 public:
  enum class State : uint8_t {
    Waiting,  // came in, or waits to be admitted; nothing was said to the peer yet
    Early,    // rings
    Answered,
    Ending,  // waits for its media to close
    Ended
  };

  /// A call that came in; its dialog's listener from now on.
  Leg(LegHost& host, LegId id, sip::CallLeg& sip, MediaPlan media, std::string owner);
  /// A call to place; start() begins.
  Leg(LegHost& host, LegId id, DialPlan plan);
  ~Leg() override;

  LegId id() const { return id_; }
  bool incoming() const { return incoming_; }
  State state() const { return state_; }
  bool alive() const { return state_ <= State::Answered; }
  bool answered() const { return state_ == State::Answered; }
  const std::string& owner() const { return owner_; }
  const std::optional<Link>& link() const { return link_; }
  void set_link(Link link) { link_ = std::move(link); }
  LegMedia& media() { return media_; }
  sip::CallLeg* dialog() const { return sip_; }
  /// The peer's address as far as it is known: From of its INVITE, or where we called.
  std::string peer_uri() const;
  /// The leg whose place this one takes (INVITE with Replaces).
  LegId replaces = 0;

  /// Places the call, when the Directory admits it.
  void start();
  /// It is not placed after all.
  void refuse(int status, std::string reason);
  /// Codecs of a leg this one will be bridged to go first, so that nothing need be transcoded.
  void prefer_codecs_of(Leg& other);

  // Verbs.
  Result<void, Refusal> ring(bool early_media, HeaderList headers);
  Result<void, Refusal> answer(AnswerPlan plan);
  Result<void, Refusal> hangup(HangupPlan plan, HangupCause cause);
  void limit_time(std::chrono::milliseconds limit);
  /// The peer is about to end the call; when it has not by then we do.
  void expect_end(std::chrono::milliseconds patience);
  Result<void, Refusal> hold(bool held);
  Result<void, Refusal> refer(const std::string& target, HeaderList headers);
  Result<void, Refusal> accept_referral();
  Result<void, Refusal> reject_referral(int status);
  Result<void, Refusal> send_info(sip::Body body, HeaderList headers);
  void send_digits(std::string digits, std::chrono::milliseconds duration);

  /// The media engine has closed the leg's media.
  void on_media_closed(const media::LegStats& stats);

  // sip::CallLeg::Listener
  void on_progress(sip::CallLeg& branch, const sip::Message& response) override;
  void on_answered(sip::CallLeg& branch, const sip::Message& response) override;
  void on_confirmed(sip::CallLeg& branch, const sip::Message& ack) override;
  void on_early_answer(sip::CallLeg& branch, const sip::Message& prack) override;
  void on_offer(sip::CallLeg& branch, const sip::Message& request) override;
  void on_offer_result(sip::CallLeg& branch, int status, const sip::Message* response) override;
  void on_late_answer(sip::CallLeg& branch, const sip::Message& ack) override;
  void on_info(sip::CallLeg& branch, const sip::Message& request) override;
  void on_refer(sip::CallLeg& branch, const sip::Referral& referral,
                const sip::Message& request) override;
  void on_refer_status(sip::CallLeg& branch, int status, bool final) override;
  void on_ended(sip::CallLeg& branch, const sip::LegEnd& end) override;

 private:
  using Time = std::chrono::steady_clock::time_point;

  /// What placing a call needs.
  struct Placing {
    DialPlan plan;
    Hangup last_failure;
  };

  // leg.cpp
  Result<void, Refusal> open_media(bool v6);
  void find_peer();
  void finish(Hangup hangup);
  void tell_hangup();
  void begin_talk();
  void on_time_limit();
  void drop_branches(const sip::CallLeg* keep);

  // leg_incoming.cpp
  Result<std::string, Refusal> agree();

  // leg_outgoing.cpp
  void admitted(const std::optional<RefuseCall>& refusal);
  void try_next();
  bool try_target(const Target& target);
  bool is_reached_by_v6(const Target& target) const;
  bool add_branch(sip::InviteOptions options);
  sip::InviteOptions invite_options(const Target& target);
  void attempt_failed();
  bool take_answer(std::string_view sdp);

  // leg_change.cpp
  void send_info_digit(char digit, std::chrono::milliseconds duration) override;
  void on_digits_done() override;
  void tell_hold();

  LegHost& host_;
  const LegId id_;
  const bool incoming_;
  State state_ = State::Waiting;
  std::string owner_;
  LegMedia media_;
  sip::CallLeg* sip_ = nullptr;  // of an outgoing leg: the branch that answered
  const Time began_;
  Time answered_at_{};
  std::chrono::milliseconds time_limit_{0};
  HangupCause limit_cause_ = HangupCause::TimeLimit;
  sip::Timer limit_timer_;
  std::unique_ptr<Hangup> hangup_;
  bool told_held_ = false;
  bool media_changing_ = false;  // hold() waits for its answer
  bool holding_ = false;         // as we asked for last
  bool was_holding_ = false;     // as the peer agreed to last
  bool referral_open_ = false;
  bool offered_ = true;  // incoming: the INVITE had an offer
  bool rang_ = false;    // outgoing: somebody did
  InfoDigits info_digits_;

  // Incoming.
  std::string answer_sdp_;  // ours, once agreed on

  std::optional<Link> link_;

  // Outgoing.
  std::unique_ptr<Placing> placing_;  // until it is answered
  std::string target_uri_;            // where it was answered
  size_t next_target_ = 0;
  std::vector<sip::CallLeg*> branches_;
};

}  // namespace tandem::call
