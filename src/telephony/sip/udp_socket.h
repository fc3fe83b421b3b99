#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "runtime/poller.h"
#include "runtime/socket.h"
#include "telephony/sip/address.h"

namespace tandem::sip {

/// A bound UDP socket of one shard. Datagrams are read in batches; what is sent while a batch is
/// worked off leaves in one call at its end.
class UdpSocket final : public runtime::Watcher {
 public:
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void on_datagram(UdpSocket& socket, std::string_view bytes, const Address& from) = 0;
  };

  /// Nothing is read before watch().
  static Result<std::unique_ptr<UdpSocket>> open(runtime::Poller& poller, const Address& local,
                                                 Listener& listener);
  ~UdpSocket();
  void watch();

  /// False when the kernel refuses at once (no route, too large). A full send buffer loses the
  /// datagram, as the network might.
  bool send(const Address& to, std::string_view bytes);
  const Address& local() const { return local_; }
  uint64_t lost() const { return lost_; }

 private:
  struct Batch;
  struct Outgoing {
    Address to;
    std::string bytes;
  };
  UdpSocket(runtime::Poller& poller, runtime::UniqueFd fd, const Address& local,
            Listener& listener);
  void on_ready(uint32_t events) override;
  void flush();

  runtime::Poller& poller_;
  runtime::UniqueFd fd_;
  Address local_;
  Listener& listener_;
  std::unique_ptr<Batch> batch_;
  bool in_batch_ = false;
  std::vector<Outgoing> outgoing_;
  uint64_t lost_ = 0;
};

}  // namespace tandem::sip
