#pragma once

#include <optional>
#include <string_view>

#include "api/call.h"
#include "core/json.h"

/// The usual shape of a workflow that moves one document from state to state: a timer that names
/// the document by its id, and a step that finds it, changes it and puts it back.
namespace tandem::products {

/// A timer that leads `workflow` to the document `id` of `account`. There is one of a workflow and
/// document at a time: setting it again moves it.
api::Timer document_timer(std::string_view workflow, std::string_view id, std::string_view account,
                          WallTime due);

/// A document that a step is about.
struct StepDocument {
  store::Row row;
  json::Value fields;
};

/// The document of the step's timer as `collection` holds it; nothing when it was deleted.
std::optional<StepDocument> step_document(const api::Step& step, const store::Snapshot& snapshot,
                                          std::string_view collection);

/// Puts the changed document back; its `updated_at` or `updatedAt`, when it has one, becomes `now`.
void put_back(std::string_view collection, StepDocument& document, WallTime now,
              api::Effects& effects);

}  // namespace tandem::products
