#include "carrier/smpp/wire.h"

namespace tandem::carrier::smpp {

namespace {

uint16_t word(const uint8_t* bytes) { return static_cast<uint16_t>(bytes[0] << 8 | bytes[1]); }

}  // namespace

const uint8_t* Reader::take(size_t bytes) {
  if (problem_ != Status::Ok) return nullptr;
  if (rest_.size() < bytes) {
    if (!lenient_) problem_ = Status::InvalidCommandLength;
    rest_ = {};
    return nullptr;
  }
  const auto* taken = reinterpret_cast<const uint8_t*>(rest_.data());
  rest_.remove_prefix(bytes);
  return taken;
}

void Reader::u8(uint8_t& value) {
  if (const uint8_t* bytes = take(1)) value = *bytes;
}

void Reader::u32(uint32_t& value) {
  const uint8_t* bytes = take(4);
  if (bytes != nullptr) value = static_cast<uint32_t>(word(bytes)) << 16 | word(bytes + 2);
}

void Reader::text(std::string& value, size_t max_bytes, Status when_long) {
  if (problem_ != Status::Ok) return;
  const size_t end = rest_.substr(0, max_bytes).find('\0');
  if (end != std::string_view::npos) {
    value = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
  } else if (rest_.size() >= max_bytes) {
    problem_ = when_long;
  } else if (lenient_) {
    value = rest_;
    rest_ = {};
  } else {
    problem_ = Status::InvalidCommandLength;
  }
}

void Reader::address(Address& value, size_t max_bytes, Status when_long) {
  uint8_t ton = 0;
  uint8_t npi = 0;
  u8(ton);
  u8(npi);
  value.ton = static_cast<Ton>(ton);
  value.npi = static_cast<Npi>(npi);
  text(value.digits, max_bytes, when_long);
}

void Reader::short_message(std::string& value) {
  uint8_t length = 0;
  u8(length);
  if (length > kMaxShortMessageBytes) return stop(Status::InvalidMessageLength);
  const uint8_t* bytes = take(length);
  if (bytes != nullptr) value.assign(reinterpret_cast<const char*>(bytes), length);
}

void Reader::tlvs(Tlvs& value) {
  // Some peers end a PDU with a stray zero; fewer bytes than a tag and a length are no parameter.
  while (problem_ == Status::Ok && rest_.size() >= 4) {
    const uint8_t* head = take(4);
    const size_t length = word(head + 2);
    if (length > rest_.size() || value.size() == Tlvs::kMaxCount) {
      if (!lenient_) problem_ = Status::InvalidTlvStream;
      return;
    }
    const uint8_t* bytes = take(length);
    value.add_bytes(static_cast<Tag>(word(head)),
                    std::string(reinterpret_cast<const char*>(bytes), length));
  }
}

void Writer::u16(uint16_t value) {
  u8(static_cast<uint8_t>(value >> 8));
  u8(static_cast<uint8_t>(value & 0xFF));
}

void Writer::u32(uint32_t value) {
  u16(static_cast<uint16_t>(value >> 16));
  u16(static_cast<uint16_t>(value & 0xFFFF));
}

void Writer::text(const std::string& value, size_t max_bytes, Status when_long) {
  if (value.size() >= max_bytes || value.find('\0') != std::string::npos) return stop(when_long);
  out_ += value;
  out_.push_back('\0');
}

void Writer::address(const Address& value, size_t max_bytes, Status when_long) {
  u8(static_cast<uint8_t>(value.ton));
  u8(static_cast<uint8_t>(value.npi));
  text(value.digits, max_bytes, when_long);
}

void Writer::short_message(const std::string& value) {
  if (value.size() > kMaxShortMessageBytes) return stop(Status::InvalidMessageLength);
  u8(static_cast<uint8_t>(value.size()));
  out_ += value;
}

void Writer::tlvs(const Tlvs& value) {
  if (value.size() > Tlvs::kMaxCount) return stop(Status::InvalidTlvStream);
  for (const Tlv& tlv : value) {
    if (tlv.value.size() > Tlvs::kMaxValueBytes) return stop(Status::InvalidParameterLength);
    u16(static_cast<uint16_t>(tlv.tag));
    u16(static_cast<uint16_t>(tlv.value.size()));
    out_ += tlv.value;
  }
}

}  // namespace tandem::carrier::smpp
