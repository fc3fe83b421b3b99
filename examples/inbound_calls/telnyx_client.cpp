#include "inbound_calls/telnyx_client.h"

#include <fmt/format.h>

namespace inbound_calls {
namespace {

using tandem::http::ClientError;
using tandem::http::Response;
using tandem::json::Value;

constexpr size_t kMaxErrorText = 500;

}  // namespace

TelnyxClient::TelnyxClient(tandem::runtime::Shard& shard, std::string base, std::string api_key)
    : base_(std::move(base)),
      authorization_("Bearer " + std::move(api_key)),
      client_(shard, tandem::http::Client::Options()) {}

void TelnyxClient::transfer(const std::string& call, const std::string& to, Done done) {
  command(call, "transfer", Value::object({{"to", to}}), std::move(done));
}

void TelnyxClient::start_recording(const std::string& call, Done done) {
  command(call, "record_start", Value::object({{"channels", "dual"}, {"format", "mp3"}}),
          std::move(done));
}

void TelnyxClient::command(const std::string& call, std::string_view action, Value body,
                           Done done) {
  tandem::http::ClientRequest request;
  request.method = tandem::http::Method::Post;
  request.url =
      fmt::format("{}/calls/{}/actions/{}", base_, tandem::http::url_encode(call), action);
  request.headers.add("Authorization", authorization_);
  request.headers.add("Content-Type", "application/json");
  request.body = body.is_null() ? "{}" : body.text();
  auto told = [done = std::move(done)](tandem::Result<Response, ClientError> answer) mutable {
    if (!answer) return done(tandem::fail(answer.error().what));
    if (answer->status >= 200 && answer->status < 300) return done({});
    const auto said = std::string_view(answer->body).substr(0, kMaxErrorText);
    done(tandem::fail(fmt::format("the platform answered {}: {}", answer->status, said)));
  };
  client_.send(std::move(request), std::move(told));
}

}  // namespace inbound_calls
