#include "products/common/verified_numbers.h"

#include <string>

namespace tandem::products {

bool has_verified_number(const store::Snapshot& snapshot, std::string_view account,
                         std::string_view phone_number) {
  const std::string key = std::string(account) + "/" + std::string(phone_number);
  return snapshot.get(kVerifiedNumbers, key).has_value();
}

}  // namespace tandem::products
