#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "telephony/sip/answer_repeater.h"
#include "telephony/sip/call_leg.h"
#include "telephony/sip/dialog.h"
#include "telephony/sip/endpoint_core.h"
#include "telephony/sip/reliable_responses.h"
#include "telephony/sip/session_timer.h"

namespace tandem::sip {

/// CallLeg as it works. Split over leg.cpp (what both sides share), leg_incoming.cpp,
/// leg_outgoing.cpp, leg_change.cpp (re-INVITE, UPDATE, session refresh) and leg_refer.cpp.
class Leg final : public CallLeg,
                  private SessionTimer::Listener,
                  private ReliableResponses::Listener,
                  private AnswerRepeater::Listener {
 public:
  /// An incoming call.
  Leg(Endpoint::Core& core, LegId id, const TransactionId& invite, const Message& request,
      const Flow& flow, Leg* replaces);
  /// An outgoing call; begin() sends the INVITE.
  Leg(Endpoint::Core& core, LegId id, InviteOptions options, CallLeg::Listener* listener);
  ~Leg() override;

  void begin();

  // What the core brings.
  void receive(const TransactionId& id, const Message& request, const Flow& flow);
  void receive_ack(const Message& ack, const Flow& flow);
  void receive_cancel(const TransactionId& invite, const Message& cancel);
  const TransactionId& invite_transaction() const { return invite_tx_; }
  /// Ends the leg because another took its place.
  void give_way();

  // CallLeg
  void set_listener(CallLeg::Listener* listener) override { listener_ = listener; }
  void set_contact_user(std::string user) override { contact_user_ = std::move(user); }
  LegId id() const override { return id_; }
  bool is_incoming() const override { return incoming_; }
  LegState state() const override { return cancelled_ ? LegState::Ended : state_; }
  std::string_view call_id() const override { return dialog_.call_id; }
  std::string_view local_tag() const override { return dialog_.local_tag; }
  std::string_view remote_tag() const override { return dialog_.remote_tag; }
  const Flow& flow() const override { return dialog_.flow; }
  const Message& invite() const override;
  std::string remote_uri() const override;
  CallLeg* replaces() const override;
  void ring(Ringing ringing) override;
  void answer(Body body, HeaderList headers) override;
  void reject(int status, std::string_view reason, HeaderList headers) override;
  void ignore() override;
  void cancel(HeaderList headers) override;
  void bye(HeaderList headers) override;
  void send_answer(Body body) override;
  bool reinvite(Body offer, HeaderList headers) override;
  bool update(Body offer, HeaderList headers) override;
  void accept_offer(Body answer, HeaderList headers) override;
  void reject_offer(int status, HeaderList headers) override;
  void info(Body body, HeaderList headers) override;
  void request(std::string_view method, Body body, HeaderList headers) override;
  void refer(std::string_view target, HeaderList headers) override;
  void accept_referral() override;
  void reject_referral(int status) override;
  void notify_referral(int status, std::string_view reason) override;

 private:
  /// A dialog that a provisional response made; several when the call forked.
  struct EarlyDialog {
    Dialog dialog;
    uint32_t last_rseq = 0;
    bool prack_waits_for_answer = false;
    uint32_t waiting_rseq = 0;
  };

  struct OwnChange {
    Body offer;
    HeaderList headers;
  };

  /// The INVITE of an incoming leg, with the text it looks at.
  struct ReceivedInvite {
    explicit ReceivedInvite(std::string_view bytes) : text(bytes) { message.parse(text); }
    const std::string text;
    Message message;
  };

  /// The one change of the session that may be under way.
  enum class Change : uint8_t { None, LocalInvite, LocalUpdate, Remote };

  // leg.cpp
  CallLeg::Listener& listener();
  bool ended() const { return state_ == LegState::Ended; }
  void end(EndCause cause, int status, const Message* message);
  void send_bye(Dialog& dialog, HeaderList headers);
  /// Sends a request that ends with the leg; the handler hears its final event.
  void send_tracked(RequestPlan plan, Requests::Handler handler);
  /// Whether a final status means that the peer knows no such call; the leg is over then.
  bool lost_by(const RequestEvent& event);
  RequestPlan plan(Dialog& dialog, std::string_view method, Body body, const HeaderList& headers);
  void add_session_headers(OutgoingRequest& request) const;
  /// A response with Contact, Allow and Supported.
  Response response(int status, HeaderList headers, Body body) const;
  void respond(const TransactionId& id, int status, HeaderList headers = {});
  void receive_bye(const TransactionId& id, const Message& request);
  void receive_info(const TransactionId& id, const Message& request);
  Dialog* dialog_of(const Message& request);
  void note_peer(const Message& message);

  // leg_incoming.cpp
  Response dialog_response(int status, std::string_view reason, HeaderList headers,
                           Body body) const;
  void send_answer_now();
  void receive_prack(const TransactionId& id, const Message& request);
  void confirm(const Message& ack);
  void on_keep_ringing();
  void on_send_reliable(const Response& response) override;
  void on_repeat_reliable() override;
  void on_no_prack() override;
  void on_repeat_answer(const TransactionId& invite) override;
  void on_no_ack() override;

  // leg_outgoing.cpp
  void send_invite();
  void on_invite_event(const RequestEvent& event);
  void receive_provisional(const RequestEvent& event);
  void receive_reliable(EarlyDialog& early, const Message& response);
  void send_prack(EarlyDialog& early, uint32_t rseq, Body body);
  void receive_answer(const RequestEvent& event);
  void receive_rejection(const RequestEvent& event);
  void drop_stray_answer(const RequestEvent& event);
  void acknowledge(const TransactionId& invite, Dialog& dialog, uint32_t cseq, Body body);
  EarlyDialog* early_dialog(const Message& response, const Flow& flow);
  void release();
  void on_ring_timeout();

  // leg_change.cpp
  void receive_change(const TransactionId& id, const Message& request, Dialog& dialog);
  bool refuse_change(const TransactionId& id, const Message& request);
  void send_change(Change change, Body offer, HeaderList headers);
  void send_change_again(Change change);
  void on_change_event(const RequestEvent& event);
  void change_succeeded(const RequestEvent& event);
  void change_failed(const RequestEvent& event);
  void retry_change();
  bool changing() const { return change_ != Change::None || waiting_change_ != Change::None; }
  void on_refresh_due() override;
  void on_session_expired() override;

  // leg_refer.cpp
  void receive_refer(const TransactionId& id, const Message& request);
  void receive_notify(const TransactionId& id, const Message& request);

  Endpoint::Core& core_;
  const LegId id_;
  const bool incoming_;
  LegState state_ = LegState::Calling;
  CallLeg::Listener* listener_ = nullptr;
  Dialog dialog_;
  std::string contact_user_;
  std::unique_ptr<const ClientCredentials> credentials_;
  std::string local_sdp_type_;
  std::string local_sdp_;  // last description sent, for refreshes by re-INVITE
  bool peer_allows_update_ = false;
  bool peer_knows_reliable_ = false;
  std::vector<RequestId> open_requests_;

  // Incoming.
  std::unique_ptr<ReceivedInvite> received_;  // until the ACK
  TransactionId invite_tx_;
  LegId replaces_ = 0;
  std::unique_ptr<ReliableResponses> reliable_;
  bool keeps_ringing_ = false;
  std::unique_ptr<Response> waiting_answer_;  // until the last PRACK
  bool early_offer_ = false;                  // a reliable provisional carried our offer
  bool bye_when_confirmed_ = false;
  HeaderList bye_headers_;
  AnswerRepeater answer_repeater_;
  Timer ringing_timer_;

  // Outgoing.
  const bool compact_headers_ = false;
  std::unique_ptr<const InviteOptions> options_;  // until the answer
  RequestId invite_request_ = 0;
  TransactionId answered_tx_;
  uint32_t invite_cseq_ = 0;
  bool offered_ = false;  // the INVITE carried our offer
  bool ack_waits_for_answer_ = false;
  bool cancelled_ = false;
  EndCause cancel_cause_ = EndCause::LocalCancel;
  std::vector<EarlyDialog> early_;
  bool unheard_ = false;  // ring_timeout_ waits for the first response
  Timer ring_timeout_;    // after the answer: until no other branch can answer any more

  // Changes.
  Change change_ = Change::None;
  Change waiting_change_ = Change::None;  // ours, to be tried again after a glare
  TransactionId change_tx_;               // of the peer's request
  Method change_method_ = Method::Invite;
  uint32_t change_cseq_ = 0;
  SessionTerms change_terms_;
  bool change_offerless_ = false;
  bool refreshing_ = false;
  std::unique_ptr<OwnChange> own_change_;  // until it succeeded
  uint8_t change_attempts_ = 0;
  bool late_answer_expected_ = false;
  Timer change_timer_;
  SessionTimer session_timer_;
  std::chrono::seconds session_minimum_{0};

  // Referrals.
  TransactionId refer_tx_;
  bool refer_pending_ = false;
  bool refer_subscribed_ = false;
  bool refer_silent_ = false;  // Refer-Sub: false
  std::string refer_event_;
  std::optional<Address> proven_;  // where the peer was when it was asked who it is, or was called
};

/// Drops from `headers` what the stack writes itself.
HeaderList without_own_headers(HeaderList headers);

}  // namespace tandem::sip
