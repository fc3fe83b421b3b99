#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "carrier/smpp/bodies.h"
#include "carrier/text/data_coding.h"
#include "carrier/text/segments.h"
#include "core/result.h"

/// Texts in messages: how parts are put into submit_sm and deliver_sm and found there again.
namespace tandem::carrier::smpp {

/// How a carrier wants long texts.
enum class LongText : uint8_t {
  Header,   // parts with a user data header (what nearly all carriers take)
  SarTlvs,  // parts with sar_msg_ref_num and its companions
  Payload,  // one message with the whole text in message_payload
};

/// `frame` once for each part, with that part, its data coding and its place in the text.
std::vector<Message> messages_for(const text::Segmentation& text, const Message& frame,
                                  LongText form = LongText::Header);

/// What a message carries.
struct Content {
  text::Alphabet alphabet = text::Alphabet::Gsm7;
  std::string bytes;  // without user data header
  std::optional<text::Concatenation> concatenation;
  std::optional<text::Ports> ports;
  text::NationalTables national;
  /// UTF-8; empty for binary data.
  std::string text() const { return text::decode_text(alphabet, bytes, national); }
};

/// The bytes of a message wherever they stand: short_message, or message_payload.
std::string_view user_data(const Message& message);

/// Reads a message in any of the three forms; an error when its user data header is broken.
/// `carrier_default` is what the peer means by data coding 0.
Result<Content> content_of(const Message& message,
                           text::Alphabet carrier_default = text::Alphabet::Gsm7);

/// The message that a data_sm means: the same, with its payload as message_payload.
Message message_of(const DataSm& data);
/// The one that a submit_multi means for one of its receivers.
Message message_of(const SubmitMulti& multi, const Address& receiver);

}  // namespace tandem::carrier::smpp
