#include <string>

#include "contract/operations.h"
#include "core/assert.h"
#include "products/ai/ai.h"
#include "products/common/data_file.h"

namespace tandem::products::ai {

void declare_models(api::Registry& registry) {
  auto models = json::Value::parse(data_file("ai/data/models.json"));
  TANDEM_ASSERT(models.has_value());  // built into the program
  json::Value body = json::Value::object({{"object", "list"}});
  body.set("data", std::move(*models));
  registry.bind(contract::Op::GetModelsPublicModelsGet,
                [text = body.text()](const api::Call&, const store::Snapshot&) -> api::Outcome {
                  api::Effects effects;
                  effects.reply = api::Reply::json(text);
                  return effects;
                });
}

}  // namespace tandem::products::ai
