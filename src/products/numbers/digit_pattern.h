#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::products::numbers {

/// The subscriber numbers of one block that fit a search, one after the other: digits that the
/// search fixes are set, the others run through all values in a scattered but repeatable order.
class DigitPatterns {
 public:
  /// `starts_with` is about the subscriber number when `behind_ndc`, else about the whole national
  /// number; so is `contains`, which may lie anywhere.
  DigitPatterns(std::string_view ndc, size_t digits, std::string_view starts_with,
                std::string_view ends_with, std::string_view contains, bool behind_ndc);

  /// Whether a North American subscriber number may begin so: an exchange begins with 2 to 9, is
  /// no service code (N11), and 555 is left to the films. A digit may be open ('*').
  static bool is_exchange(std::string_view subscriber);
  /// Forgets what fixes digits to something that is no exchange.
  void keep_assignable();

  /// Whether no number can fit.
  bool empty() const { return templates_.empty(); }

  /// The next one; nothing when all were given.
  std::optional<std::string> next();

  /// Passes over `count` numbers of each run, where many more follow.
  void skip(uint64_t count);

 private:
  /// Subscriber digits with '*' where any digit will do.
  struct Template {
    std::string digits;
    uint64_t free = 1;  // how many numbers it stands for
    uint64_t given = 0;
  };
  void add(std::string digits);

  std::vector<Template> templates_;
  size_t turn_ = 0;
};

}  // namespace tandem::products::numbers
