#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "products/common/networks.h"
#include "products/messaging/ending.h"
#include "products/messaging/terms.h"

/// Detail records of messages: what GET /detail_records shows as MessageDetailRecord.
namespace tandem::products::messaging {

/// Puts what is known of the networks at the far end into the message.
void add_networks(json::Value& message, const store::Snapshot& snapshot, const Terms& terms);

/// Writes the record of a message that ended, or came in. `status` is the record's, `event` tells
/// of the end by webhook.
struct RecordFacts {
  std::string_view status;
  std::optional<int> error;
  std::string event;
};
void add_message_record(const json::Value& message, const RecordFacts& facts,
                        const EndingContext& context);

/// The same of a message of an RCS agent, which is paid for once it was `sent_at`.
void add_rcs_record(const json::Value& message, const RecordFacts& facts,
                    const EndingContext& context);

/// How a message's record is called.
std::string record_id_of(const json::Value& message);

}  // namespace tandem::products::messaging
