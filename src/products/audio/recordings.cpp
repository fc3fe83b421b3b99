#include "products/common/recordings.h"

#include <string>

#include "api/resource_engine.h"
#include "contract/operations.h"
#include "products/audio/audio.h"
#include "products/common/secret_box.h"
#include "products/common/unused_blobs.h"
#include "store/blobs.h"

// What was recorded: read, downloaded by links that expire, deleted one by one or many at once.

namespace tandem::products::audio {
namespace {

using api::Call;
using api::Draft;
using api::Effects;
using api::Outcome;
using contract::Op;

/// Recordings that one request may delete.
constexpr size_t kMaxDeleted = 250;

void show_links(const SecretBox& secrets, const Call& call, json::Value& recording) {
  recording.set("download_urls", recording_links(secrets, call.base_url, recording, call.now));
}

/// Deletes all that are named, or none when one of them is not there.
Outcome delete_many(store::Blobs& blobs, const Call& call, const store::Snapshot& snapshot) {
  const json::View ids = call.body["ids"];
  if (ids.size() > kMaxDeleted) {
    return contract::refuse("10015", "At most 250 recordings can be deleted at once.", "/ids");
  }
  Effects effects;
  size_t at = 0;
  for (const json::View id : ids.items()) {
    const std::string pointer = "/ids/" + std::to_string(at++);
    const auto row = api::find_own(snapshot, call.account, kRecordings, id.string());
    if (!row) return contract::refuse("10005", "There is no such recording.", pointer);
    effects.remove(std::string(kRecordings), row->id);
    drop_unused_blob(blobs, snapshot, api::document_of(*row)["_blob"].string(), effects);
  }
  effects.reply = api::Reply::empty();
  return effects;
}

}  // namespace

void declare_recordings(api::Registry& registry, const Services& services) {
  store::Blobs& blobs = services.blobs;
  const SecretBox& secrets = services.secrets;
  registry.bind(Op::DeleteRecordings, [&blobs](const Call& call, const store::Snapshot& snapshot) {
    return delete_many(blobs, call, snapshot);
  });
  registry.resource({
      .path = "/recordings",
      .record_type = "recording",
      .indexes = {{.path = "call_control_id"}, {.path = "_blob"}, {.path = "_mailbox"}},
      .on_delete = [&blobs](Draft& draft) -> Result<void, api::ApiError> {
        drop_unused_blob(blobs, draft.snapshot, draft.document["_blob"].string(), draft.effects);
        return {};
      },
      .on_read = [&secrets](const Call& call, const store::Snapshot&,
                            json::Value& recording) { show_links(secrets, call, recording); },
  });
}

}  // namespace tandem::products::audio
