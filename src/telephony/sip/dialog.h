#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "telephony/sip/flow.h"
#include "telephony/sip/outgoing_request.h"

namespace tandem::sip {

class Message;
struct Uri;

/// What two peers share for the time of a call (RFC 3261 section 12): identifiers, sequence
/// numbers, the remote target and the route to it.
struct Dialog {
  std::string call_id;
  std::string local_tag;
  std::string remote_tag;
  std::string local_party;  // name-addr without tag
  std::string remote_party;
  std::string remote_target;  // URI of the peer's Contact
  std::vector<std::string> route_set;
  uint32_t local_cseq = 0;
  uint32_t remote_cseq = 0;
  bool has_remote_cseq = false;
  Flow flow;            // by which the peer's last message came
  bool pinned = false;  // the peer is known by its flow alone (a registered contact)

  /// The callee's side, from the INVITE it received.
  static Dialog from_request(const Message& request, const Flow& flow, std::string_view local_tag);
  /// Takes what a response that makes or confirms the dialog says: tag, target, route.
  void learn_from_response(const Message& response, const Flow& flow);
  /// Takes the new remote target of a re-INVITE, UPDATE or their 2xx (target refresh).
  void refresh_target(const Message& message);

  /// A request inside the dialog with the next sequence number; of ACK the caller sets its own.
  OutgoingRequest make_request(std::string_view method);
  /// The URI whose host a request is sent to: the topmost route or the target.
  std::string_view next_hop() const;
  /// Whether requests had better return along `flow`: the peer's Contact cannot be reached from
  /// here (behind NAT, a browser, RFC 5626 flow) or shares the connection.
  bool follows_flow() const;

  /// Whether a request's CSeq is in order; remembers it.
  bool accept_cseq(uint32_t number);
};

/// Whether a Contact at `uri` cannot be meant literally when its owner's messages come by `flow`.
bool is_behind_flow(const Uri& uri, const Flow& flow);

}  // namespace tandem::sip
