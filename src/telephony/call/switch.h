#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/metrics.h"
#include "core/result.h"
#include "telephony/call/directory.h"
#include "telephony/call/events.h"
#include "telephony/call/plan.h"
#include "telephony/media/engine.h"
#include "telephony/sip/health_check.h"
#include "telephony/sip/registration.h"
#include "telephony/sip/socket_transport.h"

namespace tandem::http {
class Exchange;
}

namespace tandem::call {

struct SwitchOptions {
  /// Where SIP is spoken: UDP, TCP and TLS; WebSockets come by websocket_handler().
  std::vector<sip::SocketTransport::Listen> listen;
  std::shared_ptr<runtime::TlsContext> tls_server;
  std::shared_ptr<runtime::TlsContext> tls_client;
  std::string websocket_host_port;  // of the HTTP server whose handler ours is
  /// Host part of our URIs and realm of our challenges.
  std::string domain = "localhost";
  std::string user_agent = "Tandem";
  std::string dns_servers;  // empty: the system's

  /// Local address of RTP, and what the SDP says instead, behind a 1:1 NAT.
  std::string media_ip = "127.0.0.1";
  std::string advertised_media_ip;
  std::string media_ip_v6;  // for peers that are called or call by IPv6; empty: none
  media::EngineOptions media;
  /// SDP encoding names, best first.
  std::vector<std::string> codecs = {"PCMU", "PCMA", "G722", "opus", "L16"};
  bool rtcp_mux = true;

  size_t max_legs = 10'000;  // beyond: 503
  sip::SourceLimiter::Options budgets;
};

/// A telephone exchange on one SIP thread of its own with media threads beside it: legs that call
/// and are called, who hears whom, users that register, trunks.
///
/// A leg's life: it comes in (on_incoming) or is dialled, rings (on_progress), is answered
/// (on_answered), and ends (on_hangup, always, once). Verbs may be used from any thread; they are
/// carried out in the order of the calls, and do nothing on a leg that is not there (any more).
/// Those with a Done tell whether they could be taken up.
class Switch {
 public:
  /// Directory, listener and metrics outlive the switch.
  Switch(SwitchOptions options, Directory& directory, Listener& listener, Metrics& metrics);
  /// stop()s.
  ~Switch();
  Switch(const Switch&) = delete;
  Switch& operator=(const Switch&) = delete;

  /// Opens the listeners, whose ports are known from now on; why one could not be, in words a
  /// person can act on.
  Result<void> open();
  /// Begins to take what comes: everything that this thread asked for since open() is done first.
  void listen();
  /// Both.
  Result<void> start();
  /// Ends all calls (BYE, 503) and all threads; the listener hears on_hangup() of each. Not from
  /// the switch's own thread.
  void stop();
  /// Port of the n-th listener, for those opened with port 0.
  uint16_t port(size_t listen_index) const;
  /// For an http::Server: takes WebSockets of the subprotocol "sip" over (RFC 7118). After
  /// start().
  std::function<void(std::shared_ptr<http::Exchange>)> websocket_handler();

  // Calls.
  /// Places a call; its failure too is told by on_hangup().
  LegId dial(DialPlan plan);
  /// 180. With `early_media`: 183 with a session, so that what is played is heard by the caller.
  void ring(LegId leg, bool early_media = false, HeaderList headers = {}, Done done = {});
  void answer(LegId leg, AnswerPlan plan = {}, Done done = {});
  /// Refuses a call that came in.
  void reject(LegId leg, HangupPlan plan, Done done = {});
  /// Ends a leg in any state; a linked leg ends with it if the link says so. `cause` is what
  /// on_hangup() shall tell.
  void hangup(LegId leg, HangupPlan plan = {}, HangupCause cause = HangupCause::NormalClearing,
              Done done = {});
  /// Both hear each other; bridges they were in end as if they had ended themselves, and what they
  /// are played ends too. A call that came in
  /// and rings is answered for it, and one that was dialled and rings is joined when it is
  /// answered; until then `a` hears the ringback tone of the country that `ringback` names.
  void bridge(LegId a, LegId b, Parting parting = Parting::BothStay, std::string ringback = {},
              Done done = {});
  void unbridge(LegId leg, Done done = {});
  /// From the answer on, or from now when it was answered; zero: none any more.
  void limit_time(LegId leg, std::chrono::milliseconds limit);

