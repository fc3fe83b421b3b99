#pragma once

#include <string>

#include "api/call.h"

namespace tandem::products {

/// A text of the platform itself to somebody's phone: a code to prove who has it.
struct ServiceText {
  std::string from;  // who it is from: 1 to 11 letters, digits and spaces
  std::string to;    // E.164
  std::string text;
};

/// Sends such texts. They belong to no account and cost none anything.
class MessageSender {
 public:
  virtual ~MessageSender() = default;
  /// Adds the text to the effects: it leaves once these are durable. Refused (403xx) is a text that
  /// is too long or cannot be sent.
  virtual Result<void, api::ApiError> send(const ServiceText& text, api::Moment moment,
                                           api::Effects& effects) = 0;
};

}  // namespace tandem::products
