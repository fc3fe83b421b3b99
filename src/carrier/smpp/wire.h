#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "carrier/smpp/bodies.h"

/// The two hands of the codec: a layout is told once (pdu.cpp) and read or written by these. Both
/// remember the first problem and do nothing more after it.
namespace tandem::carrier::smpp {

class Reader {
 public:
  /// `lenient` reads a field past the end as empty and a last text without its zero.
  Reader(std::string_view bytes, bool lenient) : rest_(bytes), lenient_(lenient) {}

  Status problem() const { return problem_; }

  void u8(uint8_t& value);
  void u32(uint32_t& value);
  /// A C-octet string of at most `max_bytes`, its zero included.
  void text(std::string& value, size_t max_bytes, Status when_long);
  void address(Address& value, size_t max_bytes, Status when_long);
  void short_message(std::string& value);
  void tlvs(Tlvs& value);
  /// A list with a count of one octet in front.
  template <class List, class Item>
  void list(List& items, size_t max_count, Item read_item) {
    uint8_t count = 0;
    u8(count);
    if (count > max_count) return stop(Status::InvalidDestinationCount);
    for (size_t i = 0; i < count && problem_ == Status::Ok; ++i) read_item(items.emplace_back());
  }
  void stop(Status problem) {
    if (problem_ == Status::Ok) problem_ = problem;
  }

 private:
  /// The next bytes, or null at the end.
  const uint8_t* take(size_t bytes);

  std::string_view rest_;
  bool lenient_;
  Status problem_ = Status::Ok;
};

class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  Status problem() const { return problem_; }

  void u8(uint8_t value) { out_.push_back(static_cast<char>(value)); }
  void u16(uint16_t value);
  void u32(uint32_t value);
  void text(const std::string& value, size_t max_bytes, Status when_long);
  void address(const Address& value, size_t max_bytes, Status when_long);
  void short_message(const std::string& value);
  void tlvs(const Tlvs& value);
  template <class List, class Item>
  void list(const List& items, size_t max_count, Item write_item) {
    if (items.size() > max_count) return stop(Status::InvalidDestinationCount);
    u8(static_cast<uint8_t>(items.size()));
    for (const auto& item : items) write_item(item);
  }
  void stop(Status problem) {
    if (problem_ == Status::Ok) problem_ = problem;
  }

 private:
  std::string& out_;
  Status problem_ = Status::Ok;
};

}  // namespace tandem::carrier::smpp
