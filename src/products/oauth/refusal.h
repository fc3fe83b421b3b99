#pragma once

#include <string>

#include "api/call.h"

namespace tandem::products::oauth {

/// An error as OAuth tells it (RFC 6749 section 5.2): a word for programs, a sentence for people.
struct Refusal {
  int status = 400;
  std::string error;
  std::string description;
};

/// `{"error": ..., "error_description": ...}`
api::Reply refusal_reply(const Refusal& refusal);
/// The refusal as what a handler comes back with; nothing is changed.
api::Outcome refused(int status, std::string error, std::string description);

/// Keeps an answer with secrets in it out of every cache.
void forbid_caching(api::Reply& reply);

}  // namespace tandem::products::oauth
