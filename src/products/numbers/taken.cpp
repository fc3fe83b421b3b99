#include "products/numbers/taken.h"

#include "products/numbers/claims.h"

namespace tandem::products::numbers {

std::unordered_set<std::string> taken_numbers(const store::Snapshot& snapshot,
                                              std::string_view account, WallTime now,
                                              const std::vector<Number>& candidates) {
  std::vector<std::string> asked;
  asked.reserve(candidates.size());
  for (const Number& number : candidates) asked.push_back(number.phone_number);
  const Claims claims(snapshot, account, asked, now);
  std::unordered_set<std::string> gone;
  for (std::string& number : asked) {
    const Claim::State state = claims.of(number).state;
    if (state == Claim::State::Taken || state == Claim::State::Reserved) {
      gone.insert(std::move(number));
    }
  }
  return gone;
}

}  // namespace tandem::products::numbers
