#pragma once

#include <optional>
#include <string>

#include "products/messaging/peer_submits.h"

/// What customers ask by SMPP about messages they submitted, as decisions.
namespace tandem::products::messaging {

/// Where a message of the peer stands; nothing when it has none of that id.
std::optional<carrier::smpp::QuerySmResp> query_submit(const Peer& peer, const std::string& id,
                                                       const store::Snapshot& snapshot);

// Both change only what was not sent yet; whoever asks sees to it that the pipeline does not claim
// the message meanwhile (Pipeline::hold). 40303 when there is no such message, or it is too late.

/// Takes it back: the money too, and its receipt says DELETED.
api::Outcome cancel_submit(const Peer& peer, const carrier::smpp::CancelSm& asked,
                           api::Moment moment, const store::Snapshot& snapshot);
/// Gives it another text, time and validity, checked and priced as if it were new. The text is in
/// the alphabet of the first one: UCS-2, or GSM. Empty times leave those that it has.
api::Outcome replace_submit(const Peer& peer, const carrier::smpp::ReplaceSm& asked,
                            api::Moment moment, const store::Snapshot& snapshot, const Terms& terms,
                            SendQueue& queue);

}  // namespace tandem::products::messaging
