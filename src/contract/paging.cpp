#include <string_view>

#include "contract/compiler.h"

namespace tandem::contract {
namespace {

bool has_query(const Operation& operation, std::string_view name) {
  for (const Parameter& parameter : operation.parameters) {
    if (parameter.in == Parameter::In::Query && parameter.name == name) return true;
  }
  return false;
}

}  // namespace

Paging paging_of(const Operation& operation) {
  if (operation.verb != Verb::Get) return Paging::None;
  const Schema answer = operation.success_schema();
  const Schema meta = answer.member("meta");
  if (has_query(operation, "recordsPerPage") || has_query(operation, "page_size")) {
    return Paging::RecordsPerPage;
  }
  if (has_query(operation, "PageSize") || has_query(operation, "PageToken") ||
      answer.member("next_page_uri")) {
    return Paging::TexmlPages;
  }
  if (meta.member("cursors")) return Paging::Cursor;
  if (has_query(operation, "page") || has_query(operation, "page[number]")) {
    return Paging::PageNumberSize;
  }
  const bool list = answer.member("data").kind() != Schema::Kind::Object;
  return list && meta.member("total_pages") ? Paging::PageNumberSize : Paging::None;
}

}  // namespace tandem::contract
