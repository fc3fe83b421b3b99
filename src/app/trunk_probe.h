#pragma once

#include <vector>

#include "app/doctor.h"

namespace tandem::app {

/// Looks whether a carrier can be reached: resolves its name, and asks it by OPTIONS (UDP) or
/// connects to it (TCP). Takes up to kProbeTime.
std::vector<Finding> examine_trunk(const carrier::Trunk& trunk);

inline constexpr int kProbeTimeMs = 2'000;

}  // namespace tandem::app
