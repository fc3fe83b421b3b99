#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "telephony/sip/fields.h"
#include "telephony/sip/header_id.h"
#include "telephony/sip/method.h"
#include "telephony/sip/name_addr.h"
#include "telephony/sip/via.h"

namespace tandem::sip {

/// One header field as it came; folds are still inside the value.
struct Header {
  HeaderId id = HeaderId::Unknown;
  std::string_view name;
  std::string_view value;
};

/// Why bytes are no usable message. Up to HeaderSyntax what was read so far stays in the
/// message, so that a request can still be answered with 400.
enum class ParseFault : uint8_t {
  None,
  TooLarge,        // beyond kMaxMessageBytes, or a URI beyond kMaxUriBytes
  StartLine,       // neither a request nor a status line
  Version,         // not SIP/2.0
  HeaderSyntax,    // a line that is no header, a bare CR or LF, no blank line at the end
  TooManyHeaders,  // or too many Vias
  Duplicate,       // a second one of what may occur once
  ContentLength,   // no number, or more than is there
  MissingHeader,   // Via, From, To, Call-ID or CSeq
  BadHeader,       // one of these is malformed
  CSeqMismatch     // names another method than the request line
};

/// A short phrase for logs and for the reason of a 400.
std::string_view to_string(ParseFault fault);

/// A SIP message (RFC 3261 section 7), taken apart in place: all views point into the bytes
/// handed to parse(), which must outlive it. Reusing one object saves allocations.
class Message {
 public:
  /// Reads one whole message: a datagram, or what a StreamFramer cut out. Bytes behind
  /// Content-Length are ignored, as RFC 3261 section 18.3 has it for datagrams.
  ParseFault parse(std::string_view bytes);

  bool is_request() const { return status_ == 0; }
  Method method() const { return method_; }
  std::string_view method_name() const { return method_name_; }
  /// As on the request line; parse_uri() takes it apart.
  std::string_view request_uri() const { return request_uri_; }
  /// 100 to 699 of a response, 0 of a request.
  int status() const { return status_; }
  std::string_view reason() const { return reason_; }

  // The fields that tell which transaction and dialog a message belongs to.
  const Via& via() const { return via_; }  // the topmost
  const NameAddr& from() const { return from_; }
  const NameAddr& to() const { return to_; }
  std::string_view call_id() const { return call_id_; }
  /// Of a response the method is that of its request.
  const CSeq& cseq() const { return cseq_; }

  const std::vector<Header>& headers() const { return headers_; }
  /// Value of the first field of that kind.
  std::optional<std::string_view> find(HeaderId id) const;
  /// The same by name, for fields without an id ("X-Account").
  std::optional<std::string_view> find(std::string_view name) const;
  std::string_view get(HeaderId id, std::string_view fallback = {}) const;
  bool has(HeaderId id) const { return find(id).has_value(); }
  /// Whether an option tag, method or the like is in any of that field's lists.
  bool lists(HeaderId id, std::string_view tag) const;
  /// Single values of a list field, over all its lines, at most kMaxListValues.
  std::vector<std::string_view> values(HeaderId id) const;
  /// The first value of the field as an address; nothing when missing or malformed.
  std::optional<NameAddr> address(HeaderId id) const;
  size_t via_count() const { return via_count_; }

  std::string_view body() const { return body_; }
  /// `application/sdp` of `application/sdp;charset=x`; empty without a Content-Type.
  std::string_view content_type() const;
  /// The whole message.
  std::string_view text() const { return text_; }

 private:
  void clear();
  ParseFault parse_start_line(std::string_view line);
  ParseFault parse_headers(std::string_view head);
  ParseFault add_header(std::string_view line);
  ParseFault count_vias(std::string_view value);
  ParseFault parse_body(std::string_view rest);
  ParseFault parse_essentials();

  std::string_view text_;
  std::string_view method_name_;
  std::string_view request_uri_;
  std::string_view reason_;
  std::string_view body_;
  std::string_view call_id_;
  Method method_ = Method::Other;
  int status_ = 0;
  size_t via_count_ = 0;
  Via via_;
  NameAddr from_;
  NameAddr to_;
  CSeq cseq_;
  std::vector<Header> headers_;
};

}  // namespace tandem::sip
