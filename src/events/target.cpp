#include "events/target.h"

#include <charconv>
#include <cstdint>

namespace tandem::events {
namespace {

constexpr std::string_view kShapeNames[] = {"v2", "v1", "raw"};

/// FNV-1a, 64 bits: spread, not secrecy. Two targets with one key merely share a queue.
class Hash {
 public:
  void add(std::string_view text) {
    for (const char c : text) mix(static_cast<unsigned char>(c));
    mix(0xFF);  // in no UTF-8: keeps "ab"+"c" from "a"+"bc"
  }
  std::string hex() const {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string out(16, '0');
    for (size_t i = 0; i < out.size(); ++i) out[i] = kDigits[state_ >> (60 - 4 * i) & 15];
    return out;
  }

 private:
  void mix(uint64_t byte) { state_ = (state_ ^ byte) * 0x100000001b3; }
  uint64_t state_ = 0xcbf29ce484222325;
};

std::string_view without_query(std::string_view url) { return url.substr(0, url.find('?')); }

Target::Shape shape_named(std::string_view name) {
  for (size_t i = 0; i < std::size(kShapeNames); ++i) {
    if (name == kShapeNames[i]) return static_cast<Target::Shape>(i);
  }
  return Target::Shape::V2;
}

}  // namespace

std::string target_key(std::string_view account, const Target& target) {
  Hash hash;
  hash.add(account);
  hash.add(without_query(target.url));
  hash.add(without_query(target.failover_url));
  return hash.hex();
}

size_t shard_of(std::string_view target_key, size_t shards) {
  uint64_t number = 0;
  std::from_chars(target_key.data(), target_key.data() + target_key.size(), number, 16);
  return number % shards;
}

std::string hash_of(std::string_view text) {
  Hash hash;
  hash.add(text);
  return hash.hex();
}

void append_target(json::Writer& out, const Target& target) {
  out.object().member("url", target.url);
  if (!target.failover_url.empty()) out.member("failover_url", target.failover_url);
  if (target.shape != Target::Shape::V2) {
    out.member("shape", kShapeNames[static_cast<size_t>(target.shape)]);
  }
  if (target.method == Target::Method::Get) out.member("method", "GET");
  out.end();
}

Target read_target(json::View view) {
  return {std::string(view["url"].string()), std::string(view["failover_url"].string()),
          shape_named(view["shape"].string()),
          view["method"].string() == "GET" ? Target::Method::Get : Target::Method::Post};
}

}  // namespace tandem::events
