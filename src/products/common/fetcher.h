#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "core/function.h"
#include "core/result.h"
#include "http/message.h"

namespace tandem::products {

/// A file that somebody named by its address.
struct Fetched {
  std::string body;
  std::string content_type;    // as the server says, without parameters, in small letters; or empty
  std::string final_url;       // where redirects led
  http::Headers headers = {};  // of the answer
};

/// Why there is no file.
struct FetchError {
  enum class Kind {
    BadUrl,       // not an http or https URL, or one too many redirects
    Forbidden,    // a private, loopback or metadata address where the profile does not allow it
    Unreachable,  // no such host, no connection, no valid certificate
    Timeout,
    TooLarge,  // more than asked for, said or sent
    Status     // the server answered with something else than 2xx
  };
  Kind kind = Kind::Unreachable;
  int status = 0;    // when kind is Status
  std::string what;  // for people
};

struct FetchOptions {
  size_t max_bytes = 20 << 20;
  std::chrono::milliseconds timeout{10'000};  // for all of it, redirects included
  std::string user;                           // for Basic authorization, when not empty
  std::string password;
  /// Something to send instead of reading: PUT, POST. Redirects are not followed then.
  http::Method method = http::Method::Get;
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
};

/// Reads what an address holds: documents, prompts, pictures. Redirects are followed, a few of
/// them, and each target is checked as the first was.
class Fetcher {
 public:
  static constexpr int kMaxRedirects = 3;

  virtual ~Fetcher() = default;
  /// From any thread. `done` is called once: on a thread of the fetcher, or at once for what can't
  /// be asked (a bad URL, the platform is starting or stopping). The user and password of the URL
  /// are used when the options have none; neither goes to another server by a redirect.
  virtual void fetch(std::string url, FetchOptions options,
                     UniqueFunction<void(Result<Fetched, FetchError>)> done) = 0;
};

}  // namespace tandem::products
