#include "products/voice/orphans.h"

#include <string>
#include <vector>

#include "products/voice/call_machine.h"

namespace tandem::products::voice {
namespace {

constexpr int64_t kBatch = 500;

std::vector<std::string> find_orphans(store::Database& database, const Office& office) {
  store::Query query;
  query.collection = kCalls;
  query.where = {{"alive", store::Compare::NotNull, {}},
                 {"process", store::Compare::Ne, {office.process}}};
  query.limit = kBatch;
  std::vector<std::string> ids;
  const auto snapshot = database.snapshot();
  for (;;) {
    const store::Page page = snapshot->list(query);
    for (const store::Row& row : page.rows) ids.push_back(row.id);
    if (!page.more) return ids;
    query.offset += kBatch;
  }
}

}  // namespace

void end_orphans(api::Dispatcher& dispatcher, const Office& office, Engine& engine) {
  for (const std::string& id : find_orphans(dispatcher.database(), office)) {
    dispatcher.decide([&office, &engine, id](const api::Moment& moment,
                                             const store::Snapshot& snapshot) -> api::Outcome {
      Turn turn(moment, snapshot, office);
      CallState* call = turn.find_alive(id);
      if (!call) return api::Effects();
      reports::Ended ended;
      ended.cause = "unspecified";
      end_call(turn, *call, ended);
      call->recordings.clear();
      return turn.effects(engine);
    });
  }
}

}  // namespace tandem::products::voice
