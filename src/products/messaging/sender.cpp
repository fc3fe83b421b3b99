#include "products/messaging/sender.h"

#include <algorithm>
#include <cctype>

#include "core/e164.h"
#include "products/common/owned_numbers.h"

namespace tandem::products::messaging {
namespace {

using api::ApiError;
using api::refuse;
using Choice = Result<SenderChoice, ApiError>;

constexpr size_t kShortestCode = 3;
constexpr size_t kLongestCode = 8;
constexpr size_t kLongestAlpha = 11;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

tl::unexpected<ApiError> not_a_sender(std::string detail) {
  return refuse("40305", std::move(detail), "/from");
}

Result<Profile, ApiError> profile_of(const store::Snapshot& snapshot, std::string_view account,
                                     std::string_view id) {
  auto profile = find_profile(snapshot, id);
  if (!profile || profile->account != account) {
    return refuse("40305", "The sender has no messaging profile of yours to send with.",
                  "/messaging_profile_id");
  }
  return std::move(*profile);
}

/// The profile that was asked for must be the sender's own.
Choice with_profile(const store::Snapshot& snapshot, std::string_view account, Sender sender,
                    std::string_view own, std::string_view asked) {
  if (own.empty()) return not_a_sender("The number is not assigned to a messaging profile.");
  if (!asked.empty() && asked != own) {
    return not_a_sender("The number is assigned to another messaging profile.");
  }
  auto profile = profile_of(snapshot, account, own);
  if (!profile) return tl::unexpected(profile.error());
  return SenderChoice{std::move(sender), std::move(*profile)};
}

Choice find_number(const store::Snapshot& snapshot, std::string_view account, std::string_view from,
                   std::string_view asked) {
  const auto row = snapshot.find(kPhoneNumbers, std::nullopt, "phone_number", from);
  if (!row || row->account != account) return not_a_sender("You have no such number.");
  const auto number = json::Document::parse(row->body);
  const std::string_view status = number->root()["status"].string();
  if (status == "deleted") return not_a_sender("You have no such number.");
  if (status != "active" && number->root()["phone_number_type"].string() == "toll_free") {
    return refuse("40330", "The number is not active: its status is " + std::string(status) + ".",
                  "/from");
  }
  if (status != "active") {
    return refuse("40320", "The number is not active: its status is " + std::string(status) + ".",
                  "/from");
  }
  const auto settings = snapshot.get(kMessagingSettings, row->id);
  if (!settings) return not_a_sender("The number cannot send messages.");
  const auto document = json::Document::parse(settings->body);
  if (document->root()["features"]["sms"].is_null()) {
    return not_a_sender("The number cannot send messages.");
  }
  Sender sender = number_sender(document->root());
  sender.billing_group = number->root()["billing_group_id"].string();
  sender.tags = tags_of(number->root());
  const std::string own(document->root()["messaging_profile_id"].string());
  return with_profile(snapshot, account, std::move(sender), own, asked);
}

Choice find_short_code(const store::Snapshot& snapshot, std::string_view account,
                       std::string_view from, std::string_view asked) {
  const auto row = snapshot.find(kShortCodes, account, "short_code", from);
  if (!row) return not_a_sender("You have no such short code.");
  const auto document = json::Document::parse(row->body);
  Sender sender{.kind = SenderKind::ShortCode,
                .address = std::string(from),
                .country = std::string(document->root()["country_code"].string()),
                .billing_group = {},
                .tags = {},
                .mms = true};
  const std::string own(document->root()["messaging_profile_id"].string());
  return with_profile(snapshot, account, std::move(sender), own, asked);
}

Choice find_alphanumeric(const store::Snapshot& snapshot, std::string_view account,
                         std::string_view from, std::string_view asked) {
  if (!is_alphanumeric(from)) {
    return refuse("40325", "A name as sender is 1 to 11 letters, digits and spaces.", "/from");
  }
  if (asked.empty()) {
    return refuse("40305", "A name as sender needs the messaging profile it belongs to.",
                  "/messaging_profile_id");
  }
  auto profile = profile_of(snapshot, account, asked);
  if (!profile) return tl::unexpected(profile.error());
  if (profile->alpha_sender.empty()) {
    return refuse("40306", "The messaging profile has no alpha_sender.", "/from");
  }
  if (profile->alpha_sender != from) {
    return refuse(
        "40307",
        "The name " + std::string(from) + " is not the profile's: " + profile->alpha_sender + ".",
        "/from");
  }
  Sender sender;
  sender.kind = SenderKind::Alphanumeric;
  sender.address = from;
  return SenderChoice{std::move(sender), std::move(*profile)};
}

}  // namespace

bool is_short_code(std::string_view address) {
  return address.size() >= kShortestCode && address.size() <= kLongestCode &&
         std::all_of(address.begin(), address.end(), is_digit);
}

bool is_alphanumeric(std::string_view address) {
  const auto fits = [](char c) { return is_letter(c) || is_digit(c) || c == ' '; };
  return !address.empty() && address.size() <= kLongestAlpha &&
         std::all_of(address.begin(), address.end(), fits) &&
         std::any_of(address.begin(), address.end(), is_letter);
}

Sender number_sender(json::View settings) {
  Sender sender;
  const std::string_view type = settings["type"].string();
  sender.kind = type == "toll-free" ? SenderKind::TollFree : SenderKind::LongCode;
  sender.address = settings["phone_number"].string();
  sender.country = settings["country_code"].string();
  sender.mms = settings["features"]["mms"].is_object();
  return sender;
}

Choice find_sender(const store::Snapshot& snapshot, std::string_view account, std::string_view from,
                   std::string_view profile_id) {
  if (is_e164(from)) return find_number(snapshot, account, from, profile_id);
  if (is_short_code(from)) return find_short_code(snapshot, account, from, profile_id);
  if (from.front() == '+') return not_a_sender("That is no phone number in +E.164 format.");
  return find_alphanumeric(snapshot, account, from, profile_id);
}

}  // namespace tandem::products::messaging
