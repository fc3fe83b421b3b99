#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/call.h"
#include "products/messaging/profile.h"

/// Links of texts, replaced by short ones that lead there and tell of clicks.
namespace tandem::products::messaging {

/// One row a short link; its id is the link's last component.
inline constexpr std::string_view kLinks = "message_links";
/// Below which domains links are shortened: what GET /messaging_url_domains shows.
inline constexpr std::string_view kUrlDomains = "messaging_url_domains";
/// How long a short link leads anywhere.
inline constexpr std::chrono::hours kLinkLife{30 * 24};
/// Links of one text that are replaced; further ones stay.
inline constexpr size_t kMostLinks = 10;
/// Longer links stay as they are.
inline constexpr size_t kLongestLink = 2'000;

/// A link as it stands in a text.
struct FoundLink {
  size_t at = 0;
  size_t size = 0;
  std::string url;  // absolute, in ASCII
};
/// The links of a text, in their order: what begins with http://, https:// or www., and those of
/// public shorteners without any of these. Punctuation behind a link is not of it.
/// `shorteners_only`: only links of public shorteners, which networks block.
std::vector<FoundLink> find_links(std::string_view text, bool shorteners_only);

/// The message that a text goes out with.
struct LinkOwner {
  std::string_view account;
  std::string_view message;
  std::string_view to;
};
/// The text with short links, as the profile's url_shortener_settings say; each new link is a row
/// of the effects. Links that lead to the profile's domain already stay.
std::string shorten_links(std::string_view text, const Profile& profile, const LinkOwner& owner,
                          api::Moment moment, const store::Snapshot& snapshot,
                          api::Effects& effects);

/// Where the short link with that code leads; empty when there is none, or no longer. When its
/// profile wants to know of clicks, `effects` tells it.
std::string follow_link(std::string_view code, bool is_click, api::Moment moment,
                        const store::Snapshot& snapshot, api::Effects& effects);

}  // namespace tandem::products::messaging
