#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/call.h"
#include "carrier/smpp/content.h"
#include "carrier/smpp/receipt.h"
#include "carrier/text/reassembly.h"
#include "products/messaging/peer_outbox.h"
#include "products/messaging/send_queue.h"
#include "products/messaging/terms.h"

/// What customers ask over their SMPP binds, as decisions: pure functions of what the store holds.
namespace tandem::products::messaging {

/// Who is bound.
struct Peer {
  std::string profile;
  std::string account;
};

/// Whether somebody may bind: system_id is peer_of() an enabled profile's id, the password its
/// v1_secret, or the first eight characters of that (SMPP has room for no more).
struct LetIn {
  carrier::smpp::Status status = carrier::smpp::Status::Ok;
  Peer peer;
};
LetIn let_in(const carrier::smpp::Bind& bind, const store::Snapshot& snapshot);
/// The texts of the peer's numbers are owed to it from its first bind as a receiver on, and for
/// kPeerPatience after its last one ended.
void note_receiver(const Peer& peer, bool bound, api::Moment moment, api::Effects& effects);
/// Whether texts are still owed to the peer of a row of kPeers, however old that is.
bool is_receiving(const store::Snapshot& snapshot, const store::Row& row);

/// Parts of a long submit, until the last one is there: rows of fragments.h with the members
/// `_peer` and `_receipt`.
inline constexpr std::string_view kPeerParts = "smpp_submit_parts";

/// A submit, or a long text made of several.
struct PeerSubmit {
  Peer peer;
  std::string id;       // of the message: what its first part is answered with
  PeerReceipt receipt;  // of the submit that is answered now
  std::string from;
  std::string to;
  std::string text;
  uint8_t priority = 0;
  std::string schedule;  // schedule_delivery_time and validity_period, as they came
  std::string validity;
  std::vector<std::string> earlier;  // rows of the parts that were answered before, in order
};
PeerSubmit read_submit(const carrier::smpp::Message& message, Peer peer, std::string id);
/// Accepts it as POST /messages would. The message has the id that its first part was answered
/// with. Errors as there; parts that were kept stay then.
api::Outcome accept_submit(const PeerSubmit& submit, api::Moment moment,
                           const store::Snapshot& snapshot, const Terms& terms, SendQueue& queue);

/// Keeps a part; `id` is its row and what the submit is answered with.
api::Effects keep_part(const carrier::text::Fragment& part, const PeerSubmit& submit,
                       api::Moment moment);
/// Parts that will not be sent: their receipts say so, with `status` "expired" or "sending_failed".
api::Effects give_up_parts(const std::vector<std::string>& rows, std::string_view status,
                           std::optional<int> error, api::Moment moment,
                           const store::Snapshot& snapshot);

/// How a refusal of the API is told in a submit_sm_resp.
carrier::smpp::Status status_of(const api::ApiError& error);

}  // namespace tandem::products::messaging
