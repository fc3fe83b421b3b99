#include "telephony/sip/multipart.h"

#include "telephony/sip/fields.h"
#include "telephony/sip/grammar.h"
#include "telephony/sip/limits.h"

namespace tandem::sip {
namespace {

std::string_view part_header(std::string_view head, std::string_view name) {
  while (!head.empty()) {
    size_t end = head.find("\r\n");
    while (end != std::string_view::npos && end + 2 < head.size() &&
           (head[end + 2] == ' ' || head[end + 2] == '\t')) {
      end = head.find("\r\n", end + 2);
    }
    const std::string_view line = head.substr(0, end);
    const size_t colon = line.find(':');
    if (colon != std::string_view::npos && iequals(trim(line.substr(0, colon)), name)) {
      return trim(line.substr(colon + 1));
    }
    if (end == std::string_view::npos) break;
    head.remove_prefix(end + 2);
  }
  return {};
}

/// The delimiter counts at the start of a line only.
size_t find_delimiter(std::string_view body, std::string_view delimiter, size_t from) {
  for (size_t at = body.find(delimiter, from); at != std::string_view::npos;
       at = body.find(delimiter, at + 1)) {
    if (at == 0 || (at >= 2 && body.substr(at - 2, 2) == "\r\n")) return at;
  }
  return std::string_view::npos;
}

std::optional<BodyPart> read_part(std::string_view text) {
  BodyPart part;
  if (text.substr(0, 2) == "\r\n") {
    part.data = text.substr(2);
    return part;
  }
  const size_t blank = text.find("\r\n\r\n");
  if (blank == std::string_view::npos) return std::nullopt;
  const std::string_view head = text.substr(0, blank);
  part.type = part_header(head, "Content-Type");
  part.disposition = part_header(head, "Content-Disposition");
  part.id = part_header(head, "Content-ID");
  part.data = text.substr(blank + 4);
  return part;
}

std::string boundary_of(std::string_view content_type) {
  const auto type = parse_content_type(content_type);
  if (!type || !istarts_with(type->word, "multipart/")) return {};
  return unquote(type->params.get("boundary"));
}

}  // namespace

std::optional<std::vector<BodyPart>> parse_multipart(std::string_view content_type,
                                                     std::string_view body) {
  const std::string boundary = boundary_of(content_type);
  if (boundary.empty() || boundary.size() > kMaxMultipartBoundaryBytes) return std::nullopt;
  const std::string delimiter = "--" + boundary;
  std::vector<BodyPart> parts;
  size_t at = find_delimiter(body, delimiter, 0);
  while (at != std::string_view::npos) {
    size_t start = at + delimiter.size();
    if (body.substr(start, 2) == "--") return parts;
    while (start < body.size() && (body[start] == ' ' || body[start] == '\t')) ++start;
    if (body.substr(start, 2) != "\r\n" || parts.size() == kMaxMultipartParts) return std::nullopt;
    start += 2;
    const size_t next = find_delimiter(body, delimiter, start);
    if (next == std::string_view::npos) return std::nullopt;
    const size_t end = next >= start + 2 ? next - 2 : start;
    const auto part = read_part(body.substr(start, end - start));
    if (!part) return std::nullopt;
    parts.push_back(*part);
    at = next;
  }
  return std::nullopt;
}

std::string_view find_body(std::string_view content_type, std::string_view body,
                           std::string_view wanted) {
  const auto type = parse_content_type(content_type);
  if (!type) return {};
  if (iequals(type->word, wanted)) return body;
  const auto parts = parse_multipart(content_type, body);
  if (!parts) return {};
  for (const BodyPart& part : *parts) {
    const auto part_type = parse_content_type(part.type);
    if (part_type && iequals(part_type->word, wanted)) return part.data;
  }
  return {};
}

Body make_multipart(const std::vector<BodyPart>& parts, std::string_view boundary) {
  Body out;
  out.type = "multipart/mixed;boundary=" + std::string(boundary);
  for (const BodyPart& part : parts) {
    out.data.append("--").append(boundary).append("\r\n");
    MessageWriter writer(out.data);
    writer.header("Content-Type", part.type);
    if (!part.disposition.empty()) writer.header("Content-Disposition", part.disposition);
    if (!part.id.empty()) writer.header("Content-ID", part.id);
    out.data.append("\r\n").append(part.data).append("\r\n");
  }
  out.data.append("--").append(boundary).append("--\r\n");
  return out;
}

}  // namespace tandem::sip
