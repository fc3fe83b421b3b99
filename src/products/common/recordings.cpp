#include "products/common/recordings.h"

#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "products/common/file_links.h"
#include "products/common/secret_box.h"
#include "store/blobs.h"

namespace tandem::products {
namespace {

constexpr size_t kCopyBytes = 256 * 1024;

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

Result<std::string> copy_file(store::Blobs& blobs, std::FILE& file) {
  auto upload = blobs.upload();
  if (!upload) return tl::unexpected(upload.error());
  std::string buffer(kCopyBytes, '\0');
  while (const size_t got = std::fread(buffer.data(), 1, buffer.size(), &file)) {
    const auto done = (*upload)->append(std::string_view(buffer).substr(0, got));
    if (!done) return tl::unexpected(done.error());
  }
  if (std::ferror(&file) != 0) return fail("the recording cannot be read");
  return (*upload)->finish();
}

json::Value document_for(const NewRecording& recording, WallTime now) {
  json::Value document =
      json::Value::object({{"record_type", "recording"},
                           {"id", recording.id},
                           {"channels", recording.channels > 1 ? "dual" : "single"},
                           {"source", recording.conference_id.empty() ? "call" : "conference"},
                           {"status", "completed"},
                           {"duration_millis", static_cast<int64_t>(recording.duration.count())},
                           {"recording_started_at", to_iso8601(recording.started_at)},
                           {"recording_ended_at", to_iso8601(recording.ended_at)},
                           {"created_at", to_iso8601(now)},
                           {"updated_at", to_iso8601(now)},
                           {"_blob", recording.blob},
                           {"_format", recording.format}});
  using Member = std::pair<const char*, const std::string*>;
  for (const auto& [name, value] :
       {Member{"call_control_id", &recording.call_control_id},
        Member{"call_leg_id", &recording.call_leg_id},
        Member{"call_session_id", &recording.call_session_id},
        Member{"connection_id", &recording.connection_id},
        Member{"conference_id", &recording.conference_id}, Member{"_mailbox", &recording.mailbox},
        Member{"_file_name", &recording.file_name}, Member{"from", &recording.from},
        Member{"to", &recording.to}}) {
    if (!value->empty()) document.set(name, *value);
  }
  return document;
}

}  // namespace

json::Value add_recording(const NewRecording& recording, WallTime now, api::Effects& effects) {
  json::Value document = document_for(recording, now);
  effects.put(std::string(kRecordings), recording.id, recording.account, document, store::kNew,
              now);
  return document;
}

Result<std::string> keep_recording_file(store::Blobs& blobs, const std::string& path) {
  auto kept = [&]() -> Result<std::string> {
    const std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "rb"));
    if (!file) return fail("cannot open " + path);
    return copy_file(blobs, *file);
  }();
  if (!kept) return kept;
  std::error_code ignored;  // a file left behind costs space, nothing else
  std::filesystem::remove(path, ignored);
  return kept;
}

json::Value recording_links(const SecretBox& secrets, std::string_view base_url,
                            const json::Value& recording, WallTime now) {
  const std::string format(recording["_format"].string());
  json::Value links = json::Value::object();
  if (const auto stored = recording["_stored_at"].string(); !stored.empty()) {
    links.set(format, stored);
    return links;
  }
  const StoredFile file{std::string(recording["_blob"].string()),
                        std::string(recording["id"].string()) + "." + format,
                        format == "mp3" ? "audio/mpeg" : "audio/wav"};
  links.set(format, make_file_link(secrets, base_url, file, now + kRecordingLinkTime));
  return links;
}

}  // namespace tandem::products
