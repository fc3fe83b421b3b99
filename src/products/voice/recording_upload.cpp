#include "products/voice/recording_upload.h"

#include <array>
#include <chrono>
#include <utility>

#include "core/log.h"
#include "products/common/recordings.h"
#include "products/common/steps.h"
#include "products/common/unused_blobs.h"
#include "products/voice/part_upload.h"
#include "products/voice/recording.h"
#include "store/blobs.h"

namespace tandem::products::voice {
namespace {

constexpr std::string_view kUpload = "voice.upload_recording";
constexpr std::string_view kTries = "_upload_tries";
/// Longer files go in parts of this size, and no more than that of each is in memory.
constexpr uint64_t kPartBytes = uint64_t{16} << 20;
constexpr size_t kMostAtOnce = 4;
/// From one try to the next; one that still goes on then is left to.
constexpr std::array<std::chrono::minutes, 4> kPauses{std::chrono::minutes(10),
                                                      std::chrono::minutes(30),
                                                      std::chrono::hours(2), std::chrono::hours(8)};

// What call.recording.error may say.
constexpr std::string_view kUnauthorized =
    "Failed to authorize with storage using custom credentials";
constexpr std::string_view kBadJson = "Invalid credentials json";
constexpr std::string_view kBroken = "Internal server error";

/// Clouds compare the signed time with their own clocks, which the sandbox's does not move.
WallTime signing_time() {
  return std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now());
}

std::string_view problem_of(const FetchError& error) {
  const bool refused = error.kind == FetchError::Kind::Status &&
                       (error.status == 400 || error.status == 401 || error.status == 403);
  return refused ? kUnauthorized : kBroken;
}

/// "name-1764554400.wav"
std::string object_name(const json::Value& recording) {
  std::string name(recording["_file_name"].string());
  if (name.empty()) name = recording["call_leg_id"].string();
  const auto started = parse_iso8601(recording["recording_started_at"].string());
  const auto since = started ? started->time_since_epoch() : Millis(0);
  name += "-" + std::to_string(std::chrono::duration_cast<std::chrono::seconds>(since).count());
  return name.append(".").append(recording["_format"].string());
}

json::Value links_of(const Office& office, const json::Value& recording, WallTime now) {
  return recording_links(office.secrets, office.base_url, recording, now);
}

}  // namespace

struct RecordingUploads::Job {
  std::string recording;
  std::string account;
  std::string blob;
  CustomStorage storage;
  StoredObject object;
  uint64_t size = 0;  // of the file
  std::string url;    // where it will be
};

/// What a try brought, made part of the recording.
class RecordingUploads::Outcome {
 public:
  Outcome(RecordingUploads& uploads, const Job& job, bool stored, std::string problem, bool again)
      : uploads_(uploads),
        recording_(job.recording),
        url_(stored ? job.url : std::string()),
        problem_(std::move(problem)),
        again_(again) {}

  api::Outcome operator()(const api::Moment& moment, const store::Snapshot& snapshot) const {
    Turn turn(moment, snapshot, uploads_.means_.office);
    const auto row = snapshot.get(kRecordings, recording_);
    if (!row) return turn.effects(uploads_.means_.engine);
    StepDocument document{*row, api::document_of(*row)};
    json::Value& recording = document.fields;
    const auto tries = static_cast<size_t>(recording[kTries].integer());
    if (tries == 0) return turn.effects(uploads_.means_.engine);
    if (url_.empty() && again_ && tries < kPauses.size()) {
      return turn.effects(uploads_.means_.engine);  // the timer of the next try is set
    }
    turn.extra().cancelled_timers.push_back(document_timer(kUpload, recording_, {}, {}).id);
    recording.members().erase(std::string(kTries));
    const CallState* const call = turn.find(recording["call_control_id"].string());
    if (!url_.empty()) {
      recording.set("_stored_at", url_);
      drop_unused_blob(uploads_.means_.blobs, snapshot, recording["_blob"].string(), turn.extra());
      recording.set("_blob", "");
    } else if (call) {
      turn.tell(*call, "call.recording.error", json::Value::object({{"reason", problem_}}));
    }
    put_back(kRecordings, document, moment.now, turn.extra());
    if (call) {
      tell_saved(turn, *call, recording, links_of(turn.office(), recording, moment.now));
    }
    return turn.effects(uploads_.means_.engine);
  }

 private:
  RecordingUploads& uploads_;
  std::string recording_;
  std::string url_;  // empty: it is not there
  std::string problem_;
  bool again_;
};

RecordingUploads::RecordingUploads(CloudHosts hosts, Means means)
    : hosts_(std::move(hosts)), means_(means), background_("uploads", 1) {}

RecordingUploads::~RecordingUploads() = default;

void upload_later(Turn& turn, const CallState& call, const std::string& recording_id) {
  turn.extra().timers.push_back(document_timer(kUpload, recording_id, call.account, turn.now()));
}

void RecordingUploads::declare(api::Registry& registry) {
  declare_custom_storage(registry, means_.secrets);
  registry.workflow(std::string(kUpload),
                    [this](const api::Step& step, const store::Snapshot& snapshot) {
                      return begin_try(step, snapshot);
                    });
}

