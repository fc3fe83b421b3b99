#include <map>
#include <string>

#include "contract/operations.h"
#include "core/assert.h"
#include "products/common/data_file.h"
#include "products/tendlc/tendlc.h"

// The words of the campaign registry, for forms to offer.

namespace tandem::products::tendlc {

using api::Call;
using api::Effects;
using api::Outcome;
using contract::Op;

void declare_enums(api::Registry& registry) {
  const auto all = json::Value::parse(data_file("tendlc/data/enums.json"));
  TANDEM_ASSERT(all.has_value());  // built into the program
  std::map<std::string, std::string, std::less<>> texts;
  for (const auto& [name, value] : all->members()) texts[name] = value.text();
  registry.bind(Op::GetEnumEndpoint, [texts](const Call& call, const store::Snapshot&) -> Outcome {
    const auto found = texts.find(call.param("endpoint"));
    if (found == texts.end()) return tl::unexpected(api::ApiError::not_found());
    Effects effects;
    effects.reply = api::Reply::json(found->second);
    return effects;
  });
}

}  // namespace tandem::products::tendlc
