#include "products/storage/chunked_body.h"

#include <doctest/doctest.h>

namespace tandem::products::storage {
namespace {

TEST_CASE("aws-chunked: whatever the pieces, the content comes out") {
  const std::string body =
      "5;chunk-signature=abc\r\nhello\r\n6\r\n world\r\n0\r\nx-amz-checksum-crc32:AAAA\r\n\r\n";
  for (size_t size = 1; size <= body.size(); ++size) {
    ChunkedBody chunks;
    std::string content;
    for (size_t at = 0; at < body.size(); at += size) {
      const auto part = chunks.take(std::string_view(body).substr(at, size));
      REQUIRE(part);
      content += *part;
    }
    CHECK(content == "hello world");
    CHECK(chunks.complete());
  }
}

TEST_CASE("aws-chunked: what is malformed or cut off") {
  for (const std::string_view body :
       {"\r\nhello", "zz\r\n", "5\r\nhelloX\r\n", "0\r\n\r\nmore", "fffffffffffffffff\r\n"}) {
    CHECK_FALSE(ChunkedBody().take(body));
  }
  ChunkedBody cut;
  CHECK(cut.take("5\r\nhel"));
  CHECK_FALSE(cut.complete());
}

}  // namespace
}  // namespace tandem::products::storage
