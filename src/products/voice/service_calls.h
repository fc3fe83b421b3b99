#pragma once

#include "products/common/phone_caller.h"
#include "products/voice/switchboard.h"

namespace tandem::products::voice {

/// Calls of the platform itself, over the same switch and carriers as everybody's.
class ServiceCalls final : public PhoneCaller {
 public:
  /// The switchboard outlives this.
  explicit ServiceCalls(Switchboard& board) : board_(board) {}
  Result<void, api::ApiError> call(const ServiceCall& ask, api::Moment moment,
                                   const store::Snapshot& snapshot, api::Effects& effects) override;

 private:
  Switchboard& board_;
};

}  // namespace tandem::products::voice
