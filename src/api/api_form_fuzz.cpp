#include <cstddef>
#include <cstdint>
#include <string_view>

#include "api/body.h"
#include "api/form_values.h"
#include "api/limits/ip_rules.h"
#include "api/resource_page.h"
#include "contract/contract.h"
#include "core/assert.h"
#include "core/json.h"
#include "http/message.h"

using namespace tandem;
using namespace tandem::api;

namespace {

contract::Schema form_schema() {
  static const auto kContract = contract::Contract::load();
  TANDEM_ASSERT(kContract.has_value());
  const auto* create = (*kContract)->find(contract::Verb::Post, "/messaging_profiles");
  TANDEM_ASSERT(create != nullptr);
  return create->bodies.front().schema;
}

}  // namespace

// A form becomes a JSON object whatever is in it; UTF-8 is what the JSON reader takes for it;
// addresses and cursors are read or refused.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const contract::Schema kSchema = form_schema();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto pairs = http::parse_form(text)) {
    bool utf8 = true;
    for (const auto& [name, value] : *pairs) utf8 = utf8 && is_utf8(name) && is_utf8(value);
    const std::string document = form_document(*pairs, kSchema);
    if (utf8) {
      const auto parsed = json::Document::parse(document);
      TANDEM_ASSERT(!parsed || parsed->root().is_object());
    }
  }
  std::string quoted;
  json::append_quoted(quoted, text);
  if (is_utf8(text)) TANDEM_ASSERT(json::Document::parse(quoted).has_value());
  limits::IpRules rules;
  rules.add(text);
  rules.allows(text);
  if (const int64_t offset = offset_of(text); offset >= 0) {
    TANDEM_ASSERT(offset_of(cursor_of(offset)) == offset);
  }
  return 0;
}
