#pragma once

#include <memory>
#include <string>

#include "app/config.h"
#include "core/result.h"

namespace tandem::app {

/// The whole platform in one object: makes every part, wires them together, starts them in order
/// and stops them in reverse.
class Platform {
 public:
  /// Comes back when everything listens, or says why it cannot.
  static Result<std::unique_ptr<Platform>> start(const Config& config);
  /// Stops: no new work, what runs may finish, then everything ends.
  ~Platform();

  /// Where the API is: "http://127.0.0.1:8080".
  std::string base_url() const;
  /// Where SIP is spoken, a line a listener: "udp, tcp 127.0.0.1:5060".
  std::vector<std::string> sip_places() const;
  /// The sandbox account's key; empty in the operator profile.
  const std::string& api_key() const;
  /// Base64 of the Ed25519 key that webhooks are verified with.
  std::string webhook_public_key() const;

 private:
  struct Parts;
  explicit Platform(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace tandem::app
