#include "telephony/rtp/mos.h"

#include <doctest/doctest.h>

namespace tandem::rtp {
namespace {

TEST_CASE("mos: ratings turn into the scores of G.107 annex B") {
  CHECK(mean_opinion_score(93.2) == doctest::Approx(4.41).epsilon(0.002));
  CHECK(mean_opinion_score(80.0) == doctest::Approx(4.02).epsilon(0.003));
  CHECK(mean_opinion_score(70.0) == doctest::Approx(3.60).epsilon(0.003));
  CHECK(mean_opinion_score(50.0) == doctest::Approx(2.58).epsilon(0.003));
  CHECK(mean_opinion_score(0.0) == 1.0);
  CHECK(mean_opinion_score(100.0) == 4.5);
}

TEST_CASE("mos: loss, delay and a poorer codec each cost") {
  const double best = estimate_mos(kG711Impairment, 0.0, 0.0, 0.0);
  CHECK(best > 4.35);
  CHECK(estimate_mos(kG711Impairment, 0.01, 0.0, 0.0) < best);
  CHECK(estimate_mos(kG711Impairment, 0.05, 0.0, 0.0) <
        estimate_mos(kG711Impairment, 0.01, 0.0, 0.0));
  CHECK(estimate_mos(kG711Impairment, 0.0, 600.0, 0.0) <
        estimate_mos(kG711Impairment, 0.0, 100.0, 0.0));
  CHECK(estimate_mos(kG711Impairment, 0.0, 0.0, 100.0) < best);
  CHECK(estimate_mos(kG729Impairment, 0.0, 0.0, 0.0) < best);
  CHECK(estimate_mos(kG711Impairment, 1.0, 5000.0, 500.0) == doctest::Approx(1.0));
}

TEST_CASE("mos: nonsense in, a score out") {
  CHECK(estimate_mos(kG711Impairment, -1.0, 0.0, 0.0) > 4.0);
  CHECK(estimate_mos(kG711Impairment, 7.0, 0.0, 0.0) < 2.5);
}

}  // namespace
}  // namespace tandem::rtp
