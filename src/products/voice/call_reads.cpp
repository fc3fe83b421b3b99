#include "products/voice/call_reads.h"

#include <algorithm>

#include "contract/operations.h"
#include "products/common/connections.h"
#include "products/voice/call_state.h"
#include "products/voice/dial.h"

namespace tandem::products::voice {
namespace {

using api::Outcome;
using contract::Op;

Outcome show_call(const api::Call& request, const store::Snapshot& snapshot) {
  const auto row =
      api::find_own(snapshot, request.account, kCalls, request.param("call_control_id"));
  if (!row) return tl::unexpected(row.error());
  api::Effects effects;
  effects.reply = api::Reply::data(call_document(read_call(*row), request.now));
  return effects;
}

json::Value active_call(const CallState& call, WallTime now) {
  json::Value shown = call_document(call, now);
  shown.set("client_state", call.client_state);
  for (const std::string_view member : {"is_alive", "start_time", "end_time"}) {
    shown.members().erase(member);
  }
  return shown;
}

Outcome list_active(const api::Call& request, const store::Snapshot& snapshot) {
  const std::string connection(request.param("connection_id"));
  const auto own = api::find_own(snapshot, request.account, kConnections, connection);
  if (!own) return tl::unexpected(own.error());
  store::Query query;
  query.collection = kCalls;
  query.account = request.account.id;
  query.where = {{"alive", store::Compare::Eq, {connection}}};
  query.limit = request.query.page_size;
  query.offset = (request.query.page_number - 1) * request.query.page_size;
  query.total = true;
  const store::Page page = snapshot.list(query);
  json::Value data = json::Value::array();
  for (const store::Row& row : page.rows) data.push(active_call(read_call(row), request.now));
  json::Value cursors = json::Value::object();
  if (!page.rows.empty()) {
    cursors.set("after", page.rows.back().id);
    cursors.set("before", page.rows.front().id);
  }
  api::Effects effects;
  effects.reply = api::Reply::json(
      json::Value::object({{"data", std::move(data)},
                           {"meta", json::Value::object({{"total_items", page.total},
                                                         {"cursors", std::move(cursors)}})}})
          .text());
  return effects;
}

}  // namespace

void declare_call_reads(api::Registry& registry) {
  registry.bind(Op::RetrieveCallStatus, show_call);
  registry.bind(Op::ListConnectionActiveCalls, list_active);
}

}  // namespace tandem::products::voice
