#include "telephony/rtp/mos.h"

#include <algorithm>

namespace tandem::rtp {
namespace {

/// R without any impairment, all parameters of G.107 at their defaults.
constexpr double kBestRating = 93.2;
/// Above this many milliseconds of delay conversation suffers visibly.
constexpr double kDelayKneeMs = 177.3;
/// Packetisation and codec look-ahead.
constexpr double kPacketDelayMs = 20.0;

}  // namespace

double transmission_rating(const CodecImpairment& codec, double loss, double delay_ms) {
  double delay_impairment = 0.024 * delay_ms;
  if (delay_ms > kDelayKneeMs) delay_impairment += 0.11 * (delay_ms - kDelayKneeMs);
  const double percent = std::clamp(loss, 0.0, 1.0) * 100.0;
  const double equipment =
      codec.impairment + (95.0 - codec.impairment) * percent / (percent + codec.robustness);
  return std::clamp(kBestRating - delay_impairment - equipment, 0.0, 100.0);
}

double mean_opinion_score(double rating) {
  if (rating <= 0.0) return 1.0;
  if (rating >= 100.0) return 4.5;
  const double score = 1.0 + 0.035 * rating + 7e-6 * rating * (rating - 60.0) * (100.0 - rating);
  return std::clamp(score, 1.0, 4.5);
}

double estimate_mos(const CodecImpairment& codec, double loss, double round_trip_ms,
                    double jitter_ms) {
  const double delay = round_trip_ms / 2.0 + 2.0 * jitter_ms + kPacketDelayMs;
  return mean_opinion_score(transmission_rating(codec, loss, delay));
}

}  // namespace tandem::rtp
