#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "api/effects.h"
#include "http/server.h"

/// Answers in the form of Amazon S3 (S3 API reference, "Error responses"): XML, with codes of its
/// own.
namespace tandem::products::storage {

using ExchangePtr = std::shared_ptr<http::Exchange>;

/// What a request to the object store is refused with.
struct S3Error {
  std::string_view code;  // "NoSuchKey"
  int status = 400;
  std::string_view message;
};
namespace s3 {
inline constexpr S3Error kNoSuchBucket{"NoSuchBucket", 404, "There is no such bucket."};
inline constexpr S3Error kNoSuchKey{"NoSuchKey", 404, "There is no such object."};
inline constexpr S3Error kAccessDenied{"AccessDenied", 403, "The bucket is another account's."};
inline constexpr S3Error kBucketTaken{"BucketAlreadyExists", 409, "Somebody has this bucket name."};
inline constexpr S3Error kBucketOwned{"BucketAlreadyOwnedByYou", 409, "You have this bucket."};
inline constexpr S3Error kBucketNotEmpty{"BucketNotEmpty", 409, "The bucket has objects."};
inline constexpr S3Error kInvalidBucketName{"InvalidBucketName", 400,
                                            "3 to 63 small letters, digits, dots and hyphens."};
inline constexpr S3Error kKeyTooLong{"KeyTooLongError", 400, "A key has at most 1024 bytes."};
inline constexpr S3Error kInvalidRange{"InvalidRange", 416, "The range is beyond the object."};
inline constexpr S3Error kBadDigest{"BadDigest", 400, "The content has another digest."};
inline constexpr S3Error kIncomplete{"IncompleteBody", 400, "The body ended too early."};
inline constexpr S3Error kTooLarge{"EntityTooLarge", 400, "An object has at most 5 GB."};
inline constexpr S3Error kMalformedXml{"MalformedXML", 400, "The body is not the XML it must be."};
inline constexpr S3Error kNotImplemented{"NotImplemented", 501, "This is not served here."};
inline constexpr S3Error kInvalidArgument{"InvalidArgument", 400, "A parameter makes no sense."};
inline constexpr S3Error kUnavailable{"ServiceUnavailable", 503, "Try again later."};
}  // namespace s3

/// Text inside an element.
std::string xml_text(std::string_view text);

/// Answers a request whose handler answers by itself (api::RawHandler).
void respond_xml(const ExchangePtr& exchange, std::string body, int status = 200);
void respond_empty(const ExchangePtr& exchange, int status, http::Headers headers = {});
void refuse(const ExchangePtr& exchange, const S3Error& error);

/// What the pipeline refuses a request to the object store with, in this form: 401, 403, 404, 429.
api::Reply storage_refusal(const api::ApiError& error, int status);

}  // namespace tandem::products::storage
