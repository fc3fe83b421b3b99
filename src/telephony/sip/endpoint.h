#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/function.h"
#include "telephony/sip/call_leg.h"
#include "telephony/sip/requests.h"
#include "telephony/sip/response.h"
#include "telephony/sip/source_limiter.h"
#include "telephony/sip/transaction.h"

namespace tandem::sip {

class Endpoint;

/// A request outside of any call: REGISTER, OPTIONS, MESSAGE and so on. Answer it once, now or
/// later; destroyed without an answer, it is answered 500. Not to outlive the endpoint.
class IncomingRequest {
 public:
  IncomingRequest(IncomingRequest&& other) noexcept;
  IncomingRequest& operator=(IncomingRequest&&) = delete;
  ~IncomingRequest();

  const Message& message() const { return *message_; }
  const Flow& flow() const { return flow_; }
  void respond(const Response& response);
  void respond(int status) { respond(Response{status, {}, {}, {}}); }
  /// No answer at all: the sender learns nothing.
  void ignore();
  /// Allow, Supported and Accept as the endpoint states them.
  HeaderList capability_headers() const;

 private:
  friend class Endpoint;
  IncomingRequest(Endpoint& endpoint, const TransactionId& id, const Message& request,
                  const Flow& flow);
  Endpoint* endpoint_;  // null when answered
  TransactionId id_;
  Flow flow_;
  std::unique_ptr<std::string> text_;  // does not move when this does: message_ looks at it
  std::unique_ptr<Message> message_;
};

/// A SIP user agent on one thread: takes requests apart into calls and the rest, places calls,
/// sends requests. Knows transports only through the interface it is given.
class Endpoint {
 public:
  class Listener {
   public:
    virtual ~Listener() = default;
    /// A new call. Set the leg's listener here; ring, answer, reject or ignore it now or later.
    virtual void on_invite(CallLeg& leg) = 0;
    virtual void on_register(IncomingRequest request) { request.respond(405); }
    /// By default answered with what this endpoint understands.
    virtual void on_options(IncomingRequest request);
    /// MESSAGE, SUBSCRIBE, NOTIFY, REFER, PUBLISH and INFO outside of calls.
    virtual void on_request(IncomingRequest request) { request.respond(405); }
    /// A connection is gone: contacts registered over it cannot be reached any more.
    virtual void on_flow_closed(const Flow&) {}
  };

  struct Options {
    std::string user_agent = "Tandem";
    TimerSettings timers;
    SourceLimiter::Options budgets;
    /// Shortest session interval we take part in (RFC 4028 section 4: at least 90).
    std::chrono::seconds min_session_interval{90};
    /// What we suggest to callers who support session timers but ask for none; 0: nothing.
    std::chrono::seconds session_interval{1'800};
    /// The methods and extensions we say to understand.
    std::vector<std::string> extensions = {"100rel", "timer",    "replaces", "norefersub",
                                           "path",   "outbound", "tdialog",  "histinfo"};
  };

  struct Counters {
    uint64_t messages_in = 0;
    uint64_t malformed = 0;  // answered 400 or dropped
    uint64_t refused = 0;    // 503 by budget
    uint64_t dropped = 0;    // beyond even that
    uint64_t stray_responses = 0;
    uint64_t calls_in = 0;
    uint64_t calls_out = 0;
  };

  Endpoint(Transport& transport, Locator& locator, TimerWheel& wheel, Random& random,
           Options options, Listener& listener);
  ~Endpoint();
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;

  /// Starts a call; what becomes of it, the listener hears (never from inside invite()). Null when
  /// the target or From is no address, or kMaxLegs are in use.
  CallLeg* invite(InviteOptions options, CallLeg::Listener* listener);
  /// The leg of that id while it lives.
  CallLeg* find(LegId id) const;
  size_t leg_count() const;

  /// Sends a request outside of calls: REGISTER, OPTIONS, MESSAGE. From, To, Call-ID, CSeq and
  /// Max-Forwards are added where they are missing.
  RequestId send(RequestPlan plan, Requests::Handler handler);
  void drop(RequestId id);

  /// Known sources have no request budget: trunks, peers that have signed in.
  SourceLimiter& limiter();
  const Counters& counters() const;
  const Options& options() const;
  /// `Allow`, `Supported` and the like as this endpoint states them.
  HeaderList capability_headers() const;
  TimerWheel& wheel();

  class Core;

 private:
  friend class IncomingRequest;
  std::unique_ptr<Core> core_;
};

}  // namespace tandem::sip
