#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "telephony/sip/endpoint.h"

namespace tandem::sip {

/// Our own registration with a carrier or PBX: kept up by refreshes, tried again with growing
/// pauses when it fails (RFC 5626 section 4.5).
class Registration {
 public:
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void on_registered(Registration&, std::chrono::seconds expires) = 0;
    /// Not registered (any more); it will be tried again by itself after `retry`.
    virtual void on_registration_failed(Registration&, int status, std::chrono::seconds retry) = 0;
  };

  struct Options {
    std::string registrar;  // "sip:carrier.example.com"
    std::string aor;        // "sip:user@carrier.example.com"
    std::string contact_user;
    std::vector<std::string> routes;  // outbound proxy
    std::optional<ClientCredentials> credentials;
    std::chrono::seconds expires{3'600};
    HeaderList headers;
  };

  Registration(Endpoint& endpoint, Random& random, Options options, Listener& listener);
  ~Registration();

  void start();
  /// Takes the binding back and stays quiet.
  void stop();
  bool is_registered() const { return registered_; }

 private:
  void send(std::chrono::seconds expires);
  void send_now() { send(expires_); }
  void on_event(const RequestEvent& event);
  void succeeded(const Message& response);
  void failed(int status, const Message* response);

  Endpoint& endpoint_;
  Random& random_;
  const Options options_;
  Listener& listener_;
  std::string call_id_;
  std::string tag_;
  uint32_t cseq_ = 0;
  std::chrono::seconds expires_;
  unsigned failures_ = 0;
  bool registered_ = false;
  bool stopping_ = false;
  RequestId request_ = 0;
  Timer timer_;
};

}  // namespace tandem::sip
