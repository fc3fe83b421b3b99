#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "carrier/smpp/address.h"
#include "carrier/smpp/status.h"
#include "carrier/smpp/tlv.h"

/// What stands in PDUs behind the header, one struct a kind (section 4). Texts have no terminating
/// zero here; bounds are those of the specification unless a limit below says otherwise.
namespace tandem::carrier::smpp {

// Sizes of fields, terminating zero included.
inline constexpr size_t kMaxServiceTypeBytes = 6;
inline constexpr size_t kMaxAddressBytes = 21;
inline constexpr size_t kMaxLongAddressBytes = 65;  // data_sm, alert_notification
inline constexpr size_t kMaxAddressRangeBytes = 41;
inline constexpr size_t kMaxMessageIdBytes = 65;
inline constexpr size_t kMaxSystemTypeBytes = 13;
inline constexpr size_t kMaxTimeBytes = 17;
inline constexpr size_t kMaxListNameBytes = 21;
/// The specification has 16 and 9; peers with longer credentials are common.
inline constexpr size_t kMaxSystemIdBytes = 65;
inline constexpr size_t kMaxPasswordBytes = 65;

inline constexpr size_t kMaxShortMessageBytes = 254;
inline constexpr size_t kMaxDestinations = 254;
inline constexpr uint8_t kVersion34 = 0x34;

/// PDUs that are only a header: enquire_link, unbind, generic_nack and several responses.
struct Empty {
  bool operator==(const Empty&) const = default;
};

/// bind_transmitter, bind_receiver, bind_transceiver.
struct Bind {
  std::string system_id;
  std::string password;
  std::string system_type;
  uint8_t interface_version = kVersion34;
  Address range;
  bool operator==(const Bind&) const = default;
};

struct BindResp {
  std::string system_id;
  Tlvs tlvs;
  bool operator==(const BindResp&) const = default;
};

struct Outbind {
  std::string system_id;
  std::string password;
  bool operator==(const Outbind&) const = default;
};

/// submit_sm and deliver_sm.
struct Message {
  std::string service_type;
  Address source;
  Address destination;
  uint8_t esm_class = 0;
  uint8_t protocol_id = 0;
  uint8_t priority = 0;
  std::string schedule_delivery_time;
  std::string validity_period;
  uint8_t registered_delivery = 0;
  uint8_t replace_if_present = 0;
  uint8_t data_coding = 0;
  uint8_t default_message = 0;
  std::string short_message;
  Tlvs tlvs;
  bool operator==(const Message&) const = default;
};

/// submit_sm_resp, deliver_sm_resp, data_sm_resp.
struct MessageResp {
  std::string message_id;
  Tlvs tlvs;
  bool operator==(const MessageResp&) const = default;
};

struct DataSm {
  std::string service_type;
  Address source;
  Address destination;
  uint8_t esm_class = 0;
  uint8_t registered_delivery = 0;
  uint8_t data_coding = 0;
  Tlvs tlvs;
  bool operator==(const DataSm&) const = default;
};

/// One receiver of a submit_multi: an address, or the name of a list kept by the peer.
struct Destination {
  Address address;
  std::string list_name;  // when not empty, the address does not count
  bool operator==(const Destination&) const = default;
};

struct SubmitMulti {
  std::string service_type;
  Address source;
  std::vector<Destination> destinations;
  uint8_t esm_class = 0;
  uint8_t protocol_id = 0;
  uint8_t priority = 0;
  std::string schedule_delivery_time;
  std::string validity_period;
  uint8_t registered_delivery = 0;
  uint8_t replace_if_present = 0;
  uint8_t data_coding = 0;
  uint8_t default_message = 0;
  std::string short_message;
  Tlvs tlvs;
  bool operator==(const SubmitMulti&) const = default;
};

struct SubmitMultiResp {
  struct Failure {
    Address address;
    Status status = Status::Ok;
    bool operator==(const Failure&) const = default;
  };
  std::string message_id;
  std::vector<Failure> failures;
  bool operator==(const SubmitMultiResp&) const = default;
};

struct QuerySm {
  std::string message_id;
  Address source;
  bool operator==(const QuerySm&) const = default;
};

struct QuerySmResp {
  std::string message_id;
  std::string final_date;
  uint8_t message_state = 0;
  uint8_t error_code = 0;
  bool operator==(const QuerySmResp&) const = default;
};

struct CancelSm {
  std::string service_type;
  std::string message_id;
  Address source;
  Address destination;
  bool operator==(const CancelSm&) const = default;
};

struct ReplaceSm {
  std::string message_id;
  Address source;
  std::string schedule_delivery_time;
  std::string validity_period;
  uint8_t registered_delivery = 0;
  uint8_t default_message = 0;
  std::string short_message;
  bool operator==(const ReplaceSm&) const = default;
};

struct AlertNotification {
  Address source;
  Address esme;
  Tlvs tlvs;
  bool operator==(const AlertNotification&) const = default;
};

using Body =
    std::variant<Empty, Bind, BindResp, Outbind, Message, MessageResp, DataSm, SubmitMulti,
                 SubmitMultiResp, QuerySm, QuerySmResp, CancelSm, ReplaceSm, AlertNotification>;

}  // namespace tandem::carrier::smpp
