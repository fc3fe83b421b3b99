#pragma once

namespace tandem::rtp {

/// How a codec fares in the E-model (ITU-T G.113 appendix I).
struct CodecImpairment {
  /// Equipment impairment without loss, Ie.
  double impairment = 0.0;
  /// Robustness against loss, Bpl.
  double robustness = 25.1;
};

inline constexpr CodecImpairment kG711Impairment{0.0, 25.1};
inline constexpr CodecImpairment kG729Impairment{11.0, 19.0};

/// The transmission rating R of ITU-T G.107 with its default values, reduced to what a media
/// server can measure: loss as a share (0 to 1) and the one-way delay in milliseconds, play-out
/// buffer included.
double transmission_rating(const CodecImpairment& codec, double loss, double delay_ms);
/// Mean opinion score, 1.0 to 4.5, from a rating (G.107 annex B).
double mean_opinion_score(double rating);
/// Both in one, with the delay estimated from round trip and jitter.
double estimate_mos(const CodecImpairment& codec, double loss, double round_trip_ms,
                    double jitter_ms);

}  // namespace tandem::rtp
