#include <algorithm>
#include <array>
#include <string_view>

#include "contract/contract.h"
#include "contract/error.h"

namespace tandem::contract {
namespace {

constexpr std::string_view kJson = "application/json";

bool is_success(const Answer& answer) { return answer.status >= 200 && answer.status < 300; }

bool documents(const Operation& operation, int status) {
  return std::any_of(operation.answers.begin(), operation.answers.end(),
                     [&](const Answer& answer) { return answer.status == status; });
}

/// Statuses that say nearly the same, best first; zeros fill up.
std::array<int, 3> kin_of(int status) {
  switch (status) {
    case 400:
    case 415:
      return {400, 422, 0};
    case 402:
      return {403, 422, 400};
    case 409:
    case 423:
      return {409, 422, 400};
    case 422:
      return {422, 400, 0};
    default:
      return {};
  }
}

}  // namespace

Schema Operation::success_schema() const {
  for (const Answer& answer : answers) {
    if (is_success(answer) && answer.content_type == kJson) return answer.schema;
  }
  return {};
}

int Operation::success_status() const {
  for (const Answer& answer : answers) {
    if (is_success(answer) && answer.content_type == kJson) return answer.status;
  }
  for (const Answer& answer : answers) {
    if (is_success(answer)) return answer.status;
  }
  for (const Answer& answer : answers) {
    if (answer.status >= 300 && answer.status < 400) return answer.status;
  }
  return 204;
}

int Operation::status_for(std::string_view code) const {
  const CatalogueEntry* const entry = catalogue(code);
  const int own = entry ? entry->status : 400;
  if (documents(*this, own) || documents(*this, 0)) return own;
  for (const int status : kin_of(own)) {
    if (status != 0 && documents(*this, status)) return status;
  }
  return own;
}

const Answer* Operation::answer_for(int status) const {
  const Answer* any = nullptr;
  for (const Answer& answer : answers) {
    if (answer.status == status) return &answer;
    if (answer.status == 0) any = &answer;
  }
  return any;
}

}  // namespace tandem::contract
