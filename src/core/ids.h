#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/clock.h"
#include "core/random.h"

namespace tandem {

/// Makes identifiers in the forms the API uses. One a thread.
class Ids {
 public:
  /// `node` (0 to 1023) keeps the numeric ids of several nodes apart.
  Ids(const Clock& clock, Random& random, uint16_t node = 0);

  /// UUID version 7 (RFC 9562): ordered by time, so that indexes stay compact.
  std::string uuid();
  /// A 19-digit decimal id, ordered by time: "1293384261075731499".
  std::string number();
  /// `size` random characters of [0-9A-Za-z], unguessable when Random is.
  std::string token(size_t size);

 private:
  const Clock& clock_;
  Random& random_;
  uint64_t node_;
  int64_t last_number_ms_ = 0;
  uint32_t number_sequence_ = 0;
  int64_t last_uuid_ms_ = 0;
  uint32_t uuid_sequence_ = 0;
};

/// Whether `text` is a UUID in the 8-4-4-4-12 form, of any version.
bool is_uuid(std::string_view text);

}  // namespace tandem
