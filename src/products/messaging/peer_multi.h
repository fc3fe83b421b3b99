#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "api/dispatcher.h"
#include "core/function.h"
#include "core/ids.h"
#include "products/messaging/peer_submits.h"

namespace tandem::products::messaging {

/// A submit_multi: a message for each of its receivers, each accepted or refused by itself. They
/// share the id that it is answered with: receipts name it, and the first message that is accepted
/// has it for its own.
class MultiSubmit : public std::enable_shared_from_this<MultiSubmit> {
 public:
  struct Means {
    std::function<void(api::Decision, UniqueFunction<void(const api::Decided&)>)> decide;
    const Terms& terms;
    SendQueue& queue;
    Ids& ids;
  };
  /// The answer's status is an error when nobody's was accepted: the first receiver's.
  using Done = UniqueFunction<void(carrier::smpp::Status, carrier::smpp::SubmitMultiResp)>;
  using Status = carrier::smpp::Status;

  MultiSubmit(Means means, Done done) : means_(std::move(means)), done_(std::move(done)) {}

  /// Of plain text in one piece: parts of longer ones are ESME_RINVESMCLASS. Lists, of which we
  /// keep none, fail by name (ESME_RINVDLNAME).
  void start(const carrier::smpp::SubmitMulti& multi, const Peer& peer);

 private:
  void submit_first();
  void submit_rest();
  void submit(size_t at, UniqueFunction<void(bool)> then);
  void finish();

  Means means_;
  Done done_;
  std::vector<PeerSubmit> submits_;
  std::vector<carrier::smpp::Address> receivers_;  // as they were written
  size_t next_ = 0;
  size_t under_way_ = 0;
  bool accepted_ = false;
  carrier::smpp::SubmitMultiResp answer_;
};

/// The words of a submit; nothing when it carries no text.
std::optional<carrier::smpp::Content> text_content(const carrier::smpp::Message& message);

}  // namespace tandem::products::messaging
