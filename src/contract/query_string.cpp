#include "contract/query_string.h"

#include <algorithm>
#include <utility>

#include "contract/text.h"

namespace tandem::contract {
namespace {

constexpr size_t kMaxPairs = 256;
constexpr size_t kMaxParts = 8;

/// Fills in base and parts from the name; false when there are too many parts.
bool split_name(QueryPair& pair) {
  pair.base = pair.name;
  std::string_view rest = pair.name;
  const size_t open = rest.find('[');
  if (open == std::string_view::npos || open == 0) return true;
  rest.remove_prefix(open);
  std::vector<std::string> parts;
  while (!rest.empty()) {
    const size_t close = rest.find(']');
    if (rest[0] != '[' || close == std::string_view::npos) return true;
    if (parts.size() == kMaxParts) return false;
    parts.emplace_back(rest.substr(1, close - 1));
    rest.remove_prefix(close + 1);
  }
  pair.base.resize(open);
  pair.parts = std::move(parts);
  return true;
}

}  // namespace

std::optional<std::vector<QueryPair>> split_query(std::string_view raw) {
  std::vector<QueryPair> pairs;
  while (!raw.empty()) {
    const size_t end = std::min(raw.find('&'), raw.size());
    const std::string_view piece = raw.substr(0, end);
    raw.remove_prefix(std::min(end + 1, raw.size()));
    if (piece.empty()) continue;
    if (pairs.size() == kMaxPairs) return std::nullopt;
    const size_t equals = std::min(piece.find('='), piece.size());
    auto name = query_decode(piece.substr(0, equals));
    auto value = query_decode(piece.substr(std::min(equals + 1, piece.size())));
    if (!name || !value) return std::nullopt;
    QueryPair pair;
    pair.name = std::move(*name);
    pair.value = std::move(*value);
    if (!split_name(pair)) return std::nullopt;
    pairs.push_back(std::move(pair));
  }
  return pairs;
}

}  // namespace tandem::contract
