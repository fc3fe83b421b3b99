#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::carrier::smpp {

/// Tags of optional parameters (section 5.3.2). Carriers use others of their own.
enum class Tag : uint16_t {
  DestAddrSubunit = 0x0005,
  DestNetworkType = 0x0006,
  DestBearerType = 0x0007,
  DestTelematicsId = 0x0008,
  SourceAddrSubunit = 0x000D,
  SourceNetworkType = 0x000E,
  SourceBearerType = 0x000F,
  SourceTelematicsId = 0x0010,
  QosTimeToLive = 0x0017,
  PayloadType = 0x0019,
  AdditionalStatusInfoText = 0x001D,
  ReceiptedMessageId = 0x001E,
  MsMsgWaitFacilities = 0x0030,
  PrivacyIndicator = 0x0201,
  SourceSubaddress = 0x0202,
  DestSubaddress = 0x0203,
  UserMessageReference = 0x0204,
  UserResponseCode = 0x0205,
  SourcePort = 0x020A,
  DestinationPort = 0x020B,
  SarMsgRefNum = 0x020C,
  LanguageIndicator = 0x020D,
  SarTotalSegments = 0x020E,
  SarSegmentSeqnum = 0x020F,
  ScInterfaceVersion = 0x0210,
  CallbackNumPresInd = 0x0302,
  CallbackNumAtag = 0x0303,
  NumberOfMessages = 0x0304,
  CallbackNum = 0x0381,
  DpfResult = 0x0420,
  SetDpf = 0x0421,
  MsAvailabilityStatus = 0x0422,
  NetworkErrorCode = 0x0423,
  MessagePayload = 0x0424,
  DeliveryFailureReason = 0x0425,
  MoreMessagesToSend = 0x0426,
  MessageState = 0x0427,
  UssdServiceOp = 0x0501,
  DisplayTime = 0x1201,
  SmsSignal = 0x1203,
  MsValidity = 0x1204,
  AlertOnMessageDelivery = 0x130C,
  ItsReplyType = 0x1380,
  ItsSessionInfo = 0x1383,
};

struct Tlv {
  Tag tag{};
  std::string value;  // raw octets
  bool operator==(const Tlv&) const = default;
};

/// The optional parameters of a PDU, in their order. Of repeated tags the first one counts.
class Tlvs {
 public:
  /// Optional parameters in one PDU at most.
  static constexpr size_t kMaxCount = 64;
  /// A length has 16 bits.
  static constexpr size_t kMaxValueBytes = 0xFFFF;

  const std::string* find(Tag tag) const;
  bool has(Tag tag) const { return find(tag) != nullptr; }
  /// An integer of one, two or four octets; none when absent or of another size.
  std::optional<uint32_t> number(Tag tag) const;
  /// A C-octet string without its terminating zero; empty when absent.
  std::string_view text(Tag tag) const;

  void add_bytes(Tag tag, std::string value);
  void add_u8(Tag tag, uint8_t value);
  void add_u16(Tag tag, uint16_t value);
  /// With the terminating zero.
  void add_text(Tag tag, std::string_view text);

  size_t size() const { return list_.size(); }
  auto begin() const { return list_.begin(); }
  auto end() const { return list_.end(); }
  bool operator==(const Tlvs&) const = default;

 private:
  std::vector<Tlv> list_;
};

}  // namespace tandem::carrier::smpp
