#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "store/store.h"

namespace tandem::products::messaging {

inline constexpr std::string_view kAutoresponses = "messaging_autoresp_configs";

/// What a word asks for.
enum class Wish : uint8_t { Stop, Start, Info };

/// A word that was understood and what it is answered with.
struct Understood {
  Wish wish = Wish::Info;
  std::string keyword;  // as the sender wrote it, in capitals
  std::string answer;
};

/// What a text asks for: by the profile's configurations, those of the sender's country first, then
/// by the words that everyone knows (STOP, START, HELP and their kin). A text is understood only
/// when it is nothing but the word.
std::optional<Understood> understand(const store::Snapshot& snapshot, std::string_view profile,
                                     std::string_view country, std::string_view text);

/// The text without spaces around it, in capitals.
std::string normalized(std::string_view text);

}  // namespace tandem::products::messaging
