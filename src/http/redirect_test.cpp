#include "http/redirect.h"

#include <doctest/doctest.h>

namespace tandem::http {
namespace {

TEST_CASE("a Location is resolved against the URL that was asked for") {
  const Url base = Url::parse("http://u:p@a.example:8080/b/c/d;p?q#f").value();
  // After RFC 3986 section 5.4, as far as http goes.
  const struct {
    std::string_view location, leads_to;
  } rows[] = {
      {"https://other.example/x?y#z", "https://other.example/x?y"},
      {"HTTP://Other.example", "http://other.example/"},
      {"//other.example/g", "http://other.example/g"},
      {"/g", "http://a.example:8080/g"},
      {"g", "http://a.example:8080/b/c/g"},
      {"./g", "http://a.example:8080/b/c/g"},
      {"g/", "http://a.example:8080/b/c/g/"},
      {"?y", "http://a.example:8080/b/c/d;p?y"},
      {"g?y/../x", "http://a.example:8080/b/c/g?y/../x"},
      {"#s", "http://a.example:8080/b/c/d;p?q"},
      {"", "http://a.example:8080/b/c/d;p?q"},
      {".", "http://a.example:8080/b/c/"},
      {"..", "http://a.example:8080/b/"},
      {"../g", "http://a.example:8080/b/g"},
      {"../../../../g", "http://a.example:8080/g"},
      {"/./a/../b:c", "http://a.example:8080/b:c"},
      {"./b:c", "http://a.example:8080/b/c/b:c"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.location);
    const auto url = follow(base, row.location);
    REQUIRE(url.has_value());
    CHECK(to_text(*url) == row.leads_to);
  }
}

TEST_CASE("a Location that leads out of http is refused") {
  const Url base = Url::parse("http://a.example/").value();
  for (const char* location : {"file:///etc/passwd", "gopher://a.example/", "ws://a.example/",
                               "javascript:alert(1)", "http://", "//[::1", "/a b"}) {
    CAPTURE(location);
    CHECK(!follow(base, location).has_value());
  }
}

TEST_CASE("the origin is scheme, host and port") {
  const Url base = Url::parse("http://a.example/x").value();
  CHECK(same_origin(base, Url::parse("http://A.example:80/y").value()));
  CHECK(!same_origin(base, Url::parse("https://a.example/x").value()));
  CHECK(!same_origin(base, Url::parse("http://a.example:81/x").value()));
  CHECK(!same_origin(base, Url::parse("http://b.example/x").value()));
}

}  // namespace
}  // namespace tandem::http
