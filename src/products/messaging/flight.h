#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "carrier/links.h"
#include "products/messaging/delivery.h"

namespace tandem::products::messaging {

/// One message between its claim and the record of the carrier's last answer.
struct Flight {
  Turn turn;
  Submitted submitted;
  std::string claim;
  size_t waiting = 0;  // submits without an outcome
  std::chrono::steady_clock::time_point since{};
  bool is_marked = false;  // it shows as being sent
};

/// The PDUs of a message over a link, in order; all parts to the first receiver, then those to the
/// next one. None when the text cannot be written.
struct OutgoingPart {
  size_t receiver = 0;
  carrier::smpp::Message message;
};
std::vector<OutgoingPart> parts_of(const Job& job, const carrier::LinkSetup& link, WallTime now);

/// Adds one outcome; what is worst decides about the message.
void add_outcome(Flight& flight, size_t receiver, const carrier::LinkSetup& link,
                 const carrier::smpp::SubmitOutcome& outcome);

/// How a receipt's message is found: the link's name and the carrier's id.
std::string key_of(const carrier::LinkSetup& link, const std::string& message_id);

}  // namespace tandem::products::messaging
