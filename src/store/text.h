#pragma once

#include <string>
#include <string_view>

namespace tandem::store {

/// Whether `text` can be a value in either database: UTF-8 (RFC 3629) without NUL.
bool is_storable_text(std::string_view text);

/// Whether `text` is JSON (RFC 8259) in UTF-8; integers have 64 bits.
bool is_json(std::string_view text);

/// Whether `text` can be an id, an account or a counter's key (store.h: kMaxKeyBytes).
bool is_storable_key(std::string_view text);

/// ASCII letters in lower case, everything else as it is.
std::string ascii_lower(std::string_view text);

/// Characters (not bytes) of valid UTF-8.
size_t count_characters(std::string_view text);

}  // namespace tandem::store