api::Effects RecordingUploads::begin_try(const api::Step& step, const store::Snapshot& snapshot) {
  api::Effects effects;
  auto document = step_document(step, snapshot, kRecordings);
  if (!document) return effects;
  if (is_busy(document->row.id)) {  // a long file, a slow bucket
    effects.timers.push_back(document_timer(kUpload, document->row.id, document->row.account,
                                            step.now + kPauses.front()));
    return effects;
  }
  json::Value& recording = document->fields;
  const auto tries = static_cast<size_t>(recording[kTries].integer());
  auto job = std::make_unique<Job>();
  job->recording = document->row.id;
  job->account = document->row.account;
  job->blob = recording["_blob"].string();
  auto storage = find_custom_storage(snapshot, means_.secrets, recording["connection_id"].string());
  if (!storage || tries >= kPauses.size()) {  // taken away meanwhile; or no try came to an end
    effects.after_commit.emplace_back(
        [this, job = std::move(job)] { settle(*job, false, std::string(kBroken), false); });
    recording.set(kTries, static_cast<int64_t>(kPauses.size()));
    put_back(kRecordings, *document, step.now, effects);
    return effects;
  }
  job->storage = std::move(*storage);
  job->object.name = object_name(recording);
  job->object.content_type = recording["_format"].string() == "mp3" ? "audio/mpeg" : "audio/wav";
  job->url = object_url(hosts_, job->storage, job->object.name);
  recording.set(kTries, static_cast<int64_t>(tries + 1));
  effects.timers.push_back(
      document_timer(kUpload, job->recording, job->account, step.now + kPauses[tries]));
  put_back(kRecordings, *document, step.now, effects);
  effects.after_commit.emplace_back(
      [this, job = std::move(job)]() mutable { enqueue(std::move(job)); });
  return effects;
}

bool RecordingUploads::is_busy(const std::string& recording) {
  const std::lock_guard lock(mutex_);
  return busy_.contains(recording);
}

void RecordingUploads::enqueue(JobPtr job) {
  {
    const std::lock_guard lock(mutex_);
    if (!busy_.insert(job->recording).second) return;
    waiting_.push_back(std::move(job));
  }
  next();
}

void RecordingUploads::next() {
  JobPtr job;
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty() || running_ >= kMostAtOnce) return;
    job = std::move(waiting_.front());
    waiting_.pop_front();
    ++running_;
  }
  background_.post([this, job = std::move(job)]() mutable { read_and_send(std::move(job)); });
}

void RecordingUploads::read_and_send(JobPtr job) {
  const auto size = means_.blobs.size(job->blob);
  if (!size) return ended(*job, false, std::string(kBroken), false);
  job->size = *size;
  if (job->storage.backend == CustomStorage::Backend::Gcs) return sign_in_to_gcs(std::move(job));
  if (job->size > kPartBytes) return send_parts(std::move(job), {});
  if (!read_whole(*job)) return ended(*job, false, std::string(kBroken), false);
  StorageRequest put = put_object(hosts_, job->storage, std::move(job->object), signing_time());
  send(std::move(job), std::move(put));
}

bool RecordingUploads::read_whole(Job& job) const {
  auto file = means_.blobs.read(job.blob, 0, job.size);
  if (!file) return false;
  job.object.body = std::move(*file);
  return true;
}

void RecordingUploads::sign_in_to_gcs(JobPtr job) {
  if (is_token(job->storage)) {
    std::string token = job->storage.secret;
    return send_to_gcs(std::move(job), std::move(token));
  }
  auto ask = token_request(job->storage, signing_time());
  if (!ask) return ended(*job, false, std::string(kBadJson), false);
  means_.fetcher.fetch(std::move(ask->url), std::move(ask->options),
                       [this, job = std::move(job)](Result<Fetched, FetchError> answer) mutable {
                         if (!answer) return failed(*job, answer.error());
                         const auto parsed = json::Value::parse(answer->body);
                         std::string token(parsed ? (*parsed)["access_token"].string() : "");
                         if (token.empty()) {
                           return ended(*job, false, std::string(kUnauthorized), false);
                         }
                         send_to_gcs(std::move(job), std::move(token));
                       });
}

void RecordingUploads::send_to_gcs(JobPtr job, std::string token) {
  if (job->size > kPartBytes) return send_parts(std::move(job), std::move(token));
  if (!read_whole(*job)) return ended(*job, false, std::string(kBroken), false);
  StorageRequest post = upload_to_gcs(hosts_, job->storage, std::move(job->object), token);
  send(std::move(job), std::move(post));
}

void RecordingUploads::send(JobPtr job, StorageRequest request) {
  means_.fetcher.fetch(std::move(request.url), std::move(request.options),
                       [this, job = std::move(job)](const Result<Fetched, FetchError>& answer) {
                         if (!answer) return failed(*job, answer.error());
                         ended(*job, true, {}, false);
                       });
}

void RecordingUploads::send_parts(JobPtr job, std::string token) {
  PartTarget target{hosts_, job->storage, job->object.name, job->object.content_type,
                    std::move(token)};
  const PartUpload::Means means{means_.blobs, means_.fetcher, background_, stopping_};
  PartUpload::File file{job->blob, job->size, kPartBytes};
  auto done = [this, job = std::move(job)](const Result<void, FetchError>& sent) {
    if (!sent) return failed(*job, sent.error());
    ended(*job, true, {}, false);
  };
  PartUpload::start(means, std::move(file), part_requests(std::move(target)), std::move(done));
}

void RecordingUploads::failed(const Job& job, const FetchError& error) {
  log::warn("voice", "a recording was not uploaded",
            {{"recording", job.recording}, {"why", error.what}});
  ended(job, false, std::string(problem_of(error)), may_pass(error));
}

void RecordingUploads::settle(const Job& job, bool stored, std::string problem, bool may_pass) {
  if (stopping_) return;  // the timer of the next try is kept
  dispatcher_->decide(Outcome(*this, job, stored, std::move(problem), may_pass));
}

void RecordingUploads::ended(const Job& job, bool stored, std::string problem, bool may_pass) {
  settle(job, stored, std::move(problem), may_pass);
  {
    const std::lock_guard lock(mutex_);
    --running_;
    busy_.erase(job.recording);
  }
  next();
}

}  // namespace tandem::products::voice
