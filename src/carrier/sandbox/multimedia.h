#pragma once

#include <optional>
#include <string>
#include <vector>

#include "carrier/smpp/bodies.h"

/// Pictures over the sandbox's links. SMPP knows texts only; between the platform and the sandbox
/// network a multimedia message is a text with one more optional parameter, of the range that the
/// specification leaves to carriers (section 5.3.2).
namespace tandem::carrier::sandbox {

inline constexpr auto kMultimediaTag = static_cast<smpp::Tag>(0x1501);

/// A file of a multimedia message, fetched by its address.
struct MediaItem {
  std::string url;
  std::string content_type;  // may be empty
};

/// What a message carries beside its text.
struct Multimedia {
  std::string subject;
  std::vector<MediaItem> media;
  std::vector<std::string> others;  // further receivers of a group message
};

void put_multimedia(smpp::Message& message, const Multimedia& multimedia);
/// Nothing in a plain text, or when the parameter cannot be read.
std::optional<Multimedia> multimedia_of(const smpp::Message& message);

}  // namespace tandem::carrier::sandbox
