#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"

namespace tandem::products {

/// Keeps what must come back but may not lie about in the open: integration secrets, private keys.
/// XChaCha20-Poly1305 with a key that never leaves the data directory.
class SecretBox {
 public:
  /// Reads the 32-byte key from `file`, or makes one (mode 0600) when there is none.
  static Result<std::unique_ptr<SecretBox>> open(const std::string& file);
  ~SecretBox();
  SecretBox(const SecretBox&) = delete;
  SecretBox& operator=(const SecretBox&) = delete;

  /// Base64 text that only open_sealed() with the same key and `context` turns back. The context
  /// (the owner's account and the kind) keeps one sealed text from being passed off as another.
  std::string seal(std::string_view secret, std::string_view context) const;
  /// Nothing when it was changed, or was sealed with another key or context.
  std::optional<std::string> open_sealed(std::string_view sealed, std::string_view context) const;

  /// HMAC-SHA-256 (32 bytes) of `text`, under a key of its own for each `use`.
  std::string sign(std::string_view text, std::string_view use) const;

 private:
  SecretBox() = default;
  std::array<uint8_t, 32> key_{};
};

}  // namespace tandem::products
