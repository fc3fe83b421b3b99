#include "products/messaging/links.h"

#include <doctest/doctest.h>

namespace tandem::products::messaging {
namespace {

/// The links found, joined by spaces.
std::string urls(std::string_view text, bool shorteners_only = false) {
  std::string all;
  for (const FoundLink& link : find_links(text, shorteners_only)) {
    all += (all.empty() ? "" : " ") + link.url;
  }
  return all;
}

TEST_CASE("links are found where people write them") {
  CHECK(urls("See https://example.com/a?b=c#d.") == "https://example.com/a?b=c#d");
  CHECK(urls("(http://example.com/x)") == "http://example.com/x");
  CHECK(urls("http://example.com/a_(b), and more") == "http://example.com/a_(b)");
  CHECK(urls("HTTPS://Example.com/Path") == "HTTPS://Example.com/Path");
  CHECK(urls("www.example.com/shop!") == "http://www.example.com/shop");
  CHECK(urls("bit.ly/abc and t.co/x") == "https://bit.ly/abc https://t.co/x");
  CHECK(urls("https://example.com/größe") == "https://example.com/gr%C3%B6%C3%9Fe");
}

TEST_CASE("what only looks like a link is left alone") {
  CHECK(urls("mail me@www.example.com").empty());
  CHECK(urls("xhttp://example.com").empty());
  CHECK(urls("habit.ly/abc").empty());
  CHECK(urls("https:// and http://").empty());
  CHECK(urls("javascript:alert(1) data:text/html,x ftp://example.com").empty());
  CHECK(urls("https://example.com/" + std::string(kLongestLink, 'x')).empty());
}

TEST_CASE("only links of public shorteners, when that is asked for") {
  CHECK(urls("https://example.com/a https://bit.ly/b bit.ly/c", true) ==
        "https://bit.ly/b https://bit.ly/c");
  CHECK(urls("https://bit.ly.example.com/a", true).empty());
}

TEST_CASE("of many links the first ones count") {
  std::string text;
  for (size_t i = 0; i < kMostLinks + 5; ++i) text += "http://a.example/" + std::to_string(i) + ' ';
  CHECK(find_links(text, false).size() == kMostLinks);
}

}  // namespace
}  // namespace tandem::products::messaging
