#pragma once

#include <cstdint>
#include <string_view>

namespace tandem::sip {

/// The methods we act on; every other one is Other and known by its name only.
enum class Method : uint8_t {
  Invite,
  Ack,
  Cancel,
  Bye,
  Options,
  Register,
  Prack,
  Update,
  Info,
  Refer,
  Notify,
  Subscribe,
  Message,
  Publish,
  Other
};

/// Method names are case-sensitive (RFC 3261 section 7.1).
Method parse_method(std::string_view name);
/// "OTHER" for Method::Other.
std::string_view to_string(Method method);

/// The usual phrase of a status code; the class's phrase when the code is unknown.
std::string_view reason_phrase(int status);

}  // namespace tandem::sip
