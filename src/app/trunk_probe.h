#pragma once

#include <vector>

#include "app/doctor.h"

namespace tandem::app {

/// Looks whether a carrier can be reached: resolves its name, and asks it by OPTIONS (UDP) or
/// connects to it (TCP, TLS: with a certificate that leads to the system's authorities or those of
/// that file). Takes up to kProbeTime a step.
std::vector<Finding> examine_trunk(const carrier::Trunk& trunk,
                                   const std::string& authorities = {});

inline constexpr int kProbeTimeMs = 2'000;

}  // namespace tandem::app
