#pragma once

#include <optional>
#include <string>

#include "carrier/sandbox/handset.h"
#include "carrier/sandbox/multimedia.h"
#include "carrier/smpp/content.h"
#include "store/store.h"

namespace tandem::carrier::sandbox {

/// A part that the message center accepted and is not done with.
struct SubmitRecord {
  std::string id;  // as the sender knows it
  std::string system_id;
  std::string from;
  std::string to;
  std::optional<uint16_t> reference;  // the sender's own
  WallTime submitted_at{};
  std::optional<WallTime> arrives_at;  // none: arrived already, or never will
  std::optional<ReceiptPlan> receipt;  // still owed
  smpp::Content content;
  std::optional<Multimedia> multimedia;

  WallTime receipt_at() const { return submitted_at + receipt->after; }
};

store::Put row_of(const SubmitRecord& record);
/// An error when the row is not one of these.
Result<SubmitRecord> read_submit(const store::Row& row);

/// The deliver_sm with its receipt.
smpp::Message receipt_message(const SubmitRecord& record);

}  // namespace tandem::carrier::sandbox
