#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "telephony/sip/header_id.h"
#include "telephony/sip/method.h"

namespace tandem::sip {

class Message;

/// Header fields to add to a message, in order: names with their values.
using HeaderList = std::vector<std::pair<std::string, std::string>>;

/// A body with its type; no body when `data` is empty.
struct Body {
  std::string type;
  std::string data;

  bool empty() const { return data.empty(); }
};

/// `{"application/sdp", sdp}`, or nothing for an empty text.
Body sdp_body(std::string sdp);

/// Appends a SIP message to a string:
///   MessageWriter w(out); w.request("BYE", uri); w.header(HeaderId::CallId, id); ... w.finish();
/// Line breaks inside values become spaces and names that are no tokens are left out, so nothing
/// handed in can add lines of its own.
class MessageWriter {
 public:
  /// `compact`: names of fields are short where there is a short one (RFC 3261 section 7.3.3).
  explicit MessageWriter(std::string& out, bool compact = false) : out_(out), compact_(compact) {}

  MessageWriter& request(std::string_view method, std::string_view uri);
  /// With the usual phrase when `reason` is empty.
  MessageWriter& status(int code, std::string_view reason = {});
  MessageWriter& header(HeaderId id, std::string_view value);
  MessageWriter& header(HeaderId id, uint64_t number);
  MessageWriter& header(std::string_view name, std::string_view value);
  MessageWriter& headers(const HeaderList& list);
  /// Every field of that kind as it came.
  MessageWriter& copy(const Message& from, HeaderId id);
  /// Content-Type (when there is a body), Content-Length, the blank line and the body.
  void finish(const Body& body = {});

 private:
  void value(std::string_view text);
  std::string& out_;
  const bool compact_;
};

}  // namespace tandem::sip
