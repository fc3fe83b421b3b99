#include <string>

#include "api/resource_engine.h"
#include "contract/operations.h"
#include "products/video/video.h"

// What happened in rooms: sessions, who took part, what was recorded.

namespace tandem::products::video {
namespace {

using api::Call;
using api::Effects;
using api::Outcome;
using contract::Op;

constexpr std::string_view kSessions = "room_sessions";
constexpr std::string_view kParticipants = "room_participants";
constexpr std::string_view kRecordings = "room_recordings";
constexpr int64_t kMostDeleted = 1'000;  // recordings of one request

/// The list of a collection, narrowed to what hangs on the thing in the path.
Outcome list_below(const api::Registry& registry, std::string_view collection,
                   std::string_view parents, const std::string& field, const Call& call,
                   const store::Snapshot& snapshot) {
  const auto parent = api::find_own(snapshot, call.account, parents, call.path.front().second);
  if (!parent) return tl::unexpected(parent.error());
  const api::ResourceEngine* engine = registry.engine(collection);
  auto query = engine->list_query(call);
  if (!query) return tl::unexpected(std::move(query.error()));
  query->where.push_back({field, store::Compare::Eq, {parent->id}});
  Effects effects;
  effects.reply = engine->list_reply(call, snapshot, *query);
  return effects;
}

/// Deletes what the filters find and says how many that were.
Outcome delete_recordings(const api::Registry& registry, const Call& call,
                          const store::Snapshot& snapshot) {
  auto query = registry.engine(kRecordings)->list_query(call);
  if (!query) return tl::unexpected(std::move(query.error()));
  query->offset = 0;
  query->limit = kMostDeleted;
  Effects effects;
  int64_t count = 0;
  for (const store::Row& row : snapshot.list(*query).rows) {
    effects.remove(std::string(kRecordings), row.id, row.revision);
    ++count;
  }
  effects.reply = api::Reply::data(json::Value::object({{"room_recordings", count}}),
                                   call.operation.success_status());
  return effects;
}

/// A composition is made of what was recorded of a session.
Result<void, api::ApiError> make_composition(api::Draft& draft) {
  json::Value& composition = draft.document;
  const auto session = api::find_own(draft.snapshot, draft.call.account, kSessions,
                                     composition["session_id"].string());
  if (!session) {
    return api::refuse("10017", "Your account has no session of this id.", "/session_id");
  }
  composition.set("room_id", api::document_of(*session)["room_id"]);
  composition.set("user_id", draft.call.account.id);
  composition.set("status", "enqueued");
  return {};
}

}  // namespace

void declare_sessions(api::Registry& registry) {
  registry.bind(Op::RetrieveListRoomSessions,
                [&registry](const Call& call, const store::Snapshot& snapshot) {
                  return list_below(registry, kSessions, "rooms", "room_id", call, snapshot);
                });
  registry.bind(Op::RetrieveListRoomParticipants, [&registry](const Call& call,
                                                              const store::Snapshot& snapshot) {
    return list_below(registry, kParticipants, kSessions, "session_id", call, snapshot);
  });
  registry.bind(Op::DeleteRoomRecordings,
                [&registry](const Call& call, const store::Snapshot& snapshot) {
                  return delete_recordings(registry, call, snapshot);
                });
  registry.resource({.path = "/room_sessions",
                     .record_type = "room_session",
                     .indexes = {{.path = "room_id"}},
                     .filters = {{"date_created_at", "created_at"},
                                 {"date_updated_at", "updated_at"},
                                 {"date_ended_at", "ended_at"}}});
  registry.resource({.path = "/room_participants",
                     .record_type = "room_participant",
                     .indexes = {{.path = "session_id"}},
                     .filters = {{"date_joined_at", "joined_at"},
                                 {"date_updated_at", "updated_at"},
                                 {"date_left_at", "left_at"}}});
  registry.resource(
      {.path = "/room_recordings",
       .record_type = "room_recording",
       .filters = {{"date_started_at", "started_at"}, {"date_ended_at", "ended_at"}}});
  registry.resource({.path = "/room_compositions",
                     .record_type = "room_composition",
                     .filters = {{"date_created_at", "created_at"}},
                     .on_create = make_composition});
}

}  // namespace tandem::products::video
