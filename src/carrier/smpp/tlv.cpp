#include "carrier/smpp/tlv.h"

#include <utility>

namespace tandem::carrier::smpp {

const std::string* Tlvs::find(Tag tag) const {
  for (const Tlv& tlv : list_) {
    if (tlv.tag == tag) return &tlv.value;
  }
  return nullptr;
}

std::optional<uint32_t> Tlvs::number(Tag tag) const {
  const std::string* value = find(tag);
  if (value == nullptr) return std::nullopt;
  if (value->size() != 1 && value->size() != 2 && value->size() != 4) return std::nullopt;
  uint32_t result = 0;
  for (const char byte : *value) result = result << 8 | static_cast<uint8_t>(byte);
  return result;
}

std::string_view Tlvs::text(Tag tag) const {
  const std::string* value = find(tag);
  if (value == nullptr) return {};
  const std::string_view view(*value);
  return view.substr(0, view.find('\0'));
}

void Tlvs::add_bytes(Tag tag, std::string value) { list_.push_back({tag, std::move(value)}); }

void Tlvs::add_u8(Tag tag, uint8_t value) {
  add_bytes(tag, std::string(1, static_cast<char>(value)));
}

void Tlvs::add_u16(Tag tag, uint16_t value) {
  add_bytes(tag, {static_cast<char>(value >> 8), static_cast<char>(value & 0xFF)});
}

void Tlvs::add_text(Tag tag, std::string_view text) {
  std::string value(text);
  value.push_back('\0');
  add_bytes(tag, std::move(value));
}

}  // namespace tandem::carrier::smpp
