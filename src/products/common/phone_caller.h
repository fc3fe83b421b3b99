#pragma once

#include <string>

#include "api/call.h"
#include "api/effects.h"
#include "core/result.h"

namespace tandem::products {

/// A call of the platform itself to somebody's phone.
struct ServiceCall {
  std::string from;  // E.164: what the phone shows
  std::string to;    // E.164
  /// Said when it is answered, then the call ends. Empty: the phone rings for a few seconds only.
  std::string words;
  std::string language = "en-US";
};

/// Places such calls. They belong to no account and cost none anything.
class PhoneCaller {
 public:
  virtual ~PhoneCaller() = default;
  /// Adds the call to the effects: it is placed once these are durable. Refused is a number that
  /// cannot be called from here.
  virtual Result<void, api::ApiError> call(const ServiceCall& call, api::Moment moment,
                                           const store::Snapshot& snapshot,
                                           api::Effects& effects) = 0;
};

}  // namespace tandem::products