  // Within a call.
  /// Puts the peer on hold, or takes it back, by re-INVITE.
  void hold(LegId leg, bool held, Done done = {});
  /// Asks the peer to call `target` itself (RFC 3515).
  void refer(LegId leg, std::string target, HeaderList headers = {}, Done done = {});
  /// The same, taking over the call that `replaced` is our end of (attended transfer).
  void refer_replacing(LegId leg, LegId replaced, HeaderList headers = {}, Done done = {});
  /// Blind transfer: accepts the REFER of `referrer` and dials for its partner, which leaves the
  /// bridge, hears the new leg ring (`ringback`: its country's tone) and is joined with it when it
  /// answers. The referrer is told how it goes and then ends; when the new leg is not answered the
  /// two are bridged again, or the partner ends with it when the referrer has gone meanwhile. The
  /// leg fails with 487 when there is no such REFER or partner (any more).
  LegId transfer(LegId referrer, DialPlan plan, std::string ringback = {});
  /// Attended transfer: accepts the REFER of `referrer` and joins its partner with that of
  /// `replaced`, which is hung up; the referrer is to end by itself. It is refused (603) when one
  /// of them has no partner (any more).
  void hand_over(LegId referrer, LegId replaced, Done done = {});
  void accept_referral(LegId leg, Done done = {});
  void reject_referral(LegId leg, int status = 603, Done done = {});
  /// How the call that a referral asked for goes; a final status is the last.
  void notify_referral(LegId leg, int status);
  void send_info(LegId leg, sip::Body body, HeaderList headers = {}, Done done = {});
  /// 0-9, A-D, *, #, w (0.5 s) and W (1 s), as the leg's DigitMode has it.
  void send_digits(LegId leg, std::string digits,
                   std::chrono::milliseconds duration = std::chrono::milliseconds(250));

  // Sound: as media::Engine has it. An incoming call must ring with early media or be answered to
  // hear anything.
  void play(LegId leg, media::PlayId play, std::shared_ptr<const media::Prompt> prompt,
            media::PlayOptions options = {});
  void play_tone(LegId leg, media::PlayId play, media::Tone tone, media::PlayOptions options = {});
  void play_later(LegId leg, media::PlayId play, media::PlayOptions options = {});
  void supply(LegId leg, media::PlayId play, std::shared_ptr<const media::Prompt> prompt);
  void stop_current(LegId leg, bool overlay = false);
  void stop_all(LegId leg, bool overlay = false);
  void stop_play(LegId leg, media::PlayId play);
  /// A bridged leg no longer hears this one.
  void mute(LegId leg, bool muted);
  /// It is not sent this one's keys.
  void mute_digits(LegId leg, bool muted);
  /// The voice of the peer, or what it hears, at another pitch: 2.0 is an octave higher, 1.0 as it
  /// is.
  void change_pitch(LegId leg, media::Track track, double factor);
  /// `supervisor`, answered and bridged with nobody, hears all of the call of `leg` and is heard as
  /// the role has it; again: in another role. It is hung up when `leg` ends.
  void supervise(LegId supervisor, LegId leg, media::SupervisorRole role, Done done = {});
  void start_recording(LegId leg, media::RecordingId recording, media::RecordingOptions options);
  void stop_recording(LegId leg, media::RecordingId recording);
  void pause_recording(LegId leg, media::RecordingId recording);
  void resume_recording(LegId leg, media::RecordingId recording);
  void start_amd(LegId leg, media::AmdConfig config);
  void stop_amd(LegId leg);
  void start_fork(LegId leg, rtp::Endpoint received_to, rtp::Endpoint sent_to);
  void stop_fork(LegId leg);
  void start_stream(LegId leg, media::StreamId stream, media::StreamOptions options);
  void stop_stream(LegId leg, media::StreamId stream);
  void write_stream(LegId leg, media::StreamId stream, std::vector<int16_t> samples, uint32_t rate);
  void mark_stream(LegId leg, media::StreamId stream, std::string name);
  void clear_stream(LegId leg, media::StreamId stream);
  /// Told on the switch's thread: the encoding name of what is sent; empty while there is none.
  void query_codec(LegId leg, UniqueFunction<void(std::string)> done);
  /// Told on the switch's thread; nothing of a leg without media.
  void query_stats(LegId leg, UniqueFunction<void(std::optional<media::LegStats>)> done);

  // Users and trunks.
  /// Where a registered user can be reached, best first; on the switch's thread.
  void find_bindings(std::string aor, UniqueFunction<void(std::vector<sip::Binding>)> done);
  /// Takes a user's bindings away: it was deleted, or its secret changed.
  void drop_bindings(std::string aor);
  void drop_all_bindings();
  /// Puts back what the Directory was given to keep; after open().
  void restore_bindings(std::string aor, std::vector<sip::Binding> bindings);
  /// The addresses that calls to a SIP URI would be sent to (RFC 3263), best first; `done` on the
  /// switch's thread.
  void locate(std::string uri, UniqueFunction<void(std::vector<std::string>)> done);
  /// A carrier or PBX under a name: asked for its health by OPTIONS, registered at, or both. Takes
  /// the place of an older one.
  struct Trunk {
    std::string name;
    std::optional<sip::HealthCheck::Options> health;
    std::optional<sip::Registration::Options> registration;
  };
  void set_trunk(Trunk trunk);
  void remove_trunk(std::string name);
  /// Requests from there are not limited in rate.
  void trust(std::string ip);
  void distrust(std::string ip);

  /// Legs that live; from any thread.
  size_t legs() const;
  /// Runs `work` on the switch's thread, after what was asked for before.
  void post(UniqueFunction<void()> work);
  bool on_this_thread() const;

  class Core;

 private:
  std::unique_ptr<Core> core_;
};

}  // namespace tandem::call
