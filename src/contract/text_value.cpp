#include <string>

#include "contract/schema.h"

namespace tandem::contract {
namespace {

/// A JSON number as RFC 8259 section 6 writes it, so that it can be parsed as one.
bool looks_like_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && text[0] >= '0' && text[0] <= '9' &&
         text.find_first_not_of("0123456789.eE+-") == std::string_view::npos;
}

/// The text as JSON of the kind that is asked for, or as a string when it is none.
std::string as_json(std::string_view text, Schema::Kind kind) {
  using Kind = Schema::Kind;
  if (kind == Kind::Boolean && (text == "true" || text == "false")) return std::string(text);
  const bool numeric = kind == Kind::Integer || kind == Kind::Number;
  if (numeric && looks_like_number(text)) return std::string(text);
  std::string quoted;
  json::append_quoted(quoted, text);
  return quoted;
}

}  // namespace

bool Schema::validate_text(std::string_view text, std::string_view parameter,
                           std::vector<ErrorItem>& problems) const {
  if (!contract_) return true;
  auto document = json::Document::parse(as_json(text, kind()));
  if (!document) document = json::Document::parse(as_json(text, Kind::String));
  if (!document) {
    problems.push_back({"10015", "Must be text in UTF-8.", {}, std::string(parameter)});
    return false;
  }
  const size_t before = problems.size();
  validate(document->root(), Direction::Request, problems);
  for (size_t i = before; i < problems.size(); ++i) {
    problems[i].pointer.clear();
    problems[i].parameter = parameter;
  }
  return problems.size() == before;
}

}  // namespace tandem::contract
