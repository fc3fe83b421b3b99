#pragma once

#include <memory>

#include "core/result.h"
#include "runtime/poller.h"
#include "runtime/socket.h"
#include "telephony/sip/flow.h"
#include "telephony/sip/timer_wheel.h"

namespace tandem::sip {

/// A listening TCP socket. Rests for a moment when the process is out of descriptors.
class Acceptor final : public runtime::Watcher {
 public:
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void on_accept(Acceptor& acceptor, runtime::UniqueFd fd, const Address& from) = 0;
  };

  /// Nobody is accepted before watch().
  static Result<std::unique_ptr<Acceptor>> open(runtime::Poller& poller, TimerWheel& wheel,
                                                Protocol protocol, const Address& local,
                                                Listener& listener);
  ~Acceptor();
  void watch();

  Protocol protocol() const { return protocol_; }
  const Address& local() const { return local_; }

 private:
  Acceptor(runtime::Poller& poller, TimerWheel& wheel, Protocol protocol, runtime::UniqueFd fd,
           Listener& listener);
  void on_ready(uint32_t events) override;

  runtime::Poller& poller_;
  const Protocol protocol_;
  runtime::UniqueFd fd_;
  Address local_;
  Listener& listener_;
  Timer rest_;
};

}  // namespace tandem::sip
