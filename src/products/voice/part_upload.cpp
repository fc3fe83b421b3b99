#include "products/voice/part_upload.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "store/blobs.h"

namespace tandem::products::voice {
namespace {

constexpr size_t kTriesOfPart = 3;
constexpr int kTooManyRequests = 429;

/// Clouds compare the signed time with their own clocks.
WallTime signing_time() {
  return std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now());
}

FetchError nonsense(std::string what) {
  return {FetchError::Kind::Unreachable, 0, std::move(what)};
}

}  // namespace

bool may_pass(const FetchError& error) {
  if (error.kind == FetchError::Kind::Status) {
    return error.status >= 500 || error.status == kTooManyRequests;
  }
  return error.kind == FetchError::Kind::Unreachable || error.kind == FetchError::Kind::Timeout;
}

PartUpload::PartUpload(Means means, File file, std::unique_ptr<PartRequests> requests, Done done)
    : means_(means),
      file_(std::move(file)),
      requests_(std::move(requests)),
      done_(std::move(done)) {}

void PartUpload::start(Means means, File file, std::unique_ptr<PartRequests> requests, Done done) {
  begin(Self(new PartUpload(means, std::move(file), std::move(requests), std::move(done))));
}

void PartUpload::begin(Self self) {
  auto asked = self->requests_->begin(signing_time());
  if (!asked) return read_part(std::move(self));
  Fetcher& fetcher = self->means_.fetcher;
  fetcher.fetch(std::move(asked->url), std::move(asked->options),
                [self = std::move(self)](Result<Fetched, FetchError> answer) mutable {
                  if (!answer) return give_up(std::move(self), std::move(answer.error()));
                  if (self->requests_->begun(*answer)) return read_part(std::move(self));
                  give_up(std::move(self), nonsense("the bucket did not name an upload"));
                });
}

void PartUpload::read_part(Self self) {
  media::Background& background = self->means_.background;
  // Handed over by hand: a queue that is full leaves it alone.
  auto job = [held = std::make_unique<Self>(std::move(self))]() mutable {
    Self upload = std::move(*held);
    const File& file = upload->file_;
    const uint64_t count = std::min(file.part_bytes, file.size - upload->sent_);
    auto bytes = upload->means_.blobs.read(file.blob, upload->sent_, count);
    if (!bytes || bytes->size() != count) {
      return give_up(std::move(upload), nonsense("the file could not be read"));
    }
    send_part(std::move(upload), std::move(*bytes));
  };
  UniqueFunction<void()> work(std::move(job));
  if (!background.post(std::move(work))) work();
}

void PartUpload::send_part(Self self, std::string bytes) {
  StorageRequest put = self->requests_->put(
      {self->part_, self->sent_, self->file_.size, std::move(bytes)}, signing_time());
  ++self->tries_;
  Fetcher& fetcher = self->means_.fetcher;
  fetcher.fetch(std::move(put.url), std::move(put.options),
                [self = std::move(self)](Result<Fetched, FetchError> answer) mutable {
                  part_sent(std::move(self), std::move(answer));
                });
}

void PartUpload::part_sent(Self self, Result<Fetched, FetchError> answer) {
  PartRequests& requests = *self->requests_;
  const bool more = self->sent_ + self->file_.part_bytes < self->file_.size;
  if (!answer && !(more && requests.goes_on(answer.error()))) {
    const bool again =
        may_pass(answer.error()) && self->tries_ < kTriesOfPart && !self->means_.stopping;
    return again ? read_part(std::move(self)) : give_up(std::move(self), answer.error());
  }
  if (answer && !requests.taken(*answer)) {
    return give_up(std::move(self), nonsense("the bucket did not name a part"));
  }
  if (!more) return finish(std::move(self));
  self->sent_ += self->file_.part_bytes;
  ++self->part_;
  self->tries_ = 0;
  read_part(std::move(self));
}

void PartUpload::finish(Self self) {
  auto asked = self->requests_->finish(signing_time());
  if (!asked) return self->done_({});
  Fetcher& fetcher = self->means_.fetcher;
  fetcher.fetch(std::move(asked->url), std::move(asked->options),
                [self = std::move(self)](Result<Fetched, FetchError> answer) mutable {
                  if (!answer) return give_up(std::move(self), std::move(answer.error()));
                  if (self->requests_->finished(*answer)) return self->done_({});
                  give_up(std::move(self), nonsense("the bucket could not join the parts"));
                });
}

void PartUpload::give_up(Self self, FetchError error) {
  auto asked = self->requests_->abandon(signing_time());
  if (asked && !self->means_.stopping) {
    self->means_.fetcher.fetch(std::move(asked->url), std::move(asked->options),
                               [](const Result<Fetched, FetchError>&) {});
  }
  self->done_(tl::unexpected(std::move(error)));
}

}  // namespace tandem::products::voice
