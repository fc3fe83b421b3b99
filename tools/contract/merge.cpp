#include "merge.h"

#include <string_view>
#include <utility>

namespace tandem::contract_tool {
namespace {

void mark(json::Value& path_item, const std::string& product) {
  for (auto& [key, value] : path_item.members()) {
    if (key != "parameters" && key != "servers" && value.is_object()) {
      value.set("x-product", product);
    }
  }
}

/// Moves the members of `from` into `into`; one that is there already is a problem.
void move_members(json::Value& from, json::Value& into, const std::string& where,
                  Problems& problems) {
  if (from.is_null()) return;
  if (!from.is_object()) return problems.add(where, "is not a map");
  for (auto& [name, value] : from.members()) {
    json::Value& slot = into.member(name);
    if (!slot.is_null()) {
      problems.add(where, "\"" + name + "\" stands there already");
    } else {
      slot = std::move(value);
    }
  }
}

void merge_paths(json::Value& from, json::Value& into, const std::string& product,
                 Problems& problems) {
  if (from.is_null()) return;
  if (!from.is_object()) return problems.add(product, "is not a map of paths");
  for (auto& [path, item] : from.members()) {
    if (!item.is_object()) {
      problems.add(product + ": " + path, "is not a map");
      continue;
    }
    mark(item, product);
    json::Value& slot = into.member(path);
    if (slot.is_null()) slot = json::Value::object();
    move_members(item, slot, product + ": " + path, problems);
  }
}

}  // namespace

json::Value merge(std::vector<Source> sources, Problems& problems) {
  json::Value paths = json::Value::object();
  json::Value webhooks = json::Value::object();
  json::Value components = json::Value::object();
  for (auto& [product, content] : sources) {
    if (!content.is_object()) {
      problems.add(product, "is not a map");
      continue;
    }
    for (auto& [section, value] : content.members()) {
      if (section == "paths") {
        merge_paths(value, paths, product, problems);
      } else if (section == "webhooks") {
        merge_paths(value, webhooks, product, problems);
      } else if (section == "components" && value.is_object()) {
        for (auto& [kind, named] : value.members()) {
          json::Value& slot = components.member(kind);
          if (slot.is_null()) slot = json::Value::object();
          move_members(named, slot, product + ": components/" + kind, problems);
        }
      } else {
        problems.add(product, "the section \"" + section + "\" is not known");
      }
    }
  }
  return json::Value::object({{"paths", std::move(paths)},
                              {"webhooks", std::move(webhooks)},
                              {"components", std::move(components)}});
}

}  // namespace tandem::contract_tool
