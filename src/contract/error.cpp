#include "contract/error.h"

#include <algorithm>
#include <charconv>

#include "contract/contract.h"
#include "core/json.h"

namespace tandem::contract {
namespace {

/// What else an envelope must hold to be what an operation documents.
enum class Shape {
  Plain,         // errors[...]
  NumericCodes,  // errors[{code: 10015}]
  Single,        // code, title and detail of one error at the root
  DetailItems,   // detail[{code, title, detail}]
  Fields,        // detail[{loc, msg, type}]: how typed Python services report fields
  OAuth          // error, error_description (RFC 6749 section 5.2)
};

Shape shape_of(Schema schema) {
  if (const Schema errors = schema.member("errors")) {
    const bool numeric = errors.items().member("code").kind() == Schema::Kind::Integer;
    return numeric ? Shape::NumericCodes : Shape::Plain;
  }
  if (const Schema detail = schema.member("detail"); detail.kind() == Schema::Kind::Array) {
    return detail.items().member("loc") ? Shape::Fields : Shape::DetailItems;
  }
  if (schema.member("code") && schema.member("title")) return Shape::Single;
  return schema.member("error") ? Shape::OAuth : Shape::Plain;
}

std::string_view title_of(const std::string& code) {
  const CatalogueEntry* const entry = catalogue(code);
  return entry ? entry->title : "Error";
}

void write_code(json::Writer& writer, const std::string& code, bool numeric) {
  int64_t number = 0;
  const char* const end = code.data() + code.size();
  if (numeric && std::from_chars(code.data(), end, number).ptr == end) {
    writer.member("code", number);
  } else {
    writer.member("code", code);
  }
}

void write_members(json::Writer& writer, const ErrorItem& item, bool numeric) {
  write_code(writer, item.code, numeric);
  writer.member("title", title_of(item.code));
  writer.member("detail", item.detail);
  if (item.pointer.empty() && item.parameter.empty()) return;
  writer.key("source").object();
  if (!item.pointer.empty()) writer.member("pointer", item.pointer);
  if (!item.parameter.empty()) writer.member("parameter", item.parameter);
  writer.end();
}

void write_list(json::Writer& writer, std::string_view name, const ApiError& error, bool numeric) {
  writer.key(name).array();
  for (const ErrorItem& item : error.items) {
    writer.object();
    write_members(writer, item, numeric);
    writer.end();
  }
  writer.end();
}

/// `/to/0/phone_number` as "body", "to", "0", "phone_number"; a parameter with where it stands.
void write_location(json::Writer& writer, const Operation& operation, const ErrorItem& item) {
  writer.key("loc").array();
  if (!item.parameter.empty()) {
    const bool in_path = operation.path.find("{" + item.parameter + "}") != std::string_view::npos;
    writer.value(in_path ? "path" : "query").value(item.parameter).end();
    return;
  }
  writer.value("body");
  std::string_view rest = item.pointer;
  while (!rest.empty()) {
    rest.remove_prefix(1);
    const size_t slash = std::min(rest.find('/'), rest.size());
    writer.value(rest.substr(0, slash));
    rest.remove_prefix(slash);
  }
  writer.end();
}

void write_fields(json::Writer& writer, const Operation& operation, const ApiError& error) {
  writer.key("detail").array();
  for (const ErrorItem& item : error.items) {
    writer.object();
    write_location(writer, operation, item);
    writer.member("msg", item.detail);
    writer.member("type", item.code == "10004" ? "missing" : "value_error");
    writer.end();
  }
  writer.end();
}

/// The error word of RFC 6749 sections 4.1.2.1 and 5.2 for a status.
std::string_view oauth_word(int status) {
  switch (status) {
    case 401:
      return "invalid_client";
    case 403:
      return "access_denied";
    case 500:
      return "server_error";
    case 503:
      return "temporarily_unavailable";
    default:
      return "invalid_request";
  }
}

/// The members of the shape beside "errors".
void write_beside(json::Writer& writer, const Operation& operation, int status, Shape shape,
                  const ApiError& error) {
  if (shape == Shape::Fields) write_fields(writer, operation, error);
  if (shape == Shape::DetailItems) write_list(writer, "detail", error, false);
  if (error.items.empty()) return;
  if (shape == Shape::Single) write_members(writer, error.items[0], false);
  if (shape == Shape::OAuth) {
    writer.member("error", oauth_word(status));
    writer.member("error_description", error.items[0].detail);
  }
}

}  // namespace

ApiError ApiError::parameter(std::string code, std::string name, std::string detail) {
  ApiError error;
  error.items.push_back({std::move(code), std::move(detail), {}, std::move(name)});
  return error;
}

ApiError ApiError::not_found(std::string detail) { return {"10005", std::move(detail)}; }

std::string envelope(const ApiError& error) {
  std::string out;
  json::Writer writer(out);
  writer.object();
  write_list(writer, "errors", error, false);
  writer.end();
  return out;
}

std::string envelope(const Operation& operation, int status, const ApiError& error) {
  const Answer* const answer = operation.answer_for(status);
  const bool json = answer && answer->content_type == "application/json";
  const Shape shape = json ? shape_of(answer->schema) : Shape::Plain;
  std::string out;
  json::Writer writer(out);
  writer.object();
  write_list(writer, "errors", error, shape == Shape::NumericCodes);
  write_beside(writer, operation, status, shape, error);
  writer.end();
  return out;
}

}  // namespace tandem::contract
