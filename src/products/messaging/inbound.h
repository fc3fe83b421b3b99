#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/call.h"
#include "carrier/sandbox/multimedia.h"
#include "products/messaging/send_queue.h"
#include "products/messaging/terms.h"

namespace tandem::products::messaging {

/// A whole text (or picture) from a handset.
struct InboundText {
  std::string from;
  std::string to;
  std::string text;
  std::string encoding;  // "GSM-7", "UCS-2"
  int64_t parts = 1;
  carrier::sandbox::Multimedia multimedia;
  json::Value media = json::Value::array();  // its files, as the message shows them
  bool mms = false;
};

/// Keeps it for the owner of the number, charges it, tells message.received, obeys the words that
/// stop and start messages. Nothing happens when nobody has the number. `may_answer`: whether
/// keywords are answered; a batch with an answer falls when the owner cannot pay it.
api::Effects receive_text(const InboundText& inbound, api::Moment moment,
                          const store::Snapshot& snapshot, const Terms& terms, SendQueue& queue,
                          bool may_answer);

}  // namespace tandem::products::messaging
