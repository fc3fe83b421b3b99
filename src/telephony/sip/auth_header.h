#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tandem::sip {

/// `Digest realm="x", nonce="y"`: the value of WWW-Authenticate, Proxy-Authenticate,
/// Authorization and Proxy-Authorization, as views (RFC 3261 section 25.1, RFC 7616).
class AuthHeader {
 public:
  /// Nothing when the grammar is broken or a parameter occurs twice.
  static std::optional<AuthHeader> parse(std::string_view value);

  std::string_view scheme() const { return scheme_; }
  bool is_digest() const;
  /// The parameter's value without quotes; empty when it is missing.
  std::string get(std::string_view name) const;
  bool has(std::string_view name) const { return raw(name).has_value(); }

 private:
  std::optional<std::string_view> raw(std::string_view name) const;
  std::string_view scheme_;
  std::string_view params_;
};

}  // namespace tandem::sip
