#include "carrier/sandbox/rcs_phones.h"

#include <utility>

#include "core/json.h"

namespace tandem::carrier::sandbox {
namespace {

/// All that RCS Business Messaging knows.
const RcsNetwork::Features kFeatures = {"RICHCARD_STANDALONE",
                                        "RICHCARD_CAROUSEL",
                                        "ACTION_CREATE_CALENDAR_EVENT",
                                        "ACTION_DIAL",
                                        "ACTION_OPEN_URL",
                                        "ACTION_SHARE_LOCATION",
                                        "ACTION_VIEW_LOCATION",
                                        "ACTION_OPEN_URL_IN_WEBVIEW",
                                        "ACTION_COMPOSE"};

}  // namespace

void RcsPhones::find_features(const std::string&, const std::string& number,
                              UniqueFunction<void(Result<Features>)> done) {
  done(has_rcs_(number) ? kFeatures : Features());
}

void RcsPhones::invite(const std::string& agent, const std::string& number) {
  if (!has_rcs_(number)) return;
  keep({.submit = {.id = {}, .agent = agent, .to = number, .content = "{}"},
        .invitation = true,
        .at = clock_.now()});
}

void RcsPhones::send(RcsSubmit submit, UniqueFunction<void(RcsAnswer)> done) {
  if (!has_rcs_(submit.to)) return done(RcsAnswer::NoRcs);
  const std::string id = submit.id;
  keep({.submit = std::move(submit), .invitation = false, .at = clock_.now()});
  // Nothing here outlives the process, so none may end between the answer and the report.
  if (listener_) listener_(id, RcsReport::Delivered);
  done(RcsAnswer::Accepted);
}

void RcsPhones::keep(Got got) {
  const std::lock_guard lock(mutex_);
  // The same submit may come again when its answer was lost.
  for (const Got& known : got_) {
    if (!got.invitation && known.submit.id == got.submit.id) return;
  }
  got_.push_front(std::move(got));
  if (got_.size() > kKept) got_.pop_back();
}

std::string RcsPhones::list(const std::string& number) const {
  const std::lock_guard lock(mutex_);
  json::Array all;
  for (const Got& got : got_) {
    if (!number.empty() && got.submit.to != number) continue;
    all.push_back(json::Value::object(
        {{"kind", got.invitation ? "invitation" : "message"},
         {"id", got.submit.id},
         {"agent_id", got.submit.agent},
         {"to", got.submit.to},
         {"content", json::Value::parse(got.submit.content).value_or(json::Value())},
         {"received_at", to_iso8601(got.at)}}));
  }
  return json::Value(std::move(all)).text();
}

void RcsPhones::clear() {
  const std::lock_guard lock(mutex_);
  got_.clear();
}

}  // namespace tandem::carrier::sandbox
