#include "api/retention.h"

#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "api/collections.h"
#include "store/limits.h"

namespace tandem::api {
namespace {

/// Where a cleaning is: which rule, and behind which account. The platform's own rows, which have
/// no account, come first.
struct Place {
  size_t rule = 0;
  std::string account;
};

Place read_place(const Timer& timer) {
  const auto payload = json::Value::parse(timer.payload);
  if (!payload) return {};
  return {static_cast<size_t>((*payload)["rule"].integer()),
          std::string((*payload)["account"].string())};
}

std::string write_place(const Place& place) {
  return json::Value::object(
             {{"rule", static_cast<uint64_t>(place.rule)}, {"account", place.account}})
      .text();
}

std::optional<std::string> next_account(const store::Snapshot& snapshot,
                                        const std::string& previous) {
  store::Query query;
  query.collection = std::string(kAccounts);
  query.where = {{"id", store::Compare::Gt, {previous}}};
  query.order = {{"id", false}};
  query.limit = 1;
  auto page = snapshot.list(query);
  if (page.rows.empty()) return std::nullopt;
  return std::move(page.rows.front().id);
}

/// The logs among the collections of the rules.
std::set<std::string> logs_of(const Registry& registry) {
  std::set<std::string> logs;
  for (const auto& all : {registry.collections(), collections()}) {
    for (const store::Collection& collection : all) {
      if (collection.log) logs.insert(collection.name);
    }
  }
  return logs;
}

/// One cleaning's step: removes rows until there are enough for one batch.
class Broom {
 public:
  Broom(const std::vector<RetentionRule>& rules, std::set<std::string> logs,
        const store::Snapshot& snapshot, WallTime now, Effects& effects)
      : rules_(rules), logs_(std::move(logs)), snapshot_(snapshot), now_(now), effects_(effects) {}

  /// From `place` on; where to go on, or nothing when all is clean.
  std::optional<Place> sweep(Place place) {
    for (int looked = 0; place.rule < rules_.size(); ++looked) {
      if (looked == kAccountsLookedAt || room_ == 0) return place;
      if (!sweep_account(rules_[place.rule], place.account)) return place;
      if (auto next = next_account(snapshot_, place.account)) {
        place.account = std::move(*next);
      } else {
        place = {place.rule + 1, {}};
      }
    }
    return std::nullopt;
  }

 private:
  /// Whether the account has no more that could go now.
  bool sweep_account(const RetentionRule& rule, const std::string& account) {
    store::Query query;
    query.collection = rule.collection;
    query.account = account;
    query.where = {{"created_at", store::Compare::Lt, {to_iso8601(now_ - rule.keep)}}};
    query.order = {{"created_at", false}};
    query.limit = room_;
    if (logs_.contains(rule.collection)) return trim_log(std::move(query), now_ - rule.keep);
    const store::Page page = snapshot_.list(query);
    int64_t gone = 0;
    for (const store::Row& row : page.rows) {
      if (rule.needed && rule.needed(snapshot_, row)) continue;
      effects_.remove(rule.collection, row.id);
      ++gone;
    }
    room_ -= gone;
    return !page.more || gone == 0;
  }

  /// The same for a log, whose entries go together with those they were committed with.
  bool trim_log(store::Query query, WallTime before) {
    query.limit = 1;
    const store::Page oldest = snapshot_.list(query);
    if (oldest.rows.empty()) return true;
    if (oldest.rows.front().created_at + store::kMaxLogRowSpan > before) return true;
    effects_.batch.trims.push_back({query.collection, *query.account, before});
    room_ = 0;
    return false;
  }

  const std::vector<RetentionRule>& rules_;
  const std::set<std::string> logs_;
  const store::Snapshot& snapshot_;
  WallTime now_;
  Effects& effects_;
  int64_t room_ = kRowsGoneAtOnce;
};

}  // namespace

void declare_retention(Registry& registry, std::vector<RetentionRule> rules) {
  registry.workflow(
      std::string(kRetentionWorkflow),
      [&registry, rules = std::move(rules)](const Step& step, const store::Snapshot& snapshot) {
        Effects effects;
        Timer next = step.timer;
        Broom broom(rules, logs_of(registry), snapshot, step.now, effects);
        if (const auto place = broom.sweep(read_place(step.timer))) {
          next.payload = write_place(*place);
          next.due = step.now;
        } else {
          next.payload = write_place({});
          next.due = step.now + kCleaningInterval;
        }
        effects.timers.push_back(std::move(next));
        return effects;
      });
}

}  // namespace tandem::api
