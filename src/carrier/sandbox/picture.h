#pragma once

#include <string>
#include <string_view>

namespace tandem::carrier::sandbox {

/// Where handsets have their picture from: a path below the platform's address.
inline constexpr std::string_view kPicturePath = "/sandbox/picture.png";

/// The picture that handsets send: a PNG of 64 by 64 dots, a sunset.
std::string sample_picture();

}  // namespace tandem::carrier::sandbox
