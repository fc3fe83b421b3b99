#include "events/attempt.h"

#include <doctest/doctest.h>
#include <openssl/x509_vfy.h>

#include "core/json.h"

namespace tandem::events {
namespace {

using Kind = http::ClientError::Kind;

TEST_CASE("statuses become the codes of the catalogue") {
  const std::pair<int, int> rows[] = {{200, 0},     {201, 75299}, {204, 75299}, {299, 75299},
                                      {301, 75300}, {304, 75300}, {400, 75400}, {401, 75499},
                                      {404, 75404}, {429, 75499}, {500, 75500}, {503, 75599},
                                      {599, 75599}, {101, 75000}, {600, 75000}};
  for (const auto& [status, code] : rows) {
    CAPTURE(status);
    CHECK(error_code(status) == code);
  }
}

TEST_CASE("what kept an answer from coming becomes a code") {
  const std::tuple<Kind, int, int> rows[] = {
      {Kind::Resolve, 0, 75001},
      {Kind::Connect, 0, 75002},
      {Kind::Forbidden, 0, 75002},
      {Kind::Timeout, 0, 75000},
      {Kind::Protocol, 0, 75000},
      {Kind::BadUrl, 0, 75000},
      {Kind::TooLarge, 0, 75000},
      {Kind::Certificate, X509_V_ERR_CERT_NOT_YET_VALID, 75003},
      {Kind::Certificate, X509_V_ERR_CERT_HAS_EXPIRED, 75004},
      {Kind::Certificate, X509_V_ERR_HOSTNAME_MISMATCH, 75005},
      {Kind::Certificate, X509_V_ERR_IP_ADDRESS_MISMATCH, 75005},
      {Kind::Certificate, X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, 75006},
      {Kind::Certificate, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, 75006}};
  for (const auto& [kind, verify, code] : rows) {
    CAPTURE(code);
    CHECK(error_code(http::ClientError{kind, "why", verify}) == code);
  }
}

Attempt answered(int status, std::string body) {
  Attempt attempt{.url = "https://a.example/hook", .answer = http::Response{}};
  attempt.started_at = parse_iso8601("2026-11-20T10:00:00.000Z").value();
  attempt.finished_at = parse_iso8601("2026-11-20T10:00:00.040Z").value();
  attempt.request_headers.add("Content-Type", "application/json");
  attempt.answer->status = status;
  attempt.answer->headers.add("X-Id", "7");
  attempt.answer->body = std::move(body);
  return attempt;
}

TEST_CASE("only 2xx is a success") {
  CHECK(answered(200, "").delivered());
  CHECK(answered(204, "").delivered());
  CHECK_FALSE(answered(302, "").delivered());
  CHECK_FALSE(answered(199, "").delivered());
  Attempt none = answered(200, "");
  none.answer = tl::unexpected(http::ClientError{Kind::Timeout, "late", 0});
  CHECK_FALSE(none.delivered());
}

TEST_CASE("an attempt as the record shows it") {
  std::string text;
  append_attempt(text, answered(404, "no such page"));
  CHECK(text ==
        R"({"status":"failed","started_at":"2026-11-20T10:00:00.000Z",)"
        R"("finished_at":"2026-11-20T10:00:00.040Z","http":{"request":{)"
        R"("url":"https://a.example/hook","headers":[["Content-Type","application/json"]]},)"
        R"("response":{"status":404,"headers":[["X-Id","7"]],"body":"no such page"}},)"
        R"("errors":[75404]})");
}

TEST_CASE("an attempt without an answer has no response") {
  Attempt attempt = answered(200, "");
  attempt.answer = tl::unexpected(http::ClientError{Kind::Resolve, "no such host", 0});
  std::string text;
  append_attempt(text, attempt);
  const auto document = json::Document::parse(text);
  REQUIRE(document);
  CHECK(document->root().at_path("http.response").is_null());
  CHECK(document->root()["errors"].text() == "[75001]");
}

TEST_CASE("garbage answers become valid, bounded text") {
  const std::string bad = "\xEF\xBF\xBD";
  const std::pair<std::string, std::string> rows[] = {
      {"plain", "plain"},
      {"\xC3\xA4", "\xC3\xA4"},
      {"a\xFFz", "a" + bad + "z"},
      {"\xC0\xAF", bad + bad},            // overlong
      {"\xED\xA0\x80", bad + bad + bad},  // surrogate
      {"\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80"},
      {"\xF0\x9F\x98", bad + bad + bad},  // cut short
      {std::string("a\0b", 3), "a" + bad + "b"}};
  for (const auto& [in, out] : rows) CHECK(readable(in, 100) == out);
  CHECK(readable("abc\xC3\xA4", 4) == "abc");

  std::string text;
  append_attempt(text, answered(500, std::string(100'000, '\xFE')));
  const auto document = json::Document::parse(text);
  REQUIRE(document);
  CHECK(document->root().at_path("http.response.body").string().size() <= kMaxKeptBytes);
}

TEST_CASE("of endless header fields the first ten kilobytes are kept") {
  Attempt attempt = answered(200, "");
  for (int i = 0; i < 100; ++i) attempt.answer->headers.add("X-Long", std::string(1'000, 'x'));
  std::string text;
  append_attempt(text, attempt);
  CHECK(text.size() < 12'000);
}

}  // namespace
}  // namespace tandem::events
