#include "api/resource_checks.h"

#include <algorithm>
#include <string>

#include "api/resource_fields.h"

namespace tandem::api {
namespace {

bool is_there(const Account& account, const store::Snapshot& snapshot,
              const std::string& collection, std::string_view by, std::string_view value) {
  if (by != "id") return snapshot.find(collection, account.id, by, value).has_value();
  if (find_own(snapshot, account, collection, value)) return true;
  // Ids that clients choose are kept under their account's (ResourcePlan::key).
  std::string key = account.id;
  key.append("/").append(value);
  return find_own(snapshot, account, collection, key).has_value();
}

std::string text_of(const json::Value& value) {
  return value.is_string() ? std::string(value.string()) : value.text();
}

Result<void, ApiError> check_one(const Reference& reference, const Account& account,
                                 const store::Snapshot& snapshot, const json::Value& value,
                                 const std::string& pointer) {
  if (value.is_null() || (value.is_string() && value.string().empty())) return {};
  if (is_there(account, snapshot, reference.collection, reference.by, text_of(value))) return {};
  std::string detail = "Nothing in your account has the " + reference.by + " '" + text_of(value);
  return refuse(reference.error, detail + "' that this field refers to.", pointer);
}

}  // namespace

Result<void, ApiError> check_references(const ResourcePlan& plan, const Account& account,
                                        const store::Snapshot& snapshot,
                                        const json::Value& document, const json::Value* before) {
  for (const Reference& reference : plan.resource.references) {
    const json::Value& value = document.at_path(reference.field);
    if (before && before->at_path(reference.field) == value) continue;
    const std::string pointer = pointer_of(reference.field);
    if (!value.is_array()) {
      if (auto ok = check_one(reference, account, snapshot, value, pointer); !ok) return ok;
      continue;
    }
    for (size_t i = 0; i < value.items().size(); ++i) {
      const std::string at = pointer + "/" + std::to_string(i);
      auto ok = check_one(reference, account, snapshot, value.items()[i], at);
      if (!ok) return ok;
    }
  }
  return {};
}

Result<void, ApiError> check_unused(const ResourcePlan& plan, const Account& account,
                                    const store::Snapshot& snapshot, std::string_view id) {
  for (const UsedBy& user : plan.resource.used_by) {
    if (!snapshot.find(user.collection, account.id, user.field, id)) continue;
    std::string name = user.collection;
    std::replace(name.begin(), name.end(), '_', ' ');
    return refuse(user.error, "It can't be removed while something in " + name + " uses it.");
  }
  return {};
}

Result<void, ApiError> check_parent(const ResourcePlan& plan, const Call& call,
                                    const store::Snapshot& snapshot) {
  if (plan.parent_param.empty() || plan.resource.parent_collection.empty()) return {};
  const bool there = is_there(call.account, snapshot, plan.resource.parent_collection, "id",
                              parent_id(plan, call));
  if (there) return {};
  return tl::unexpected(ApiError::not_found());
}

}  // namespace tandem::api
