#include "products/messaging/peer_outbox.h"

#include "carrier/smpp/content.h"
#include "carrier/smpp/flags.h"
#include "carrier/smpp/receipt.h"
#include "carrier/text/hex.h"
#include "carrier/text/segments.h"

namespace tandem::products::messaging {
namespace {

namespace smpp = carrier::smpp;
namespace text = carrier::text;
using smpp::MessageState;

constexpr size_t kSystemIdSize = 12;
/// Characters of the text that a receipt repeats.
constexpr size_t kReceiptText = 20;
constexpr uint64_t kReferences = 0x10000;

MessageState state_of(std::string_view status, std::optional<int> error) {
  if (status == "delivered") return MessageState::Delivered;
  if (status == "expired") return MessageState::Expired;
  if (status == "cancelled") return MessageState::Deleted;
  if (status == "delivery_unconfirmed") return MessageState::Unknown;
  if (status == "delivery_failed" && error) return MessageState::Undeliverable;
  return MessageState::Rejected;
}

std::string three_digits(int code) {
  const std::string digits = std::to_string(code % 1000);
  return std::string(3 - digits.size(), '0') + digits;
}

/// Receipts are written in ASCII.
std::string beginning_of(std::string_view words) {
  std::string out;
  for (const char c : words) {
    if (out.size() == kReceiptText) break;
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) == 0x80) continue;  // inside of a character
    out += byte >= 0x20 && byte < 0x7F ? c : '?';
  }
  return out;
}

void owe(std::string_view peer, const smpp::Message& message, std::string_view account,
         api::Moment moment, api::Effects& effects) {
  json::Value parameters = json::Value::array();
  for (const smpp::Tlv& tlv : message.tlvs) {
    parameters.push(json::Value::object(
        {{"tag", static_cast<int>(tlv.tag)}, {"value", text::to_hex(tlv.value)}}));
  }
  const json::Value row =
      json::Value::object({{"peer", peer},
                           {"from", smpp::number_of(message.source)},
                           {"to", smpp::number_of(message.destination)},
                           {"esm_class", static_cast<int>(message.esm_class)},
                           {"data_coding", static_cast<int>(message.data_coding)},
                           {"bytes", text::to_hex(message.short_message)},
                           {"parameters", std::move(parameters)}});
  effects.put(std::string(kPeerOutbox), moment.ids.uuid(), std::string(account), row, store::kNew,
              moment.now);
}

/// The text and, below it, where the files are.
std::string words_of(const json::Value& message) {
  std::string words(message["text"].string());
  if (!message["media"].is_array()) return words;
  for (const json::Value& item : message["media"].items()) {
    if (!words.empty()) words += '\n';
    words += item["url"].string();
  }
  return words;
}

}  // namespace

std::string peer_of(std::string_view profile_id) {
  if (profile_id.size() <= kSystemIdSize) return std::string(profile_id);
  return std::string(profile_id.substr(profile_id.size() - kSystemIdSize));
}

json::Value to_json(const PeerReceipt& receipt) {
  json::Value value = json::Value::object(
      {{"id", receipt.id}, {"registered", static_cast<int>(receipt.registered)}});
  if (receipt.reference) value.set("reference", static_cast<int>(*receipt.reference));
  return value;
}

PeerReceipt read_receipt(const json::Value& value) {
  PeerReceipt receipt;
  receipt.id = value["id"].string();
  receipt.registered = static_cast<uint8_t>(value["registered"].integer());
  const json::Value& reference = value["reference"];
  if (!reference.is_null()) receipt.reference = static_cast<uint16_t>(reference.integer());
  return receipt;
}

bool is_wanted(const PeerReceipt& receipt, bool delivered) {
  const int wish = receipt.registered & smpp::kReceiptMask;
  return wish == smpp::kReceiptAlways || (wish == smpp::kReceiptOnFailure && !delivered);
}

void owe_receipt(const PeerReceipt& receipt, const PeerReport& report, std::string_view account,
                 api::Moment moment, api::Effects& effects) {
  const MessageState state = state_of(report.status, report.error);
  const bool delivered = state == MessageState::Delivered;
  if (!is_wanted(receipt, delivered)) return;
  smpp::Receipt told;
  told.message_id = receipt.id;
  told.state = state;
  told.error = three_digits(report.error.value_or(0));
  told.delivered = delivered ? 1 : 0;
  told.submit_date = report.submitted_at;
  told.done_date = moment.now;
  told.text = beginning_of(report.text);
  told.user_message_reference = receipt.reference;
  smpp::Message message;
  message.source = smpp::address_of(report.to);
  message.destination = smpp::address_of(report.from);
  smpp::put_receipt(message, told);
  // The last word about a message, whatever its state: never an intermediate notification.
  message.esm_class = smpp::kEsmReceipt;
  owe(report.peer, message, account, moment, effects);
}

void owe_receipts(const json::Value& message, std::string_view status, std::optional<int> error,
                  std::string_view account, api::Moment moment, api::Effects& effects) {
  if (!message["_receipts"].is_array()) return;
  PeerReport report;
  report.peer = peer_of(message["messaging_profile_id"].string());
  report.from = message["from"]["phone_number"].string();
  report.to = message["to"].items().front()["phone_number"].string();
  report.text = message["text"].string();
  report.status = status;
  report.error = error;
  report.submitted_at = parse_iso8601(message["received_at"].string()).value_or(moment.now);
  for (const json::Value& receipt : message["_receipts"].items()) {
    owe_receipt(read_receipt(receipt), report, account, moment, effects);
  }
}

void owe_text(const json::Value& message, const store::Snapshot& snapshot, std::string_view account,
              api::Moment moment, api::Effects& effects) {
  const std::string peer = peer_of(message["messaging_profile_id"].string());
  if (!snapshot.get(kPeers, peer)) return;
  smpp::Message frame;
  frame.source = smpp::address_of(message["from"]["phone_number"].string());
  frame.destination = smpp::address_of(message["to"].items().front()["phone_number"].string());
  const auto reference =
      static_cast<uint16_t>(std::hash<std::string_view>()(message["id"].string()) % kReferences);
  const auto split =
      text::split(words_of(message), {text::Preference::Auto, reference, /*wide_reference=*/false});
  if (!split) return;
  for (const smpp::Message& part : smpp::messages_for(*split, frame)) {
    owe(peer, part, account, moment, effects);
  }
}

smpp::Message read_owed(json::View row) {
  smpp::Message message;
  message.source = smpp::address_of(row["from"].string());
  message.destination = smpp::address_of(row["to"].string());
  message.esm_class = static_cast<uint8_t>(row["esm_class"].integer());
  message.data_coding = static_cast<uint8_t>(row["data_coding"].integer());
  message.short_message = text::from_hex(row["bytes"].string());
  for (const json::View parameter : row["parameters"].items()) {
    message.tlvs.add_bytes(static_cast<smpp::Tag>(parameter["tag"].integer()),
                           text::from_hex(parameter["value"].string()));
  }
  return message;
}

}  // namespace tandem::products::messaging
