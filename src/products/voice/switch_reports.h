#pragma once

#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "products/voice/leg_table.h"
#include "products/voice/report_lanes.h"
#include "products/voice/sound_loader.h"
#include "telephony/call/events.h"

namespace tandem::store {
class Blobs;
}

namespace tandem::products::voice {

class Referrals;
class StreamLinks;

/// Tells the lanes what happens on the switch, in their words.
class SwitchReports final : public call::Listener {
 public:
  SwitchReports(LegTable& legs, ReportLanes& lanes, Referrals& referrals, store::Blobs& blobs)
      : legs_(legs), lanes_(lanes), referrals_(referrals), blobs_(blobs) {}

  /// Where recordings are taken from the disk, and who wants stream frames; before the first call.
  void start(SoundLoader& sounds, StreamLinks& streams) {
    sounds_ = &sounds;
    streams_ = &streams;
  }
  /// Why a sound that will end as failed did.
  void sound_failed(call::LegId leg, uint64_t sound, SoundError error);

  void on_outgoing(const call::OutgoingCall& outgoing) override;
  void on_progress(call::LegId leg, const call::Progress& progress) override;
  void on_answered(call::LegId leg, const call::Answered& answered) override;
  void on_bridged(call::LegId a, call::LegId b) override;
  void on_unbridged(call::LegId a, call::LegId b) override;
  void on_referral(call::LegId leg, const call::Referral& referral) override;
  void on_refer_status(call::LegId leg, int status, bool final) override;
  void on_hangup(call::LegId leg, const call::Hangup& hangup) override;
  void on_digit(call::LegId leg, const call::Digit& digit) override;
  void on_play_started(call::LegId leg, media::PlayId play) override;
  void on_play_ended(call::LegId leg, media::PlayId play, media::PlayEnd end) override;
  void on_recording_ended(call::LegId leg, media::RecordingId recording,
                          const media::RecordingResult& result) override;
  void on_amd_result(call::LegId leg, media::AmdResult result) override;
  void on_amd_greeting_ended(call::LegId leg, media::AmdGreetingEnd end) override;
  void on_stream_frame(call::LegId leg, const media::StreamFrame& frame) override;
  void on_stream_mark(call::LegId leg, media::StreamId stream, const std::string& name) override;
  void on_trunk_health(const std::string& trunk, bool up, int status) override;
  void on_trunk_registration(const std::string& trunk, int status) override;

 private:
  void tell(call::LegId leg, Report report) { lanes_.report(legs_.call(leg), std::move(report)); }

  LegTable& legs_;
  ReportLanes& lanes_;
  Referrals& referrals_;
  store::Blobs& blobs_;
  SoundLoader* sounds_ = nullptr;
  StreamLinks* streams_ = nullptr;
  std::mutex mutex_;
  std::map<std::pair<call::LegId, uint64_t>, SoundError> failures_;
};

}  // namespace tandem::products::voice
