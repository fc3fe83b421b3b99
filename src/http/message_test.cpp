#include "http/message.h"

#include <doctest/doctest.h>

#include "http/multipart.h"
#include "http/static_files.h"

using namespace tandem;
using namespace tandem::http;

namespace {

/// Parses a body cut into pieces of `piece` bytes; a log of what was heard, or the error.
std::string parse(std::string_view body, size_t piece, MultipartParser::Limits limits = {}) {
  std::string log;
  MultipartParser::Listener listener;
  listener.on_part = [&](const PartHead& head) -> Result<void> {
    log += "<" + head.name + "|" + head.filename.value_or("-") + "|" + head.content_type + ">";
    return {};
  };
  listener.on_data = [&](std::string_view data) -> Result<void> {
    log += data;
    return {};
  };
  listener.on_end = [&]() -> Result<void> {
    log += "</>";
    return {};
  };
  MultipartParser parser("XyZ", limits, std::move(listener));
  for (size_t at = 0; at < body.size(); at += piece) {
    if (auto fed = parser.feed(body.substr(at, piece)); !fed) return "error: " + fed.error().what;
  }
  if (auto ended = parser.finish(); !ended) return "error: " + ended.error().what;
  return log;
}

}  // namespace

TEST_CASE("fields compare without case, keep their order, and can be replaced") {
  Headers headers{{"Content-Type", "a"}, {"X-Two", "1"}, {"x-two", "2"}};
  CHECK(headers.get("content-type") == "a");
  CHECK(headers.get("X-TWO") == "1");
  CHECK(headers.get("none", "fallback") == "fallback");
  CHECK_FALSE(headers.find("X-Tw"));
  headers.set("X-Two", "3");
  std::string all;
  for (const auto& [name, value] : headers) all.append(name).append("=").append(value).append(";");
  CHECK(all == "Content-Type=a;X-Two=3;");
  CHECK(headers.remove("content-type"));
  CHECK_FALSE(headers.remove("content-type"));
  CHECK(headers.size() == 1);
  const Headers tokens{{"Connection", "keep-alive , Upgrade"}, {"Connection", "x"}};
  CHECK(tokens.has_token("connection", "upgrade"));
  CHECK(tokens.has_token("connection", "X"));
  CHECK_FALSE(tokens.has_token("connection", "keep"));
}

TEST_CASE("percent-encoding goes both ways and refuses what is malformed") {
  CHECK(url_decode("a%20b+c") == "a b+c");
  CHECK(url_decode("a%20b+c", true) == "a b c");
  CHECK(url_decode("%E2%82%ac") == "\xe2\x82\xac");
  CHECK_FALSE(url_decode("%"));
  CHECK_FALSE(url_decode("%4"));
  CHECK_FALSE(url_decode("%zz"));
  CHECK(url_encode("a b/\xc3\xa9~") == "a%20b%2F%C3%A9~");
}

TEST_CASE("forms are read in order, with limits") {
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  CHECK(parse_form("a=1&b=+2%26&a=&c&=x&&") ==
        Pairs{{"a", "1"}, {"b", " 2&"}, {"a", ""}, {"c", ""}, {"", "x"}});
  CHECK(parse_form("") == Pairs{});
  CHECK_FALSE(parse_form("a=%"));
  CHECK(parse_form("a&b", 2));
  CHECK_FALSE(parse_form("a&b&c", 2));
}

TEST_CASE("targets split into path and query") {
  RequestHead head;
  head.target = "/a/b?c=d?e";
  CHECK(head.path() == "/a/b");
  CHECK(head.query() == "c=d?e");
  head.target = "/a";
  CHECK(head.query().empty());
}

TEST_CASE("a multipart body in pieces of every size") {
  const std::string body =
      "preamble\r\n--XyZ\r\n"
      "Content-Disposition: form-data; name=\"a\"\r\n\r\n"
      "one\r\n--XyZ \r\n"
      "content-disposition: form-data; name=\"f\"; filename=\"C:\\dir\\x \\\"y\\\".txt\"\r\n"
      "Content-Type: text/x\r\n\r\n"
      "\r\n--Xy\r\r\n--\r\n--XyZ\r\n"
      "Content-Disposition: form-data; name=e; filename*=UTF-8''%e2%82%ac.pdf; "
      "filename=\"x\"\r\n\r\n"
      "\r\n--XyZ--\r\nepilogue --XyZ";
  const std::string expected =
      "<a|-|text/plain>one</><f|x \"y\".txt|text/x>\r\n--Xy\r\r\n--</>"
      "<e|\xe2\x82\xac.pdf|text/plain></>";
  for (size_t piece = 1; piece <= body.size(); ++piece) {
    CAPTURE(piece);
    REQUIRE(parse(body, piece) == expected);
  }
}

