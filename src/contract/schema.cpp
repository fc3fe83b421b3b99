#include "contract/schema.h"

#include <cmath>

#include "contract/tables.h"
#include "contract/validator.h"
#include "core/assert.h"

namespace tandem::contract {

const Property* Tables::property(Range range, std::string_view name) const {
  uint32_t low = 0;
  uint32_t high = range.count;
  while (low < high) {
    const uint32_t middle = (low + high) / 2;
    const Property& candidate = properties[range.begin + sorted[range.begin + middle]];
    if (candidate.name == name) return &candidate;
    if (shorter_or_less(candidate.name, name)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return nullptr;
}

const Node& Schema::node() const {
  static const Node nothing;
  return contract_ ? contract_->impl_->tables.nodes[index_] : nothing;
}

bool Schema::validate(json::View value, Direction direction, std::vector<ErrorItem>& problems,
                      size_t limit) const {
  if (!contract_) return true;
  return validate_value(contract_->impl_->tables, index_, value, direction, problems, limit);
}

Schema::Kind Schema::kind() const { return node().shown_kind; }
bool Schema::nullable() const { return node().nullable; }
bool Schema::read_only() const { return node().read_only; }
bool Schema::write_only() const { return node().write_only; }
std::string_view Schema::format() const { return node().format; }
std::string_view Schema::default_json() const { return node().default_json; }
std::string_view Schema::example_json() const { return node().example_json; }
std::string_view Schema::name() const { return node().name; }

std::span<const std::string_view> Schema::enum_values() const {
  if (!contract_) return {};
  const Tables& tables = contract_->impl_->tables;
  return tables.of(tables.texts, node().shown_texts);
}

std::optional<double> Schema::minimum() const {
  return std::isinf(node().minimum) ? std::nullopt : std::optional(node().minimum);
}

std::optional<double> Schema::maximum() const {
  return std::isinf(node().maximum) ? std::nullopt : std::optional(node().maximum);
}

Schema Schema::items() const {
  const uint32_t items = node().shown_items;
  return items == kNoNode ? Schema() : Schema(contract_, items);
}

size_t Schema::property_count() const { return node().shown_properties.count; }

Schema::Property Schema::property(size_t i) const {
  TANDEM_ASSERT(i < property_count());
  const contract::Property& found =
      contract_->impl_->tables.properties[node().shown_properties.begin + i];
  return {found.name, Schema(contract_, found.node), found.required};
}

Schema Schema::member(std::string_view name) const {
  if (!contract_) return {};
  const auto* found = contract_->impl_->tables.property(node().shown_properties, name);
  return found ? Schema(contract_, found->node) : Schema();
}

bool Schema::required(std::string_view name) const {
  if (!contract_) return false;
  const auto* found = contract_->impl_->tables.property(node().shown_properties, name);
  return found && found->required;
}

}  // namespace tandem::contract
