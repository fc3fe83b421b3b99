#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "api/effects.h"
#include "core/clock.h"

/// Who may have a number: one claim a number, under the number itself, so that two who want it at
/// the same moment write the same document and the second one looks again. A reservation is a claim
/// that ends; an order makes it last until the number is released.
namespace tandem::products::numbers {

inline constexpr std::string_view kClaims = "number_claims";

struct Claim {
  enum class State : uint8_t {
    Free,      // nobody's, or a reservation that has ended
    Mine,      // reserved by the account that asks
    Reserved,  // by another
    Taken      // somebody has it
  };
  State state = State::Free;
  int64_t revision = store::kNew;  // to be replaced with
  std::string reservation_id;      // of a reservation that holds
};

/// How numbers stand for `account` at `now`, looked up together. Every number that anybody has is
/// claimed, so nothing else needs to be asked.
class Claims {
 public:
  Claims(const store::Snapshot& snapshot, std::string_view account,
         const std::vector<std::string>& phone_numbers, WallTime now);
  Claim of(std::string_view phone_number) const;

 private:
  std::map<std::string, Claim, std::less<>> claims_;
};

/// How one number stands.
Claim look_up_claim(const store::Snapshot& snapshot, std::string_view account,
                    std::string_view phone_number, WallTime now);

/// Replaces `claim` by a reservation until `until`.
void reserve(const Claim& claim, std::string_view account, std::string_view phone_number,
             std::string_view reservation_id, WallTime until, api::Effects& effects);

/// Replaces `claim` by one that lasts.
void take(const Claim& claim, std::string_view account, std::string_view phone_number,
          api::Effects& effects);

/// The number is anybody's again.
void give_up(std::string_view phone_number, api::Effects& effects);

}  // namespace tandem::products::numbers