TEST_CASE("multipart bodies that are refused") {
  const std::string open = "--XyZ\r\nContent-Disposition: form-data; name=a\r\n\r\n";
  for (const size_t piece : {1, 7, 100'000}) {
    CHECK(parse("", piece) == "error: the multipart body is incomplete");
    CHECK(parse(open + "x", piece) == "error: the multipart body is incomplete");
    CHECK(parse(open + "x\r\n--XyZ", piece) == "error: the multipart body is incomplete");
    CHECK(parse("--XyZ\r\n\r\n\r\n--XyZ--", piece) == "error: a part has no name");
    CHECK(parse("--XyZ\r\nContent-Disposition: attachment; name=a\r\n\r\n", piece) ==
          "error: a part has no name");
    CHECK(parse("--XyZ\r\nX Y: z\r\n\r\n", piece) == "error: malformed field in a part");
    CHECK(parse("--XyZ\r\nfold\r\n ed: z\r\n\r\n", piece) == "error: malformed field in a part");
    CHECK(parse("--XyZjunk\r\n", piece) == "error: malformed boundary");
    CHECK(parse(std::string(9000, 'p'), piece) == "error: no boundary");
    CHECK(parse("--XyZ\r\nA: " + std::string(9000, 'h'), piece) ==
          "error: the head of a part is too large");
    MultipartParser::Limits limits;
    limits.max_parts = 1;
    limits.max_part_bytes = 3;
    CHECK(parse(open + "abc\r\n--XyZ--", piece, limits) == "<a|-|text/plain>abc</>");
    CHECK(parse(open + "abcd\r\n--XyZ--", piece, limits) == "error: a part is too large");
    CHECK(parse(open + "a\r\n" + open, piece, limits) == "error: too many parts");
  }
}

TEST_CASE("a listener can end the parsing") {
  MultipartParser::Listener listener;
  listener.on_part = [](const PartHead&) -> Result<void> { return fail("not wanted"); };
  MultipartParser parser("b", {}, std::move(listener));
  const auto fed = parser.feed("--b\r\nContent-Disposition: form-data; name=a\r\n\r\n");
  REQUIRE_FALSE(fed);
  CHECK(fed.error().what == "not wanted");
  CHECK_FALSE(parser.feed("more"));
}

TEST_CASE("boundaries come from the content type") {
  CHECK(MultipartParser::boundary_of("multipart/form-data; boundary=abc") == "abc");
  CHECK(MultipartParser::boundary_of("Multipart/Form-Data; charset=x; BOUNDARY=\"a b:c\"") ==
        "a b:c");
  CHECK_FALSE(MultipartParser::boundary_of("multipart/mixed; boundary=abc"));
  CHECK_FALSE(MultipartParser::boundary_of("multipart/form-data"));
  CHECK_FALSE(MultipartParser::boundary_of("multipart/form-data; boundary="));
  CHECK_FALSE(
      MultipartParser::boundary_of("multipart/form-data; boundary=" + std::string(71, 'b')));
  CHECK_FALSE(MultipartParser::boundary_of("multipart/form-data; boundary=\"a\r\n\""));
}

TEST_CASE("static files know their types, tags and compressed forms") {
  const StaticFile files[] = {{"/index.html", "<html>", ""},
                              {"/assets/app-1.js", "let a = 1", "GZ"},
                              {"/logo.PNG", "png", ""}};
  const StaticFiles site(files, {.fallback = "/index.html", .immutable_prefix = "/assets/"});
  RequestHead get;
  CHECK(site.serve(get, "/")->body == "<html>");
  CHECK(site.serve(get, "/")->headers.get("Content-Type") == "text/html; charset=utf-8");
  CHECK(site.serve(get, "/")->headers.get("Cache-Control") == "no-cache");
  CHECK(site.serve(get, "/some/page")->body == "<html>");
  CHECK_FALSE(site.serve(get, "/missing.js"));
  CHECK(site.serve(get, "/logo.PNG")->headers.get("Content-Type") == "image/png");

  RequestHead modern;
  modern.headers.add("Accept-Encoding", "br, gzip;q=0.5");
  const auto script = site.serve(modern, "/assets/app-1.js");
  CHECK(script->body == "GZ");
  CHECK(script->headers.get("Content-Encoding") == "gzip");
  CHECK(script->headers.get("Cache-Control").find("immutable") != std::string::npos);
  modern.headers.add("If-None-Match", "\"x\", W/" + std::string(script->headers.get("ETag")));
  CHECK(site.serve(modern, "/assets/app-1.js")->status == 304);
  CHECK(site.serve(modern, "/assets/app-1.js")->body.empty());
  CHECK(site.serve(get, "/assets/app-1.js")->body == "let a = 1");
  CHECK(site.serve(get, "/assets/app-1.js")->headers.get("ETag") != script->headers.get("ETag"));

  RequestHead post;
  post.method = Method::Post;
  CHECK(site.serve(post, "/")->status == 405);
  CHECK_FALSE(accepts_gzip("gzip;q=0.0, br"));
  CHECK_FALSE(accepts_gzip(""));
  CHECK(accepts_gzip("GZIP"));
}
