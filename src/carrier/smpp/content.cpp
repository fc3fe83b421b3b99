#include "carrier/smpp/content.h"

#include <utility>

#include "carrier/smpp/flags.h"

namespace tandem::carrier::smpp {

namespace {

void add_sar(Message& message, const text::Concatenation& part) {
  message.tlvs.add_u16(Tag::SarMsgRefNum, part.reference);
  message.tlvs.add_u8(Tag::SarTotalSegments, part.total);
  message.tlvs.add_u8(Tag::SarSegmentSeqnum, part.sequence);
}

std::optional<text::Concatenation> sar_of(const Tlvs& tlvs) {
  const auto reference = tlvs.number(Tag::SarMsgRefNum);
  const auto total = tlvs.number(Tag::SarTotalSegments);
  const auto sequence = tlvs.number(Tag::SarSegmentSeqnum);
  if (!reference || !total || !sequence) return std::nullopt;
  if (*reference > 0xFFFF || *total > 0xFF || *sequence < 1 || *sequence > *total) {
    return std::nullopt;
  }
  return text::Concatenation{static_cast<uint16_t>(*reference), static_cast<uint8_t>(*total),
                             static_cast<uint8_t>(*sequence), true};
}

std::optional<text::Ports> ports_of(const Tlvs& tlvs) {
  const auto destination = tlvs.number(Tag::DestinationPort);
  if (!destination || *destination > 0xFFFF) return std::nullopt;
  const uint32_t source = tlvs.number(Tag::SourcePort).value_or(0);
  return text::Ports{static_cast<uint16_t>(*destination), static_cast<uint16_t>(source & 0xFFFF)};
}

}  // namespace

std::vector<Message> messages_for(const text::Segmentation& text, const Message& frame,
                                  LongText form) {
  const bool one_payload = form == LongText::Payload && text.parts.size() > 1;
  std::vector<Message> result;
  result.reserve(one_payload ? 1 : text.parts.size());
  std::string payload;
  for (const text::Part& part : text.parts) {
    if (one_payload) {
      payload += part.bytes;
      continue;
    }
    Message& message = result.emplace_back(frame);
    message.data_coding = text::coding_of(text.encoding);
    if (part.concatenation && form == LongText::SarTlvs) {
      add_sar(message, *part.concatenation);
      message.short_message = part.bytes;
    } else {
      if (part.concatenation) message.esm_class |= kEsmUserDataHeader;
      message.short_message = part.header() + part.bytes;
    }
  }
  if (one_payload) {
    Message& message = result.emplace_back(frame);
    message.data_coding = text::coding_of(text.encoding);
    message.tlvs.add_bytes(Tag::MessagePayload, std::move(payload));
  }
  return result;
}

std::string_view user_data(const Message& message) {
  const std::string* payload = message.tlvs.find(Tag::MessagePayload);
  if (payload != nullptr && message.short_message.empty()) return *payload;
  return message.short_message;
}

Result<Content> content_of(const Message& message, text::Alphabet carrier_default) {
  Content content;
  content.alphabet = text::alphabet_of(message.data_coding, carrier_default);
  content.concatenation = sar_of(message.tlvs);
  content.ports = ports_of(message.tlvs);
  const std::string_view data = user_data(message);
  if ((message.esm_class & kEsmUserDataHeader) == 0) {
    content.bytes = data;
    return content;
  }
  const auto header = text::parse_header(data);
  if (!header) return tl::unexpected(header.error());
  content.bytes = data.substr(header->bytes);
  content.national = header->national;
  if (header->concatenation) content.concatenation = header->concatenation;
  if (header->ports) content.ports = header->ports;
  return content;
}

Message message_of(const DataSm& data) {
  Message message;
  message.service_type = data.service_type;
  message.source = data.source;
  message.destination = data.destination;
  message.esm_class = data.esm_class;
  message.registered_delivery = data.registered_delivery;
  message.data_coding = data.data_coding;
  message.tlvs = data.tlvs;
  return message;
}

Message message_of(const SubmitMulti& multi, const Address& receiver) {
  Message message;
  message.service_type = multi.service_type;
  message.source = multi.source;
  message.destination = receiver;
  message.esm_class = multi.esm_class;
  message.protocol_id = multi.protocol_id;
  message.priority = multi.priority;
  message.schedule_delivery_time = multi.schedule_delivery_time;
  message.validity_period = multi.validity_period;
  message.registered_delivery = multi.registered_delivery;
  message.replace_if_present = multi.replace_if_present;
  message.data_coding = multi.data_coding;
  message.default_message = multi.default_message;
  message.short_message = multi.short_message;
  message.tlvs = multi.tlvs;
  return message;
}

}  // namespace tandem::carrier::smpp
