#include "products/common/file_links.h"

#include <algorithm>

#include "core/json.h"
#include "products/common/secret_box.h"
#include "store/blobs.h"

namespace tandem::products {
namespace {

constexpr std::string_view kContext = "file link";

/// Base64 with the characters of RFC 4648 section 5, so that it stands in a path as it is.
std::string to_path(std::string text) {
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  return text;
}

std::string from_path(std::string_view path) {
  std::string text(path);
  std::replace(text.begin(), text.end(), '-', '+');
  std::replace(text.begin(), text.end(), '_', '/');
  return text;
}

/// RFC 6266: a plain file name in quotes; what could end the quotes becomes '_'.
std::string disposition(std::string_view filename) {
  std::string value = "attachment; filename=\"";
  for (const char c : filename) {
    const auto byte = static_cast<unsigned char>(c);
    value += c == '"' || c == '\\' || byte < 0x20 || byte == 0x7f ? '_' : c;
  }
  return value + "\"";
}

http::Response refusal() {
  http::Response response;
  response.status = 403;
  response.headers.add("content-type", "application/json");
  response.body = contract::envelope({"20006", "This link is not valid or no longer so."});
  return response;
}

}  // namespace

std::string make_file_link(const SecretBox& secrets, std::string_view base_url,
                           const StoredFile& file, WallTime expires) {
  const std::string content = json::Value::object({{"blob", file.blob},
                                                   {"name", file.filename},
                                                   {"type", file.content_type},
                                                   {"until", to_iso8601(expires)}})
                                  .text();
  std::string url(base_url);
  return url.append(kFileLinks).append("/").append(to_path(secrets.seal(content, kContext)));
}

std::optional<StoredFile> open_file_link(const SecretBox& secrets, std::string_view path,
                                         WallTime now) {
  if (path.size() <= kFileLinks.size() + 1 || !path.starts_with(kFileLinks)) return std::nullopt;
  const auto content = secrets.open_sealed(from_path(path.substr(kFileLinks.size() + 1)), kContext);
  const auto fields = json::Value::parse(content.value_or(""));
  if (!content || !fields) return std::nullopt;
  const auto until = parse_iso8601((*fields)["until"].string());
  if (!until || *until <= now) return std::nullopt;
  return StoredFile{std::string((*fields)["blob"].string()),
                    std::string((*fields)["name"].string()),
                    std::string((*fields)["type"].string())};
}

Result<api::Reply, api::ApiError> file_reply(const store::Blobs& blobs, const StoredFile& file) {
  const auto size = blobs.size(file.blob);
  if (!size) return contract::refuse("10005", "The file is no longer there.");
  constexpr int kOk = 200;
  api::Reply reply;
  if (const std::string path = blobs.local_path(file.blob); !path.empty()) {
    reply = api::Reply::of_file({path, 0, *size}, file.content_type, kOk);
  } else {
    auto bytes = blobs.read(file.blob, 0, *size);
    if (!bytes) return contract::refuse("10005", "The file is no longer there.");
    reply = api::Reply::text(std::move(*bytes), file.content_type, kOk);
  }
  reply.headers.add("content-disposition", disposition(file.filename));
  return reply;
}

http::Handler file_link_handler(const SecretBox& secrets, const store::Blobs& blobs,
                                const Clock& clock) {
  return [&secrets, &blobs, &clock](const std::shared_ptr<http::Exchange>& exchange) {
    const auto file = open_file_link(secrets, exchange->head().path(), clock.now());
    if (!file) return exchange->respond(refusal());
    auto reply = file_reply(blobs, *file);
    if (!reply) return exchange->respond(refusal());
    http::Response response;
    response.status = reply->status;
    response.headers = std::move(reply->headers);
    response.headers.add("content-type", reply->content_type);
    response.body = std::move(reply->body);
    response.file = std::move(reply->file);
    exchange->respond(std::move(response));
  };
}

}  // namespace tandem::products
