#pragma once

#include <string_view>

namespace tandem::contract_tool {

/// What an answer of that status is described with: "Created" for "201" (RFC 9110 section 15).
std::string_view reason(std::string_view status);

}  // namespace tandem::contract_tool
