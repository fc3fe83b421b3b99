#include "products/messaging/links.h"

#include <algorithm>
#include <array>

#include "http/client.h"

namespace tandem::products::messaging {
namespace {

/// 62^10 of them: nobody finds links of others by trying.
constexpr size_t kCodeSize = 10;

constexpr std::array<std::string_view, 14> kShorteners = {
    "bit.do", "bit.ly",     "buff.ly", "cutt.ly", "goo.gl",      "ht.ly", "is.gd",
    "ow.ly",  "rebrand.ly", "t.co",    "tiny.cc", "tinyurl.com", "v.gd",  "rb.gy"};

char small(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool begins_with(std::string_view text, std::string_view small_prefix) {
  return text.size() >= small_prefix.size() &&
         std::equal(small_prefix.begin(), small_prefix.end(), text.begin(),
                    [](char wanted, char c) { return wanted == small(c); });
}

bool is_letter_or_digit(char c) {
  return (c >= '0' && c <= '9') || (small(c) >= 'a' && small(c) <= 'z');
}

/// What ends a link: spaces, control characters, and what URLs cannot have.
bool ends_link(char c) {
  constexpr std::string_view kEnds = " \"<>\\^`{|}";
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f || kEnds.find(c) != std::string_view::npos;
}

/// Whether a link may begin here: in the middle of a word none does.
bool at_word(std::string_view text, size_t at) {
  if (at == 0) return true;
  const char before = text[at - 1];
  return !is_letter_or_digit(before) && before != '@' && before != '.' && before != '/' &&
         before != '-' && before != '_';
}

/// What stands before a link without a scheme.
std::string_view missing_scheme(std::string_view rest) {
  if (begins_with(rest, "www.")) return "http://";
  for (const std::string_view host : kShorteners) {
    if (begins_with(rest, host) && rest.size() > host.size() && rest[host.size()] == '/') {
      return "https://";
    }
  }
  return {};
}

/// Without the punctuation of the sentence around it; brackets stay when they have both ends.
std::string_view without_punctuation(std::string_view link) {
  constexpr std::string_view kPunctuation = ".,;:!?'*";
  while (!link.empty()) {
    const char last = link.back();
    const bool unmatched = (last == ')' && std::count(link.begin(), link.end(), '(') <
                                               std::count(link.begin(), link.end(), ')')) ||
                           (last == ']' && std::count(link.begin(), link.end(), '[') <
                                               std::count(link.begin(), link.end(), ']'));
    if (!unmatched && kPunctuation.find(last) == std::string_view::npos) break;
    link.remove_suffix(1);
  }
  return link;
}

/// Letters of other scripts as URLs carry them.
std::string in_ascii(std::string_view link) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : link) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

bool is_shortener(const std::string& host) {
  return std::find(kShorteners.begin(), kShorteners.end(), host) != kShorteners.end();
}

/// The domain as links begin with it; empty when it is not one of the platform's any more.
std::string beginning_of_links(const store::Snapshot& snapshot, const ShortenerSettings& settings) {
  const auto row = snapshot.find(kUrlDomains, std::nullopt, "url_domain", settings.domain);
  if (!row) return {};
  const json::Value domain = api::document_of(*row);
  std::string link(domain["_scheme"].string("https"));
  link += "://" + settings.domain + '/';
  if (!settings.prefix.empty()) link += settings.prefix + '/';
  return link;
}

}  // namespace

std::vector<FoundLink> find_links(std::string_view text, bool shorteners_only) {
  std::vector<FoundLink> found;
  for (size_t at = 0; at < text.size() && found.size() < kMostLinks; ++at) {
    const std::string_view rest = text.substr(at);
    const bool has_scheme = begins_with(rest, "http://") || begins_with(rest, "https://");
    const std::string_view scheme = has_scheme ? std::string_view() : missing_scheme(rest);
    if ((!has_scheme && scheme.empty()) || !at_word(text, at)) continue;
    const auto end = std::find_if(rest.begin(), rest.end(), ends_link);
    const std::string_view link =
        without_punctuation(rest.substr(0, static_cast<size_t>(end - rest.begin())));
    const std::string url = std::string(scheme) + in_ascii(link);
    const auto parsed = http::Url::parse(url);
    const bool fits =
        parsed && url.size() <= kLongestLink && (!shorteners_only || is_shortener(parsed->host));
    if (fits) found.push_back({at, link.size(), url});
    at += std::max<size_t>(link.size(), 1) - 1;
  }
  return found;
}

std::string shorten_links(std::string_view text, const Profile& profile, const LinkOwner& owner,
                          api::Moment moment, const store::Snapshot& snapshot,
                          api::Effects& effects) {
  const auto links = find_links(text, profile.shortener->replace_blacklist_only);
  if (links.empty()) return std::string(text);
  const std::string beginning = beginning_of_links(snapshot, *profile.shortener);
  if (beginning.empty()) return std::string(text);
  std::string out;
  size_t copied = 0;
  for (const FoundLink& link : links) {
    if (link.url.starts_with(beginning)) continue;
    const std::string code = moment.ids.token(kCodeSize);
    out.append(text.substr(copied, link.at - copied)).append(beginning).append(code);
    copied = link.at + link.size;
    const json::Value row = json::Value::object(
        {{"url", link.url}, {"message", owner.message}, {"to", owner.to}, {"profile", profile.id}});
    effects.put(std::string(kLinks), code, std::string(owner.account), row, store::kNew,
                moment.now);
  }
  return out.append(text.substr(copied));
}

std::string follow_link(std::string_view code, bool is_click, api::Moment moment,
                        const store::Snapshot& snapshot, api::Effects& effects) {
  if (code.size() != kCodeSize || !std::all_of(code.begin(), code.end(), is_letter_or_digit)) {
    return {};
  }
  const auto row = snapshot.get(kLinks, code);
  if (!row || row->created_at + kLinkLife <= moment.now) return {};
  const json::Value link = api::document_of(*row);
  std::string url(link["url"].string());
  const auto profile = is_click ? find_profile(snapshot, link["profile"].string()) : std::nullopt;
  if (!profile || !profile->shortener || !profile->shortener->send_webhooks) return url;
  const json::Value payload = json::Value::object(
      {{"data", json::Value::object({{"record_type", "link_clicked"},
                                     {"message_id", link["message"]},
                                     {"to", link["to"]},
                                     {"url", url},
                                     {"time_clicked", to_iso8601(moment.now)}})}});
  effects.events.push_back({.id = moment.ids.uuid(),
                            .account = row->account,
                            .type = "message.link_click",
                            .subject = std::string(link["message"].string()),
                            .payload = payload.text(),
                            .occurred_at = moment.now,
                            .target = {.url = profile->webhook_url,
                                       .failover_url = profile->webhook_failover_url,
                                       .shape = events::Target::Shape::Raw}});
  return url;
}

}  // namespace tandem::products::messaging
