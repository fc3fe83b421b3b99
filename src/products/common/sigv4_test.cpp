#include "products/common/sigv4.h"

#include <doctest/doctest.h>

namespace tandem::products::sigv4 {
namespace {

// The worked examples of the S3 API reference, "Signature Calculations for the Authorization
// Header".
constexpr std::string_view kSecret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
constexpr std::string_view kEmpty =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const Scope kScope{"20130524T000000Z", "us-east-1", "s3"};

Request request(std::string method, std::string path) {
  Request out;
  out.method = std::move(method);
  out.path = std::move(path);
  out.payload_hash = kEmpty;
  out.headers = {{"host", "examplebucket.s3.amazonaws.com"},
                 {"x-amz-date", kScope.time},
                 {"x-amz-content-sha256", std::string(kEmpty)}};
  return out;
}

TEST_CASE("reading an object") {
  Request get = request("GET", "/test.txt");
  get.headers.emplace_back("range", "bytes=0-9");
  CHECK(authorization(get, kScope, "AKIAIOSFODNN7EXAMPLE", kSecret) ==
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
        "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
        "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

TEST_CASE("writing an object") {
  Request put = request("PUT", "/" + encode("test$file.text"));
  put.payload_hash = "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072";
  put.headers[2].second = put.payload_hash;
  put.headers.emplace_back("date", "Fri, 24 May 2013 00:00:00 GMT");
  put.headers.emplace_back("x-amz-storage-class", "REDUCED_REDUNDANCY");
  CHECK(signature(put, kScope, kSecret) ==
        "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
}

TEST_CASE("a list with a query") {
  Request list = request("GET", "/");
  list.query = {{"prefix", "J"}, {"max-keys", "2"}};
  CHECK(signature(list, kScope, kSecret) ==
        "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

TEST_CASE("the form of times and paths") {
  CHECK(time_text(parse_iso8601("2026-12-01T02:03:04.5Z").value()) == "20261201T020304Z");
  CHECK(encode("a b/c", true) == "a%20b/c");
  CHECK(encode("a/b") == "a%2Fb");
}

}  // namespace
}  // namespace tandem::products::sigv4
