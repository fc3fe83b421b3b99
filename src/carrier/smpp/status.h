#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tandem::carrier::smpp {

/// The command_status of a response (section 5.1.3). Carriers add codes of their own from 0x400
/// on, so any 32-bit value can occur.
enum class Status : uint32_t {
  Ok = 0x00,
  InvalidMessageLength = 0x01,
  InvalidCommandLength = 0x02,
  InvalidCommandId = 0x03,
  InvalidBindStatus = 0x04,
  AlreadyBound = 0x05,
  InvalidPriority = 0x06,
  InvalidRegisteredDelivery = 0x07,
  SystemError = 0x08,
  InvalidSource = 0x0A,
  InvalidDestination = 0x0B,
  InvalidMessageId = 0x0C,
  BindFailed = 0x0D,
  InvalidPassword = 0x0E,
  InvalidSystemId = 0x0F,
  CancelFailed = 0x11,
  ReplaceFailed = 0x13,
  MessageQueueFull = 0x14,
  InvalidServiceType = 0x15,
  InvalidDestinationCount = 0x33,
  InvalidListName = 0x34,
  InvalidDestinationFlag = 0x40,
  InvalidSubmitWithReplace = 0x42,
  InvalidEsmClass = 0x43,
  CannotSubmitToList = 0x44,
  SubmitFailed = 0x45,
  InvalidSourceTon = 0x48,
  InvalidSourceNpi = 0x49,
  InvalidDestinationTon = 0x50,
  InvalidDestinationNpi = 0x51,
  InvalidSystemType = 0x53,
  InvalidReplaceFlag = 0x54,
  InvalidMessageCount = 0x55,
  Throttled = 0x58,
  InvalidSchedule = 0x61,
  InvalidExpiry = 0x62,
  InvalidDefaultMessage = 0x63,
  ReceiverTemporary = 0x64,
  ReceiverPermanent = 0x65,
  ReceiverReject = 0x66,
  QueryFailed = 0x67,
  InvalidTlvStream = 0xC0,
  TlvNotAllowed = 0xC1,
  InvalidParameterLength = 0xC2,
  MissingTlv = 0xC3,
  InvalidTlvValue = 0xC4,
  DeliveryFailure = 0xFE,
  UnknownError = 0xFF,
};

/// "ESME_RTHROTTLED"; "0x00000412" for what the specification does not name.
std::string name_of(Status status);
/// The status of that name, or none.
std::optional<Status> status_named(std::string_view name);

/// What a sender does about a refusal.
enum class Reaction : uint8_t {
  None,      // it was accepted
  SlowDown,  // the peer takes no more just now: wait, then send the same again
  TryLater,  // a passing fault of the peer: the same may succeed later or elsewhere
  GiveUp,    // the same will be refused again
};
Reaction reaction_to(Status status);

}  // namespace tandem::carrier::smpp
