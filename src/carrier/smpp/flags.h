#pragma once

#include <cstdint>

/// The bit fields of messages: esm_class (section 5.2.12) and registered_delivery (5.2.17).
namespace tandem::carrier::smpp {

// Messaging mode.
inline constexpr uint8_t kEsmModeMask = 0x03;
inline constexpr uint8_t kEsmDatagram = 0x01;
inline constexpr uint8_t kEsmForward = 0x02;
inline constexpr uint8_t kEsmStoreAndForward = 0x03;

// What a message is.
inline constexpr uint8_t kEsmTypeMask = 0x3C;
inline constexpr uint8_t kEsmReceipt = 0x04;
inline constexpr uint8_t kEsmDeliveryAcknowledgement = 0x08;
inline constexpr uint8_t kEsmUserAcknowledgement = 0x10;
inline constexpr uint8_t kEsmConversationAbort = 0x18;
inline constexpr uint8_t kEsmIntermediate = 0x20;

// GSM features.
inline constexpr uint8_t kEsmUserDataHeader = 0x40;
inline constexpr uint8_t kEsmReplyPath = 0x80;

/// Whether the message reports about another one: a final receipt or an intermediate notification.
constexpr bool is_report(uint8_t esm_class) {
  const int type = esm_class & kEsmTypeMask;
  return type == kEsmReceipt || type == kEsmIntermediate;
}

inline constexpr uint8_t kReceiptMask = 0x03;
inline constexpr uint8_t kReceiptNone = 0x00;
inline constexpr uint8_t kReceiptAlways = 0x01;
inline constexpr uint8_t kReceiptOnFailure = 0x02;
inline constexpr uint8_t kReceiptIntermediate = 0x10;

}  // namespace tandem::carrier::smpp
