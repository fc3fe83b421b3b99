#include <algorithm>

#include "api/resource_plan.h"

namespace tandem::api {
namespace {

using contract::Parameter;
using contract::Schema;

/// Most indexes a collection gets by itself: each one costs every write.
constexpr size_t kMaxDerivedIndexes = 8;

Schema member_at(Schema document, std::string_view path) {
  Schema at = document;
  while (at && !path.empty()) {
    const size_t dot = std::min(path.find('.'), path.size());
    at = at.member(path.substr(0, dot));
    path.remove_prefix(std::min(dot + 1, path.size()));
  }
  return at;
}

class Collector {
 public:
  explicit Collector(const ResourcePlan& plan) : plan_(plan) {}

  void add_parameter(const Parameter& parameter) {
    const std::string_view name = parameter.name;
    if (parameter.in != Parameter::In::Query) return;
    if (name == "filter") {
      for (size_t i = 0; i < parameter.schema.property_count(); ++i) {
        add_filter(parameter.schema.property(i).name);
      }
    } else if (name.starts_with("filter[")) {
      add_filter(name.substr(7, name.find(']') - 7));
    } else if (name.starts_with("sort")) {
      add_sorts(parameter.schema);
    } else {
      add_filter(name);
    }
  }

  std::vector<store::Index> take() { return std::move(indexes_); }

 private:
  void add_filter(std::string_view name) {
    for (const FilterField& field : plan_.resource.filters) {
      if (field.parameter == name) return add(field.field);
    }
    add(name);
  }

  void add_sorts(Schema schema) {
    const Schema names = schema.kind() == Schema::Kind::Array ? schema.items() : schema;
    for (std::string_view name : names.enum_values()) {
      if (name.starts_with('-')) name.remove_prefix(1);
      add(name);
    }
  }

  void add(std::string_view path) {
    if (path.empty() || path == "created_at" || path == plan_.resource.id_field) return;
    const auto& without = plan_.resource.unindexed;
    if (std::find(without.begin(), without.end(), path) != without.end()) return;
    if (indexes_.size() >= kMaxDerivedIndexes) return;
    const Schema member = member_at(plan_.document, path);
    if (!member) return;
    using Kind = Schema::Kind;
    const bool number = member.kind() == Kind::Integer || member.kind() == Kind::Number;
    if (!number && member.kind() != Kind::String) return;
    const auto same = [&](const store::Index& index) { return index.path == path; };
    if (std::any_of(indexes_.begin(), indexes_.end(), same)) return;
    indexes_.push_back({std::string(path),
                        number ? store::Index::Kind::Number : store::Index::Kind::Text, false,
                        false});
  }

  const ResourcePlan& plan_;
  std::vector<store::Index> indexes_;
};

/// A declared index goes before a derived one on the same path; unique stays unique.
void put_index(std::vector<store::Index>& indexes, store::Index index) {
  for (store::Index& there : indexes) {
    if (there.path != index.path) continue;
    there.kind = index.kind;
    there.unique = there.unique || index.unique;
    there.everywhere = there.everywhere || index.everywhere;
    return;
  }
  indexes.push_back(std::move(index));
}

}  // namespace

std::vector<store::Index> plan_indexes(const ResourcePlan& plan) {
  Collector collector(plan);
  if (plan.list) {
    for (const Parameter& parameter : plan.list->parameters) collector.add_parameter(parameter);
  }
  std::vector<store::Index> indexes = collector.take();
  if (!plan.resource.parent_field.empty()) {
    put_index(indexes, {plan.resource.parent_field, store::Index::Kind::Text, false, false});
  }
  for (const std::string& path : plan.resource.unique) {
    put_index(indexes, {path, store::Index::Kind::Text, true, false});
  }
  for (const store::Index& index : plan.resource.indexes) put_index(indexes, index);
  return indexes;
}

}  // namespace tandem::api
