#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "telephony/sip/method.h"
#include "telephony/sip/params.h"

/// Typed readers of the header values that are neither addresses nor credentials. All of them
/// give nothing when the value breaks its grammar.
namespace tandem::sip {

/// `4711 INVITE` (RFC 3261 section 20.16); numbers stay below 2^31.
struct CSeq {
  uint32_t number = 0;
  Method method = Method::Other;
  std::string_view method_name;
};
std::optional<CSeq> parse_cseq(std::string_view value);

/// `RSeq CSeq-number method` (RFC 3262 section 7.2).
struct RAck {
  uint32_t rseq = 0;
  CSeq cseq;
};
std::optional<RAck> parse_rack(std::string_view value);

/// `word[;params]`: Content-Type (the word has a slash), Content-Disposition, Event,
/// Subscription-State, Accept values.
struct ParamWord {
  std::string_view word;
  Params params;
};
std::optional<ParamWord> parse_param_word(std::string_view value);
std::optional<ParamWord> parse_content_type(std::string_view value);

/// RFC 3891. Tags are as sent; `to_tag` is the tag of whom the message is sent to.
struct Replaces {
  std::string_view call_id;
  std::string_view to_tag;
  std::string_view from_tag;
  bool early_only = false;
};
std::optional<Replaces> parse_replaces(std::string_view value);

enum class Refresher : uint8_t { Unset, Uac, Uas };

/// RFC 4028.
struct SessionExpires {
  std::chrono::seconds interval{0};
  Refresher refresher = Refresher::Unset;
};
std::optional<SessionExpires> parse_session_expires(std::string_view value);

/// RFC 3326: `Q.850;cause=16;text="Normal call clearing"`.
struct Reason {
  std::string_view protocol;
  uint16_t cause = 0;  // 0: none given
  std::string text;
};
std::optional<Reason> parse_reason(std::string_view value);
std::string make_reason(std::string_view protocol, uint16_t cause, std::string_view text);

/// A count of seconds, at most 2^32-1, with parameters or a comment behind it ignored where the
/// grammar has them (Expires, Min-Expires, Min-SE, Retry-After).
std::optional<uint32_t> parse_seconds(std::string_view value);

/// An RFC 1123 date in GMT, the only form SIP allows (RFC 3261 section 20.17).
bool is_sip_date(std::string_view value);

/// Whether the comma-separated list holds `tag`, without regard to case.
bool list_contains(std::string_view list, std::string_view tag);

/// Call-ID is `word ["@" word]`.
bool is_call_id(std::string_view value);

}  // namespace tandem::sip
