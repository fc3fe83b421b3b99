#include <set>
#include <string>

#include "contract/operations.h"
#include "products/account/account.h"
#include "products/common/owned_numbers.h"

// The tags that an account has put on its numbers and outbound voice profiles.

namespace tandem::products::account {
namespace {

using api::Call;

constexpr std::string_view kOutboundVoiceProfiles = "outbound_voice_profiles";
constexpr int64_t kRowsAtOnce = 1'000;
/// Documents of a kind that are looked at, the newest first.
constexpr int64_t kMostLookedAt = 100'000;

json::Value tags_in(const Call& call, const store::Snapshot& snapshot, std::string_view collection,
                    std::string_view prefix) {
  std::set<std::string> tags;
  store::Query query;
  query.collection = collection;
  query.account = call.account.id;
  query.limit = kRowsAtOnce;
  for (bool more = true; more && query.offset < kMostLookedAt; query.offset += kRowsAtOnce) {
    const store::Page page = snapshot.list(query);
    more = page.more;
    for (const store::Row& row : page.rows) {
      const auto document = json::Document::parse(row.body);
      if (!document) continue;
      for (const json::View tag : document->root()["tags"].items()) {
        if (tag.string().starts_with(prefix)) tags.emplace(tag.string());
      }
    }
  }
  json::Array sorted(tags.begin(), tags.end());
  return sorted;
}

api::Outcome list_tags(const Call& call, const store::Snapshot& snapshot) {
  std::string prefix;
  if (const store::Condition* asked = call.query.filter("starts_with")) {
    if (const auto* text = std::get_if<std::string>(&asked->values.front())) prefix = *text;
  }
  api::Effects effects;
  effects.reply = api::Reply::data(json::Value::object(
      {{"number_tags", tags_in(call, snapshot, kPhoneNumbers, prefix)},
       {"outbound_profile_tags", tags_in(call, snapshot, kOutboundVoiceProfiles, prefix)}}));
  return effects;
}

}  // namespace

void declare_user_tags(api::Registry& registry) {
  registry.bind(contract::Op::GetUserTags, list_tags);
}

}  // namespace tandem::products::account
