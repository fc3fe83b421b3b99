#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "api/effects.h"
#include "core/clock.h"
#include "core/json.h"
#include "core/result.h"

namespace tandem::store {
class Blobs;
}

/// Finished recordings of calls and conferences, as GET /recordings lists them. Who records (calls,
/// conferences, voicemail) puts the file into Blobs, adds the recording, and tells the application
/// the links. Served by the audio product.
namespace tandem::products {

class SecretBox;

inline constexpr std::string_view kRecordings = "recordings";

/// A recording that is complete.
struct NewRecording {
  std::string id;              // a new UUID; what the application knows it by
  std::string account;         // its owner
  std::string blob;            // its name in Blobs
  std::string format = "wav";  // or "mp3"
  uint16_t channels = 1;       // 2: each party on a channel of its own
  std::string call_control_id;
  std::string call_leg_id;
  std::string call_session_id;
  std::string connection_id;
  std::string conference_id;  // when a conference was recorded, else empty
  std::string mailbox;        // id of the number whose voicemail took it, else empty
  std::string file_name;      // chosen by the client, else empty
  std::string from;           // E.164 or SIP URI
  std::string to;
  WallTime started_at{};
  WallTime ended_at{};
  Millis duration{0};
};

/// Adds the recording to the effects, and gives its document; members that are empty stay away.
json::Value add_recording(const NewRecording& recording, WallTime now, api::Effects& effects);

/// Moves a finished file (media::RecordingResult::path) into `blobs` and gives its name there.
/// Reads and writes the disk: never on a shard or media thread.
Result<std::string> keep_recording_file(store::Blobs& blobs, const std::string& path);

/// How long a download link of a recording is good for.
inline constexpr std::chrono::minutes kRecordingLinkTime{10};

/// {"wav": "https://..."} or {"mp3": ...}: where a recording's file is, for `download_urls` and for
/// webhooks. Links to our own copy want no key and are good for kRecordingLinkTime; of one that is
/// in the customer's bucket it is the address there.
json::Value recording_links(const SecretBox& secrets, std::string_view base_url,
                            const json::Value& recording, WallTime now);

}  // namespace tandem::products
