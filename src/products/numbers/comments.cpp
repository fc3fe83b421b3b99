#include "api/resource_engine.h"
#include "products/numbers/numbers.h"

// What an account's people write about their sub orders and requirement groups.

namespace tandem::products::numbers {
namespace {

using api::Call;
using api::Draft;
using api::Effects;
using api::Outcome;
using api::refuse;

constexpr std::string_view kComments = "comments";

Result<void, api::ApiError> make_comment(Draft& draft) {
  json::Value& comment = draft.document;
  if (comment["body"].string().empty()) {
    return refuse("10004", "A comment says something.", "/body");
  }
  const std::string_view type = comment["comment_record_type"].string();
  if (type.empty()) return refuse("10004", "A comment is about something.", "/comment_record_type");
  const std::string collection = std::string(type) + "s";
  if (!api::find_own(draft.snapshot, draft.call.account, collection,
                     comment["comment_record_id"].string())) {
    return refuse("10017", "Your account has nothing of this type and id.", "/comment_record_id");
  }
  comment.set("commenter", draft.call.account.id);
  comment.set("commenter_type", "user");
  return {};
}

Outcome mark_read(const api::ResourceEngine& comments, const Call& call,
                  const store::Snapshot& snapshot) {
  const auto row = comments.find(call, snapshot, call.param("id"));
  if (!row) return tl::unexpected(row.error());
  json::Value comment = api::document_of(*row);
  comment.set("read_at", to_iso8601(call.now));
  Effects effects;
  comments.put(*row, comment, call.now, effects);
  effects.reply = comments.reply(call, snapshot, comment);
  return effects;
}

}  // namespace

void declare_comments(api::Registry& registry) {
  registry.resource(
      {.path = "/comments", .collection = std::string(kComments), .on_create = make_comment});
  const api::ResourceEngine* comments = registry.engine(kComments);
  registry.bind(contract::Op::MarkCommentRead,
                [comments](const Call& call, const store::Snapshot& snapshot) {
                  return mark_read(*comments, call, snapshot);
                });
}

}  // namespace tandem::products::numbers
