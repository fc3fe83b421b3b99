#include "products/common/owned_numbers.h"

#include "core/assert.h"
#include "core/json.h"

namespace tandem::products {

std::optional<OwnedNumber> find_owned_number(const store::Snapshot& snapshot,
                                             std::string_view phone_number) {
  const auto row = snapshot.find(kPhoneNumbers, std::nullopt, "phone_number", phone_number);
  if (!row) return std::nullopt;
  const auto parsed = json::Document::parse(row->body);
  TANDEM_ASSERT(parsed);
  const json::View document = parsed->root();
  if (document["status"].string() != "active") return std::nullopt;
  const auto text = [&](std::string_view member) { return std::string(document[member].string()); };
  return OwnedNumber{.id = row->id,
                     .account = row->account,
                     .phone_number = std::string(phone_number),
                     .country = text("country_iso_alpha2"),
                     .type = text("phone_number_type"),
                     .connection_id = text("connection_id"),
                     .messaging_profile_id = text("messaging_profile_id"),
                     .billing_group_id = text("billing_group_id"),
                     .tags = tags_of(document)};
}

std::vector<std::string> tags_of(json::View number) {
  std::vector<std::string> tags;
  for (const json::View tag : number["tags"].items()) tags.emplace_back(tag.string());
  return tags;
}

}  // namespace tandem::products
