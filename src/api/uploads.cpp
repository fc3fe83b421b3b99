#include "api/uploads.h"
namespace tandem::api {
void read_multipart(std::shared_ptr<Request>, contract::Schema, store::Blobs*, size_t,
                    UniqueFunction<void(Result<void, ApiError>)> done) {
  done(refuse("10014", "Multipart bodies are not taken here."));
}
}  // namespace tandem::api
