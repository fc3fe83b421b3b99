#include "telephony/sip/fields.h"

#include <array>

#include "telephony/sip/grammar.h"

namespace tandem::sip {
namespace {

constexpr uint64_t kMaxSequence = 0x7FFF'FFFF;  // RFC 3261 section 8.1.1.5
constexpr uint64_t kMaxSeconds = 0xFFFF'FFFF;

std::string_view read_digits(Cursor& cursor) {
  const size_t start = cursor.position();
  while (is_digit(cursor.peek())) cursor.advance();
  return cursor.since(start);
}

std::optional<CSeq> read_cseq(Cursor& cursor) {
  const auto number = parse_number(read_digits(cursor), kMaxSequence);
  if (!number || !is_space(cursor.peek())) return std::nullopt;
  cursor.skip_space();
  const std::string_view name = cursor.token();
  cursor.skip_space();
  if (name.empty() || !cursor.done()) return std::nullopt;
  return CSeq{static_cast<uint32_t>(*number), parse_method(name), name};
}

bool matches_date_shape(std::string_view value) {
  constexpr std::string_view kShape = "aaa, 00 aaa 0000 00:00:00 GMT";
  if (value.size() != kShape.size()) return false;
  for (size_t i = 0; i < kShape.size(); ++i) {
    const char want = kShape[i];
    const char have = value[i];
    const bool fits = want == '0'   ? is_digit(have)
                      : want == 'a' ? is_alnum(have) && !is_digit(have)
                                    : want == have;
    if (!fits) return false;
  }
  return true;
}

template <size_t N>
bool one_of(std::string_view text, const std::array<std::string_view, N>& names) {
  for (std::string_view name : names) {
    if (iequals(name, text)) return true;
  }
  return false;
}

}  // namespace

std::optional<CSeq> parse_cseq(std::string_view value) {
  Cursor cursor(trim(value));
  return read_cseq(cursor);
}

std::optional<RAck> parse_rack(std::string_view value) {
  Cursor cursor(trim(value));
  const auto rseq = parse_number(read_digits(cursor), kMaxSequence);
  if (!rseq || !is_space(cursor.peek())) return std::nullopt;
  cursor.skip_space();
  const auto cseq = read_cseq(cursor);
  if (!cseq) return std::nullopt;
  return RAck{static_cast<uint32_t>(*rseq), *cseq};
}

std::optional<ParamWord> parse_param_word(std::string_view value) {
  Cursor cursor(trim(value));
  ParamWord out;
  out.word = cursor.token();
  const auto params = Params::parse(cursor);
  if (out.word.empty() || !params) return std::nullopt;
  out.params = *params;
  return out;
}

std::optional<ParamWord> parse_content_type(std::string_view value) {
  Cursor cursor(trim(value));
  const size_t start = cursor.position();
  if (cursor.token().empty() || !cursor.take('/') || cursor.token().empty()) return std::nullopt;
  ParamWord out;
  out.word = cursor.since(start);
  const auto params = Params::parse(cursor);
  if (!params) return std::nullopt;
  out.params = *params;
  return out;
}

std::optional<Replaces> parse_replaces(std::string_view value) {
  Cursor cursor(trim(value));
  Replaces out;
  out.call_id = trim(cursor.until(";"));
  const auto params = Params::parse(cursor);
  if (!is_call_id(out.call_id) || !params) return std::nullopt;
  if (params->count("to-tag") != 1 || params->count("from-tag") != 1) return std::nullopt;
  out.to_tag = params->get("to-tag");
  out.from_tag = params->get("from-tag");
  out.early_only = params->has("early-only");
  return out;
}

std::optional<SessionExpires> parse_session_expires(std::string_view value) {
  Cursor cursor(trim(value));
  const auto seconds = parse_number(read_digits(cursor), kMaxSeconds);
  const auto params = Params::parse(cursor);
  if (!seconds || !params) return std::nullopt;
  SessionExpires out{std::chrono::seconds(*seconds), Refresher::Unset};
  const std::string_view who = params->get("refresher");
  if (iequals(who, "uac")) out.refresher = Refresher::Uac;
  if (iequals(who, "uas")) out.refresher = Refresher::Uas;
  return out;
}

std::optional<Reason> parse_reason(std::string_view value) {
  const auto word = parse_param_word(value);
  if (!word) return std::nullopt;
  Reason out;
  out.protocol = word->word;
  if (const auto cause = word->params.find("cause")) {
    const auto number = parse_number(*cause, 999);
    if (!number) return std::nullopt;
    out.cause = static_cast<uint16_t>(*number);
  }
  out.text = unquote(word->params.get("text"));
  return out;
}

std::string make_reason(std::string_view protocol, uint16_t cause, std::string_view text) {
  std::string out(protocol);
  if (cause != 0) out.append(";cause=").append(std::to_string(cause));
  if (!text.empty()) out.append(";text=").append(quote(text));
  return out;
}

std::optional<uint32_t> parse_seconds(std::string_view value) {
  Cursor cursor(trim(value));
  const auto seconds = parse_number(read_digits(cursor), kMaxSeconds);
  cursor.skip_space();
  if (!seconds || (!cursor.done() && cursor.peek() != ';' && cursor.peek() != '(')) {
    return std::nullopt;
  }
  return static_cast<uint32_t>(*seconds);
}

bool is_sip_date(std::string_view value) {
  constexpr std::array<std::string_view, 7> kDays = {"Mon", "Tue", "Wed", "Thu",
                                                     "Fri", "Sat", "Sun"};
  constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  value = trim(value);
  return matches_date_shape(value) && one_of(value.substr(0, 3), kDays) &&
         one_of(value.substr(8, 3), kMonths);
}

bool list_contains(std::string_view list, std::string_view tag) {
  while (const auto value = next_list_value(list)) {
    if (iequals(*value, tag)) return true;
  }
  return false;
}

bool is_call_id(std::string_view value) {
  constexpr std::string_view kWordMarks = "()<>:\\\"/[]?{}";
  size_t ats = 0;
  for (char c : value) {
    if (c == '@') {
      ++ats;
    } else if (!is_token_char(c) && kWordMarks.find(c) == std::string_view::npos) {
      return false;
    }
  }
  return !value.empty() && ats <= 1 && value.front() != '@' && value.back() != '@';
}

}  // namespace tandem::sip
