#pragma once

#include <optional>
#include <string_view>

#include "contract/tables.h"

namespace tandem::contract {

/// Why a string does not have its format.
struct FormatProblem {
  std::string_view code;
  std::string_view detail;
};

/// `lenient` is for answers: links may be relative and unset ones blank, and moments may have the
/// form of mail headers (RFC 5322 section 3.3), which TeXML uses.
std::optional<FormatProblem> check_format(Check check, std::string_view text, bool lenient);

/// 8-4-4-4-12 hexadecimal digits.
bool is_uuid(std::string_view text);

/// An absolute URI (RFC 3986 section 3) of at most 2000 characters; http and ws ones have a host.
bool is_url(std::string_view text);

/// YYYY-MM-DD, a day that exists.
bool is_date(std::string_view text);

/// `12`, `-0.25`.
bool is_decimal(std::string_view text);

}  // namespace tandem::contract
