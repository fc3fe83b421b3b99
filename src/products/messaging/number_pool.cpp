#include <algorithm>
#include <cmath>
#include <functional>

#include "products/common/country_of.h"
#include "products/common/number_health.h"
#include "products/common/owned_numbers.h"
#include "products/messaging/sender.h"
#include "products/messaging/tollfree.h"

// Which number of a profile sends a message that names no sender.

namespace tandem::products::messaging {
namespace {

using store::Compare;

/// Numbers of one profile that are considered, the oldest first.
constexpr int64_t kMostNumbers = 1'000;
/// Digits that numbers of one area share: "+1312".
constexpr size_t kAreaDigits = 5;

struct Candidate {
  Sender sender;
  double weight = 0;
};

std::vector<Candidate> candidates_of(const store::Snapshot& snapshot, const Profile& profile) {
  store::Query query;
  query.collection = kMessagingSettings;
  query.account = profile.account;
  query.where.push_back({"messaging_profile_id", Compare::Eq, {profile.id}});
  query.order = {{"created_at", false}};
  query.limit = kMostNumbers;
  std::vector<Candidate> candidates;
  for (const store::Row& row : snapshot.list(query).rows) {
    const auto settings = json::Document::parse(row.body);
    const auto owned = find_owned_number(snapshot, settings->root()["phone_number"].string());
    if (!owned || settings->root()["features"]["sms"].is_null()) continue;
    Candidate candidate{number_sender(settings->root()), 0};
    candidate.sender.billing_group = owned->billing_group_id;
    candidate.sender.tags = owned->tags;
    candidate.weight = candidate.sender.kind == SenderKind::TollFree
                           ? profile.pool->toll_free_weight
                           : profile.pool->long_code_weight;
    if (candidate.weight <= 0) continue;
    if (!may_send(snapshot, profile.account, candidate.sender)) continue;
    if (profile.pool->skip_unhealthy && !is_healthy(snapshot, candidate.sender.address)) continue;
    candidates.push_back(std::move(candidate));
  }
  return candidates;
}

/// Keeps those of the receiver's area, else of its country, unless none is.
void prefer_near(std::vector<Candidate>& candidates, std::string_view to) {
  const auto keep = [&](const auto& is_near) {
    if (std::none_of(candidates.begin(), candidates.end(), is_near)) return false;
    std::erase_if(candidates, [&](const Candidate& candidate) { return !is_near(candidate); });
    return true;
  };
  const std::string_view area = to.substr(0, kAreaDigits);
  const bool in_area =
      keep([&](const Candidate& candidate) { return candidate.sender.address.starts_with(area); });
  if (in_area) return;
  const std::string_view country = country_of(to);
  keep([&](const Candidate& candidate) { return candidate.sender.country == country; });
}

/// By weight, and the same for the same key as long as that number is among the candidates
/// (weighted rendezvous hashing).
const Candidate& pick(const std::vector<Candidate>& candidates, std::string_view key) {
  constexpr size_t kSteps = 1'000'003;
  const Candidate* best = nullptr;
  double best_score = 0;
  for (const Candidate& candidate : candidates) {
    const std::string both = candidate.sender.address + '|' + std::string(key);
    const auto step = static_cast<double>(std::hash<std::string>()(both) % kSteps + 1);
    const double score = candidate.weight / -std::log(step / static_cast<double>(kSteps + 1));
    if (best && score <= best_score) continue;
    best = &candidate;
    best_score = score;
  }
  return *best;
}

}  // namespace

Result<Sender, api::ApiError> pick_from_pool(const store::Snapshot& snapshot,
                                             const Profile& profile, std::string_view to,
                                             std::string_view message_id) {
  if (!profile.pool) {
    return api::refuse("40321", "The messaging profile has no number pool: name a sender.");
  }
  std::vector<Candidate> candidates = candidates_of(snapshot, profile);
  if (candidates.empty()) {
    return api::refuse("40321", "No number of the messaging profile can send this now.");
  }
  if (profile.pool->geomatch) prefer_near(candidates, to);
  return pick(candidates, profile.pool->sticky_sender ? to : message_id).sender;
}

}  // namespace tandem::products::messaging
