#include "api/collections.h"

#include <string>

namespace tandem::api {

std::vector<store::Collection> collections() {
  using Kind = store::Index::Kind;
  return {
      {std::string(kAccounts), {{"organization", Kind::Text, false, false}}},
      {std::string(kApiKeys), {{"hash", Kind::Text, true, true}}},
      {std::string(kTimers), {{"due_ms", Kind::Number, false, false}}},
      {std::string(kIdempotencyKeys), {{"expires_ms", Kind::Number, false, false}}},
      {std::string(kRequestLog), {}},
      {std::string(kAuditEvents), {}, true},
  };
}

}  // namespace tandem::api
