#pragma once

#include <string>

namespace tandem::products::voice {

/// Where the clouds are reached that recordings may go to; {region} and {account} stand for what the
/// credentials name.
struct CloudHosts {
  std::string s3 = "https://s3.{region}.amazonaws.com";
  std::string gcs = "https://storage.googleapis.com";
  std::string azure = "https://{account}.blob.core.windows.net";
};

}  // namespace tandem::products::voice
