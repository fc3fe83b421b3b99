#include "contract/pattern.h"

#include "core/assert.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

namespace tandem::contract {
namespace {

constexpr uint32_t kMaxSteps = 100'000;
constexpr uint32_t kMaxDepth = 1'000;
constexpr uint32_t kMaxHeapKilobytes = 1'024;

PCRE2_SPTR bytes(std::string_view text) { return reinterpret_cast<PCRE2_SPTR>(text.data()); }

}  // namespace

void Pattern::FreeCode::operator()(pcre2_real_code_8* code) const { pcre2_code_free(code); }
void Pattern::FreeContext::operator()(pcre2_real_match_context_8* context) const {
  pcre2_match_context_free(context);
}

Result<Pattern> Pattern::compile(std::string_view expression) {
  int error = 0;
  PCRE2_SIZE offset = 0;
  Pattern pattern;
  pattern.expression_ = expression;
  pattern.code_.reset(pcre2_compile(bytes(expression), expression.size(),
                                    PCRE2_UTF | PCRE2_DOLLAR_ENDONLY, &error, &offset, nullptr));
  if (!pattern.code_) return fail("not a regular expression: " + std::string(expression));
  pattern.context_.reset(pcre2_match_context_create(nullptr));
  TANDEM_ASSERT(pattern.context_);
  pcre2_set_match_limit(pattern.context_.get(), kMaxSteps);
  pcre2_set_depth_limit(pattern.context_.get(), kMaxDepth);
  pcre2_set_heap_limit(pattern.context_.get(), kMaxHeapKilobytes);
  return pattern;
}

bool Pattern::matches(std::string_view text) const {
  struct FreeData {
    void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
  };
  const std::unique_ptr<pcre2_match_data, FreeData> data(pcre2_match_data_create(1, nullptr));
  TANDEM_ASSERT(data);
  return pcre2_match(code_.get(), bytes(text), text.size(), 0, PCRE2_NO_UTF_CHECK, data.get(),
                     context_.get()) >= 0;
}

}  // namespace tandem::contract
