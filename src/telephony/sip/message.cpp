#include "telephony/sip/message.h"

#include "telephony/sip/grammar.h"
#include "telephony/sip/limits.h"

namespace tandem::sip {
namespace {

constexpr std::string_view kVersion = "SIP/2.0";

bool looks_like_version(std::string_view text) {
  if (!istarts_with(text, "SIP/")) return false;
  text.remove_prefix(4);
  const size_t dot = text.find('.');
  return dot != std::string_view::npos && parse_number(text.substr(0, dot), 999) &&
         parse_number(text.substr(dot + 1), 999);
}

/// The end of the logical header line that starts at `at`: a CRLF not followed by white space.
/// npos when a bare CR or LF comes first, or none comes at all.
size_t line_end(std::string_view text, size_t at) {
  for (;;) {
    const size_t end = text.find_first_of("\r\n", at);
    if (end == std::string_view::npos || text[end] != '\r') return std::string_view::npos;
    if (end + 1 >= text.size() || text[end + 1] != '\n') return std::string_view::npos;
    const bool folded = end + 2 < text.size() && (text[end + 2] == ' ' || text[end + 2] == '\t');
    if (!folded) return end;
    at = end + 2;
  }
}

}  // namespace

std::string_view to_string(ParseFault fault) {
  switch (fault) {
    case ParseFault::None:
      return "OK";
    case ParseFault::TooLarge:
      return "Too Large";
    case ParseFault::StartLine:
      return "Malformed Start Line";
    case ParseFault::Version:
      return "Version Not Supported";
    case ParseFault::HeaderSyntax:
      return "Malformed Header";
    case ParseFault::TooManyHeaders:
      return "Too Many Headers";
    case ParseFault::Duplicate:
      return "Repeated Header";
    case ParseFault::ContentLength:
      return "Bad Content-Length";
    case ParseFault::MissingHeader:
      return "Missing Header";
    case ParseFault::BadHeader:
      return "Malformed Header Value";
    case ParseFault::CSeqMismatch:
      return "CSeq Method Mismatch";
  }
  return "Malformed";
}

ParseFault Message::parse(std::string_view bytes) {
  clear();
  if (bytes.size() > kMaxMessageBytes) return ParseFault::TooLarge;
  text_ = bytes;
  const size_t first_end = bytes.find("\r\n");
  if (first_end == std::string_view::npos) return ParseFault::StartLine;
  const ParseFault start_fault = parse_start_line(bytes.substr(0, first_end));
  if (start_fault == ParseFault::StartLine && method_name_.empty()) return start_fault;
  const ParseFault header_fault = parse_headers(bytes.substr(first_end + 2));
  const ParseFault essential_fault = parse_essentials();
  if (start_fault != ParseFault::None) return start_fault;
  return header_fault != ParseFault::None ? header_fault : essential_fault;
}

void Message::clear() {
  text_ = method_name_ = request_uri_ = reason_ = body_ = call_id_ = {};
  method_ = Method::Other;
  status_ = 0;
  via_count_ = 0;
  via_ = {};
  from_ = to_ = {};
  cseq_ = {};
  headers_.clear();
}

ParseFault Message::parse_start_line(std::string_view line) {
  const size_t first_space = line.find(' ');
  if (first_space == std::string_view::npos) return ParseFault::StartLine;
  const std::string_view first = line.substr(0, first_space);
  const std::string_view rest = line.substr(first_space + 1);
  if (looks_like_version(first)) {
    if (!iequals(first, kVersion)) return ParseFault::Version;
    const auto code = parse_number(rest.substr(0, 3), 699);
    if (!code || *code < 100 || (rest.size() > 3 && rest[3] != ' ')) return ParseFault::StartLine;
    status_ = static_cast<int>(*code);
    reason_ = rest.size() > 4 ? rest.substr(4) : std::string_view();
    return ParseFault::None;
  }
  if (!is_token(first)) return ParseFault::StartLine;
  method_name_ = first;
  method_ = parse_method(first);
  const size_t last_space = rest.rfind(' ');
  if (last_space == std::string_view::npos) return ParseFault::StartLine;
  request_uri_ = rest.substr(0, last_space);
  const std::string_view version = rest.substr(last_space + 1);
  if (!looks_like_version(version) || request_uri_.empty() ||
      request_uri_.find_first_of(" \t\r\n<>\"") != std::string_view::npos) {
    return ParseFault::StartLine;
  }
  if (request_uri_.size() > kMaxUriBytes) return ParseFault::TooLarge;
  return iequals(version, kVersion) ? ParseFault::None : ParseFault::Version;
}

ParseFault Message::parse_headers(std::string_view head) {
  size_t at = 0;
  ParseFault fault = ParseFault::None;
  for (;;) {
    if (head.substr(at, 2) == "\r\n") break;
    const size_t end = line_end(head, at);
    if (end == std::string_view::npos) return ParseFault::HeaderSyntax;
    const ParseFault line_fault = add_header(head.substr(at, end - at));
    if (line_fault == ParseFault::TooManyHeaders) return line_fault;
    if (fault == ParseFault::None) fault = line_fault;
    at = end + 2;
  }
  const ParseFault body_fault = parse_body(head.substr(at + 2));
  return fault != ParseFault::None ? fault : body_fault;
}

ParseFault Message::add_header(std::string_view line) {
  if (headers_.size() == kMaxHeaders) return ParseFault::TooManyHeaders;
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return ParseFault::HeaderSyntax;
  std::string_view name = line.substr(0, colon);
  while (!name.empty() && (name.back() == ' ' || name.back() == '\t')) name.remove_suffix(1);
  if (!is_token(name) || name.size() > kMaxHeaderNameBytes) return ParseFault::HeaderSyntax;
  const Header header{header_id(name), name, trim(line.substr(colon + 1))};
  if (header.id == HeaderId::Via) {
    const ParseFault fault = count_vias(header.value);
    if (fault != ParseFault::None) return fault;
  }
  const bool repeated = is_single(header.id) && has(header.id);
  headers_.push_back(header);
  return repeated ? ParseFault::Duplicate : ParseFault::None;
}

ParseFault Message::count_vias(std::string_view value) {
  while (next_list_value(value)) {
    if (++via_count_ > kMaxVias) return ParseFault::TooManyHeaders;
  }
  return ParseFault::None;
}

ParseFault Message::parse_body(std::string_view rest) {
  body_ = rest;
  const auto value = find(HeaderId::ContentLength);
  if (!value) return ParseFault::None;
  const auto length = parse_number(*value, kMaxMessageBytes);
  if (!length || *length > rest.size()) {
    body_ = {};
    return ParseFault::ContentLength;
  }
  body_ = rest.substr(0, *length);
  text_ = text_.substr(0, static_cast<size_t>(body_.data() + body_.size() - text_.data()));
  return ParseFault::None;
}

ParseFault Message::parse_essentials() {
  const auto via_list = find(HeaderId::Via);
  const auto from_value = find(HeaderId::From);
  const auto to_value = find(HeaderId::To);
  const auto call_id_value = find(HeaderId::CallId);
  const auto cseq_value = find(HeaderId::CSeq);
  const bool missing = !via_list || !from_value || !to_value || !call_id_value || !cseq_value;
  std::string_view vias = via_list.value_or(std::string_view());
  const auto via = parse_via(next_list_value(vias).value_or(std::string_view()));
  const auto from = parse_name_addr(from_value.value_or(std::string_view()));
  const auto to = parse_name_addr(to_value.value_or(std::string_view()));
  const auto cseq = parse_cseq(cseq_value.value_or(std::string_view()));
  if (via) via_ = *via;
  if (from) from_ = *from;
  if (to) to_ = *to;
  if (cseq) cseq_ = *cseq;
  call_id_ = call_id_value.value_or(std::string_view());
  if (missing) return ParseFault::MissingHeader;
  if (!via || !from || !to || !cseq || !is_call_id(call_id_)) return ParseFault::BadHeader;
  if (is_request() && cseq_.method_name != method_name_) return ParseFault::CSeqMismatch;
  return ParseFault::None;
}

std::optional<std::string_view> Message::find(HeaderId id) const {
  for (const Header& header : headers_) {
    if (header.id == id) return header.value;
  }
  return std::nullopt;
}

std::optional<std::string_view> Message::find(std::string_view name) const {
  const HeaderId id = header_id(name);
  if (id != HeaderId::Unknown) return find(id);
  for (const Header& header : headers_) {
    if (iequals(header.name, name)) return header.value;
  }
  return std::nullopt;
}

std::string_view Message::get(HeaderId id, std::string_view fallback) const {
  const auto found = find(id);
  return found ? *found : fallback;
}

bool Message::lists(HeaderId id, std::string_view tag) const {
  for (const Header& header : headers_) {
    if (header.id == id && list_contains(header.value, tag)) return true;
  }
  return false;
}

std::vector<std::string_view> Message::values(HeaderId id) const {
  std::vector<std::string_view> out;
  for (const Header& header : headers_) {
    if (header.id != id) continue;
    std::string_view list = header.value;
    while (out.size() < kMaxListValues) {
      const auto value = next_list_value(list);
      if (!value) break;
      out.push_back(*value);
    }
  }
  return out;
}

std::optional<NameAddr> Message::address(HeaderId id) const {
  auto list = find(id);
  if (!list) return std::nullopt;
  const auto value = next_list_value(*list);
  return value ? parse_name_addr(*value) : std::nullopt;
}

std::string_view Message::content_type() const {
  const auto value = find(HeaderId::ContentType);
  return value ? trim(value->substr(0, value->find(';'))) : std::string_view();
}

}  // namespace tandem::sip
