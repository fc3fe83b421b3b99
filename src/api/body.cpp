#include "api/body.h"

#include <array>

#include "api/form_values.h"

namespace tandem::api {
namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kForm = "application/x-www-form-urlencoded";
constexpr std::string_view kMultipart = "multipart/form-data";

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// A media type without its parameters, and its charset (RFC 9110 section 8.3).
struct MediaType {
  std::string type;
  std::string charset;
};

MediaType parse_media_type(std::string_view value) {
  MediaType media;
  size_t end = std::min(value.find(';'), value.size());
  media.type = lower(trimmed(value.substr(0, end)));
  while (end < value.size()) {
    value.remove_prefix(end + 1);
    end = std::min(value.find(';'), value.size());
    const std::string parameter = lower(trimmed(value.substr(0, end)));
    if (!parameter.starts_with("charset=")) continue;
    media.charset = parameter.substr(8);
    if (media.charset.size() >= 2 && media.charset.front() == '"') {
      media.charset = media.charset.substr(1, media.charset.size() - 2);
    }
  }
  return media;
}

BodyKind kind_of(std::string_view type) {
  if (type == kForm) return BodyKind::Form;
  if (type == kMultipart) return BodyKind::Multipart;
  if (type == kJson || type.ends_with("+json")) return BodyKind::Json;
  return BodyKind::None;
}

const contract::Operation::Body* find(const contract::Operation& operation, BodyKind kind) {
  for (const auto& body : operation.bodies) {
    if (kind_of(body.content_type) == kind) return &body;
  }
  return nullptr;
}

/// Others (an object's bytes, XML) are for functions that read by themselves.
bool takes_documents(const contract::Operation& operation) {
  for (const auto& body : operation.bodies) {
    if (kind_of(body.content_type) != BodyKind::None) return true;
  }
  return false;
}

ApiError wrong_type(const contract::Operation& operation) {
  const bool json = find(operation, BodyKind::Json) != nullptr;
  const bool form = find(operation, BodyKind::Form) != nullptr;
  const bool files = find(operation, BodyKind::Multipart) != nullptr;
  if (json && !form && !files) return {"10029", "Send the body as 'application/json'."};
  if (form && !json && !files) {
    return {"10034", "Send the body as 'application/x-www-form-urlencoded'."};
  }
  if (json && form && !files) {
    return {"10024", "Send the body as 'application/json' or 'application/x-www-form-urlencoded'."};
  }
  return {"10014", "This operation does not take bodies of this media type."};
}

}  // namespace

Result<BodyChoice, ApiError> choose_body(const contract::Operation& operation,
                                         const http::RequestHead& head) {
  if (!takes_documents(operation)) return BodyChoice{};
  const std::string_view encoding = head.headers.get("content-encoding", "identity");
  if (lower(trimmed(encoding)) != "identity") {
    return refuse("10014", "Compressed bodies are not taken.");
  }
  const MediaType media = parse_media_type(head.headers.get("content-type"));
  if (!media.charset.empty() && media.charset != "utf-8" && media.charset != "us-ascii") {
    return refuse("10028", "Encode the body as UTF-8.");
  }
  // The SDK says "*/*" where the specification does.
  if (media.type.empty() || media.type == "*/*") {
    const auto& first = operation.bodies.front();
    return BodyChoice{kind_of(first.content_type), &first};
  }
  const BodyKind kind = kind_of(media.type);
  const auto* body = kind == BodyKind::None ? nullptr : find(operation, kind);
  if (!body) return tl::unexpected(wrong_type(operation));
  return BodyChoice{kind, body};
}

Result<void, ApiError> read_json_body(Request& request, std::string text, bool required) {
  if (text.empty()) {
    if (!required) return {};
    return refuse("10004", "This operation needs a JSON body.", "");
  }
  return take_document(request, std::move(text));
}

Result<void, ApiError> take_document(Request& request, std::string text) {
  auto document = json::Document::parse(text);
  if (!document) {
    if (!is_utf8(text)) return refuse("10028", "The body is not valid UTF-8.");
    return refuse("10023", "The body is not valid JSON: " + document.error().what + ".");
  }
  request.body = std::move(*document);
  request.body_text = std::move(text);
  return {};
}

Result<void, ApiError> read_form_body(Request& request, std::string_view text,
                                      contract::Schema schema, bool required) {
  // Official SDKs send JSON under the type of a form where the specification names both.
  if (text.starts_with('{')) return take_document(request, std::string(text));
  const auto pairs = http::parse_form(text);
  if (!pairs) return refuse("10015", "The form is not well-formed.");
  if (pairs->empty() && required) return refuse("10004", "This operation needs a form body.");
  for (const auto& [name, value] : *pairs) {
    if (!is_utf8(name) || !is_utf8(value)) return refuse("10028", "The form is not valid UTF-8.");
  }
  return take_document(request, form_document(*pairs, schema));
}

Result<void, ApiError> check_body(const Request& request, contract::Schema schema) {
  if (!request.body || !schema) return {};
  ApiError error;
  if (schema.validate(request.body->root(), contract::Direction::Request, error.items)) return {};
  return tl::unexpected(std::move(error));
}

ApiError body_failure(const Error& error) {
  if (error.what == "too large") {
    return ApiError("10015", "The body is larger than this operation takes.").with_status(413);
  }
  return ApiError("10015", "The body ended too early.").with_status(400);
}

bool is_utf8(std::string_view text) {
  size_t i = 0;
  while (i < text.size()) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x80) {
      ++i;
      continue;
    }
    const size_t more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
    if (lead < 0xc2 || lead > 0xf4 || i + more >= text.size()) return false;
    const auto second = static_cast<unsigned char>(text[i + 1]);
    // Overlong forms, surrogates and what lies beyond U+10FFFF (RFC 3629 section 4).
    if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) ||
        (lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f)) {
      return false;
    }
    for (size_t k = 1; k <= more; ++k) {
      if ((static_cast<unsigned char>(text[i + k]) & 0xc0) != 0x80) return false;
    }
    i += more + 1;
  }
  return true;
}

}  // namespace tandem::api
