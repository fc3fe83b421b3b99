#pragma once

#include <vector>

#include "core/function.h"
#include "telephony/sip/flow.h"
#include "telephony/sip/uri.h"

namespace tandem::sip {

/// Finds where a request for a URI goes (RFC 3263).
class Locator {
 public:
  /// In the order in which they are to be tried; empty when there is none.
  using Done = UniqueFunction<void(std::vector<Flow>)>;

  virtual ~Locator() = default;
  /// Calls back once, at once for literal addresses.
  virtual void locate(const Uri& uri, Done done) = 0;
};

}  // namespace tandem::sip
