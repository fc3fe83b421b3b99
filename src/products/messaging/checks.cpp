#include "products/messaging/checks.h"

#include <algorithm>
#include <array>

#include "core/e164.h"
#include "products/common/country_of.h"
#include "products/common/number_health.h"
#include "products/messaging/blocks.h"
#include "products/messaging/optouts.h"
#include "products/messaging/tollfree.h"

namespace tandem::products::messaging {
namespace {

using api::refuse;

constexpr std::string_view kNorthAmerica[] = {"US", "CA", "PR"};
/// Control characters a text may have.
constexpr std::string_view kLayout = "\n\r\t\f";

bool is_north_american(std::string_view country) {
  return std::find(std::begin(kNorthAmerica), std::end(kNorthAmerica), country) !=
         std::end(kNorthAmerica);
}

std::string from_to(const Sender& sender, std::string_view to) {
  return "from " + sender.address + " to " + std::string(to);
}

}  // namespace

Check check_account(const store::Snapshot& snapshot, std::string_view account) {
  if (!is_blocked(snapshot, account)) return {};
  return refuse("40314", "The operator has disabled messaging for your account.");
}

Check check_content(SendRequest& request) {
  const bool has_text = request.text && !request.text->empty();
  const bool has_media = !request.media_urls.empty();
  if (!has_text && !has_media) {
    return refuse("40316", "The message needs a text or media_urls.", "/text");
  }
  if (request.type.empty()) request.type = has_media || request.subject ? "MMS" : "SMS";
  if (request.type == "SMS" && (has_media || request.subject)) {
    return refuse("40304", "An SMS has a text, and neither subject nor media_urls.", "/type");
  }
  if (request.media_urls.size() > kMostMedia) {
    return refuse("40317", "An MMS has at most 10 files.", "/media_urls");
  }
  return {};
}

Check check_secret(const SendRequest& request, const Profile& profile) {
  if (!request.secret || *request.secret == profile.secret) return {};
  if (request.secret->empty()) {
    return refuse("40313", "The X-Profile-Secret header has no value.");
  }
  return refuse("40311", "The X-Profile-Secret header is not the profile's v1_secret.");
}

Check check_health(const store::Snapshot& snapshot, const Profile& profile, const Sender& sender) {
  if (!profile.pool || !profile.pool->skip_unhealthy) return {};
  const Health health = health_of(snapshot, sender.address);
  if (is_healthy(health)) return {};
  const auto percent = [](double ratio) {
    constexpr int kWhole = 100;
    return std::to_string(static_cast<int>(ratio * kWhole)) + " percent";
  };
  return refuse("40315",
                "Of the messages from " + sender.address + ' ' + percent(health.success_ratio()) +
                    " arrive and " + percent(health.spam_ratio()) + " are taken for spam.",
                "/from");
}

Check check_toll_free(const store::Snapshot& snapshot, std::string_view account,
                      const Sender& sender) {
  if (may_send(snapshot, account, sender)) return {};
  return refuse("40329",
                "The toll-free number " + sender.address +
                    " is not verified; see POST /messaging_tollfree/verification/requests.",
                "/from");
}

Check check_receivers(const SendRequest& request) {
  if (request.to.empty()) return refuse("40310", "The message needs a receiver.", "/to");
  if (request.to.size() > kMostReceivers) {
    return refuse("40310", "A group has at most 8 receivers.", "/to");
  }
  for (const std::string& to : request.to) {
    if (is_e164(to) && !country_of(to).empty()) continue;
    return refuse("40310", "The receiver is a phone number in +E.164 format.", "/to");
  }
  return {};
}

Check check_profile(const Profile& profile, std::string_view to) {
  if (!profile.enabled) {
    return refuse("40312", "The messaging profile " + profile.id + " is disabled.");
  }
  if (profile.destinations.empty()) {
    return refuse("40331", "The messaging profile names no destination it may send to.");
  }
  const std::string_view country = country_of(to);
  if (allows(profile, country)) return {};
  return refuse("40309",
                "The messaging profile's whitelisted_destinations do not have " +
                    std::string(country) + ", where " + std::string(to) + " is.",
                "/to");
}

bool carries_mms(const Sender& sender, std::string_view to) {
  return sender.mms && is_north_american(country_of(to));
}

Check check_pair(const Sender& sender, std::string_view to, std::string_view type) {
  const std::string_view country = country_of(to);
  if (sender.kind == SenderKind::Alphanumeric && is_north_american(country)) {
    return refuse("40301",
                  "North American networks take no names as senders: " + from_to(sender, to) + ".",
                  "/to");
  }
  if (sender.address == to) {
    return refuse("40319", "A number cannot send messages to itself.", "/to");
  }
  const bool domestic = sender.kind == SenderKind::ShortCode
                            ? country == sender.country
                            : sender.kind != SenderKind::TollFree || is_north_american(country);
  if (!domestic) {
    return refuse(
        "40319", "The sender reaches its own region only, not " + from_to(sender, to) + ".", "/to");
  }
  if (type != "MMS") return {};
  if (!sender.mms) {
    return refuse("40308", "The sender cannot carry MMS.", "/from");
  }
  if (!is_north_american(country)) {
    return refuse("40301", "MMS reaches numbers in North America only.", "/to");
  }
  return {};
}

Check check_consent(const store::Snapshot& snapshot, const Profile& profile, const Sender& sender,
                    std::string_view to) {
  if (!is_opted_out(snapshot, profile.id, to)) return {};
  return refuse("40300", "The receiver has opted out: nothing is sent " + from_to(sender, to) + ".",
                "/to");
}

Check check_words(std::string_view text) {
  const auto forbidden = [](char c) {
    const auto code = static_cast<unsigned char>(c);
    return (code < 0x20 && kLayout.find(c) == std::string_view::npos) || code == 0x7F;
  };
  if (std::none_of(text.begin(), text.end(), forbidden)) return {};
  return refuse("40322", "The text has control characters, which networks do not carry.", "/text");
}

Check check_schedule(const SendRequest& request, WallTime now) {
  if (!request.send_at) return {};
  const Millis ahead = *request.send_at - now;
  if (ahead >= kSoonestSchedule && ahead <= kLatestSchedule) return {};
  return refuse("10015", "A message is scheduled for 5 minutes to 5 days from now.", "/send_at");
}

bool takes_names(std::string_view country) { return !is_north_american(country); }

}  // namespace tandem::products::messaging
