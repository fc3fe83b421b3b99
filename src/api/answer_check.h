#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/effects.h"
#include "contract/contract.h"

namespace tandem::api {

/// Holds what the platform says against the contract: answers and events (--validate-answers and
/// tests). What does not fit is a mistake of ours: it is logged and becomes 10007.
class AnswerCheck {
 public:
  explicit AnswerCheck(const contract::Contract& contract);

  /// A JSON answer of the operation with that status.
  std::optional<ApiError> check_reply(const contract::Operation& operation,
                                      const Reply& reply) const;
  /// The payloads of events whose type the contract describes.
  std::optional<ApiError> check_events(const std::vector<events::Event>& events) const;

 private:
  std::optional<ApiError> check_event(const events::Event& event) const;
  std::multimap<std::string, contract::Schema, std::less<>> payloads_;  // by event type
};

}  // namespace tandem::api
