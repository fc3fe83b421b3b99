#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/function.h"
#include "telephony/sip/client_transactions.h"
#include "telephony/sip/digest.h"
#include "telephony/sip/locator.h"

namespace tandem::sip {

using RequestId = uint64_t;

/// A request with all that is needed to get it through: where to, and how to sign in.
struct RequestPlan {
  OutgoingRequest request;
  std::string next_hop;  // URI to locate, unless a flow is given
  std::optional<Flow> flow;
  std::optional<ClientCredentials> credentials;
  /// Adds a Contact of ours with that user part, fitting the flow taken.
  bool with_contact = false;
  std::string contact_user;
  std::string contact_params;  // of the header: ";expires=60"
  /// Gives the sequence number of a repeated request; without it the old one plus one.
  std::function<uint32_t()> next_cseq;
};

/// What became of a request: a response, or the reason why there is none.
struct RequestEvent {
  RequestId id = 0;
  TransactionId transaction;
  Flow flow;
  const Message* response = nullptr;
  Failure failure = Failure::Timeout;  // when there is no response

  bool is_final() const;
  /// The status; 408 for a timeout and 503 for a failed transport (RFC 3261 section 8.1.3.1).
  int status() const;
};

/// Sends requests: locates the next hop, tries one target after the other (RFC 3263 section 4.3),
/// answers digest challenges when credentials were given. The handler hears every provisional and
/// one final event; of an INVITE every 2xx, until drop().
class Requests {
 public:
  using Handler = UniqueFunction<void(const RequestEvent&)>;

  Requests(Transport& transport, ClientTransactions& transactions, Locator& locator,
           TimerWheel& wheel, Random& random);
  ~Requests();

  /// The handler is never called from inside.
  RequestId start(RequestPlan plan, Handler handler);
  /// Cancels a pending INVITE; its final event still comes.
  void cancel(RequestId id, const HeaderList& extra = {});
  /// Forgets the request: nothing more is heard of it.
  void drop(RequestId id);
  size_t size() const { return requests_.size(); }

  /// `<sip:user@host:port;transport=tcp>` as peers on that flow reach us.
  std::string contact(const Flow& flow, std::string_view user) const;

 private:
  class Request;
  friend class Request;
  void bury(RequestId id);
  void clear_graves();

  Transport& transport_;
  ClientTransactions& transactions_;
  Locator& locator_;
  TimerWheel& wheel_;
  Random& random_;
  RequestId last_id_ = 0;
  std::unordered_map<RequestId, std::unique_ptr<Request>> requests_;
  std::vector<std::unique_ptr<Request>> graves_;  // destroyed when their callers have returned
  Timer grave_timer_;
};

}  // namespace tandem::sip
