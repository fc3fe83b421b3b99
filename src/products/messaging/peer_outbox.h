#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/call.h"
#include "carrier/smpp/bodies.h"
#include "core/json.h"

/// What is owed to customers who bind to us by SMPP (peers.h): receipts of what they submitted, and
/// texts that their numbers got. One row a deliver_sm, written with the change behind it, taken
/// away when the peer has it or when its time is over (kPeerPatience).
namespace tandem::products::messaging {

inline constexpr std::string_view kPeerOutbox = "smpp_outbox";
/// One row a profile whose texts its peer receives, from its first bind as a receiver on.
inline constexpr std::string_view kPeers = "smpp_peers";
/// How long deliveries, and peers who do not come back, are remembered.
inline constexpr std::chrono::hours kPeerPatience{72};

/// Who a profile's peer binds as: the last twelve digits of the profile's id, which fit the 15
/// characters that SMPP has for a system_id.
std::string peer_of(std::string_view profile_id);

/// A receipt that a submit asked for; `_receipts` of a message is an array of these.
struct PeerReceipt {
  std::string id;                     // as the submit was answered
  uint8_t registered = 0;             // its registered_delivery
  std::optional<uint16_t> reference;  // its user_message_reference
};
json::Value to_json(const PeerReceipt& receipt);
PeerReceipt read_receipt(const json::Value& value);
/// Whether an ending so is to be told.
bool is_wanted(const PeerReceipt& receipt, bool delivered);

/// What became of a text.
struct PeerReport {
  std::string peer;
  std::string from;  // who sent it
  std::string to;    // its receiver
  std::string text;
  std::string status;  // of the message: "delivered", "sending_failed" ...
  std::optional<int> error;
  WallTime submitted_at{};
};
/// Owes the receipt, if it is wanted.
void owe_receipt(const PeerReceipt& receipt, const PeerReport& report, std::string_view account,
                 api::Moment moment, api::Effects& effects);
/// Owes the receipts of a message that has ended.
void owe_receipts(const json::Value& message, std::string_view status, std::optional<int> error,
                  std::string_view account, api::Moment moment, api::Effects& effects);

/// Owes a text of a handset to the profile's peer, if it has one; files go as their links.
void owe_text(const json::Value& message, const store::Snapshot& snapshot, std::string_view account,
              api::Moment moment, api::Effects& effects);

/// The deliver_sm of a row.
carrier::smpp::Message read_owed(json::View row);

}  // namespace tandem::products::messaging
