#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/result.h"

struct pcre2_real_code_8;
struct pcre2_real_match_context_8;

namespace tandem::contract {

/// A regular expression of a schema's `pattern`. May be used by several threads at once.
class Pattern {
 public:
  /// Fails for text that is no expression.
  static Result<Pattern> compile(std::string_view expression);

  /// Whether it is found somewhere in `text` (valid UTF-8). A search that would take too long ends
  /// as not found.
  bool matches(std::string_view text) const;

  const std::string& expression() const { return expression_; }
  /// Whether only numbers that begin with a plus can match.
  bool is_phone_number() const { return expression_.starts_with("^\\+"); }

 private:
  struct FreeCode {
    void operator()(pcre2_real_code_8* code) const;
  };
  struct FreeContext {
    void operator()(pcre2_real_match_context_8* context) const;
  };
  std::string expression_;
  std::unique_ptr<pcre2_real_code_8, FreeCode> code_;
  std::unique_ptr<pcre2_real_match_context_8, FreeContext> context_;
};

}  // namespace tandem::contract
