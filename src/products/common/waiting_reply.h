#pragma once

#include <functional>
#include <memory>

#include "api/effects.h"
#include "contract/error.h"

namespace tandem::products {

/// The answer that a request waits for (api::Reply::later). Whoever lets go of it without giving
/// one (the platform stops, the store fails) gives an error.
class WaitingReply {
 public:
  using Respond = std::function<void(api::Reply)>;

  explicit WaitingReply(Respond respond) : respond_(std::move(respond)) {}
  ~WaitingReply();
  WaitingReply(const WaitingReply&) = delete;
  WaitingReply& operator=(const WaitingReply&) = delete;

  /// The first answer counts.
  void answer(api::Reply reply);
  /// With the status the error has by itself.
  void refuse(const contract::ApiError& error);

 private:
  Respond respond_;
};
/// Shared by the runs of a decision.
using WaitingReplyPtr = std::shared_ptr<WaitingReply>;

}  // namespace tandem::products
