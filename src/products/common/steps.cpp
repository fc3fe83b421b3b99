#include "products/common/steps.h"

#include <string>

namespace tandem::products {

api::Timer document_timer(std::string_view workflow, std::string_view id, std::string_view account,
                          WallTime due) {
  std::string name(workflow);
  name.append("/").append(id);
  return {.id = std::move(name),
          .workflow = std::string(workflow),
          .due = due,
          .payload = json::Value::object({{"id", id}}).text(),
          .account = std::string(account)};
}

std::optional<StepDocument> step_document(const api::Step& step, const store::Snapshot& snapshot,
                                          std::string_view collection) {
  const auto payload = json::Value::parse(step.timer.payload);
  if (!payload) return std::nullopt;
  auto row = snapshot.get(collection, (*payload)["id"].string());
  if (!row) return std::nullopt;
  json::Value fields = api::document_of(*row);
  return StepDocument{std::move(*row), std::move(fields)};
}

void put_back(std::string_view collection, StepDocument& document, WallTime now,
              api::Effects& effects) {
  for (const char* name : {"updated_at", "updatedAt"}) {
    if (document.fields.members().find(name)) document.fields.set(name, to_iso8601(now));
  }
  effects.put(std::string(collection), document.row.id, document.row.account, document.fields,
              document.row.revision);
}

}  // namespace tandem::products
