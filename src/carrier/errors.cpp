#include "carrier/errors.h"

namespace tandem::carrier {

namespace {

using smpp::MessageState;
using smpp::Status;

constexpr int kRejected = 40004;
constexpr int kExpired = 40005;
constexpr int kUnavailable = 40006;
constexpr int kUndeliverable = 40008;
constexpr int kInvalidBody = 40009;
constexpr int kTooManyRequests = 40011;
constexpr int kInvalidDestination = 40012;
constexpr int kInvalidSource = 40013;

}  // namespace

int error_of_refusal(Status status, const ErrorCodes& carrier) {
  const auto known = carrier.by_status.find(status);
  if (known != carrier.by_status.end()) return known->second;
  switch (status) {
    case Status::InvalidDestination:
    case Status::InvalidDestinationTon:
    case Status::InvalidDestinationNpi:
      return kInvalidDestination;
    case Status::InvalidSource:
    case Status::InvalidSourceTon:
    case Status::InvalidSourceNpi:
      return kInvalidSource;
    case Status::InvalidMessageLength:
    case Status::InvalidEsmClass:
    case Status::InvalidTlvStream:
    case Status::InvalidParameterLength:
    case Status::InvalidTlvValue:
      return kInvalidBody;
    case Status::Throttled:
    case Status::MessageQueueFull:
      return kTooManyRequests;
    case Status::SystemError:
    case Status::SubmitFailed:
    case Status::InvalidBindStatus:
    case Status::ReceiverTemporary:
      return kUnavailable;
    case Status::InvalidExpiry:
      return kExpired;
    case Status::DeliveryFailure:
      return kUndeliverable;
    default:
      return kRejected;
  }
}

std::optional<int> error_of_receipt(const smpp::Receipt& receipt, const ErrorCodes& carrier) {
  if (receipt.state == MessageState::Delivered || !smpp::is_final(receipt.state)) {
    return std::nullopt;
  }
  const auto known = carrier.by_receipt.find(receipt.error);
  if (known != carrier.by_receipt.end()) return known->second;
  switch (receipt.state) {
    case MessageState::Expired:
      return kExpired;
    case MessageState::Rejected:
      return kRejected;
    default:
      return kUndeliverable;
  }
}

}  // namespace tandem::carrier
