#pragma once

#include <string_view>

namespace tandem {

/// Whether `text` is `+` and 7 to 15 digits, the first not 0 (ITU-T E.164).
bool is_e164(std::string_view text);

}  // namespace tandem
