#include "api/uploads.h"

#include <optional>
#include <utility>

#include "api/body.h"
#include "api/form_values.h"
#include "http/multipart.h"

namespace tandem::api {
namespace {

/// One body being read: a piece is fetched on the shard, worked off in the pool, then the next.
class Reader : public std::enable_shared_from_this<Reader> {
 public:
  using Done = UniqueFunction<void(Result<void, ApiError>)>;

  Reader(std::shared_ptr<Request> request, runtime::Shard& home, contract::Schema schema,
         const UploadSettings& settings, Done done)
      : request_(std::move(request)),
        home_(home),
        schema_(schema),
        settings_(settings),
        done_(std::move(done)) {}

  void start(std::string boundary) {
    http::MultipartParser::Listener listener;
    listener.on_part = [this](const http::PartHead& head) { return begin(head); };
    listener.on_data = [this](std::string_view data) { return take(data); };
    listener.on_end = [this] { return end(); };
    parser_.emplace(std::move(boundary), http::MultipartParser::Limits(), std::move(listener));
    next();
  }

 private:
  void next() {
    request_->exchange->read_some([self = shared_from_this()](Result<std::string> piece) {
      if (!piece) return self->finish(tl::unexpected(body_failure(piece.error())));
      self->total_ += piece->size();
      if (self->total_ > self->settings_.max_bytes) {
        return self->finish(tl::unexpected(body_failure({"too large"})));
      }
      self->work(std::move(*piece));
    });
  }

  void work(std::string piece) {
    HandlerPool::Work job = [self = shared_from_this(), held = std::move(piece)](Ids&) {
      const bool last = held.empty();
      auto fed = last ? self->parser_->finish() : self->parser_->feed(held);
      self->home_.post([self, last, result = std::move(fed)] {
        if (!result) return self->finish(tl::unexpected(self->failure(result.error())));
        last ? self->complete() : self->next();
      });
    };
    if (!settings_.pool->submit(job)) {
      ApiError busy("10037", "Too many uploads are under way; try again later.");
      finish(tl::unexpected(busy.with_status(503)));
    }
  }

  ApiError failure(const Error& error) const {
    if (too_large_) return body_failure({"too large"});
    return ApiError("10015", "The multipart body can't be read: " + error.what + ".")
        .with_status(400);
  }

  bool is_file(const http::PartHead& head) const {
    if (head.filename) return true;
    const contract::Schema member = schema_ ? schema_.member(head.name) : contract::Schema();
    return member && member.format() == "binary";
  }

  Result<void> begin(const http::PartHead& head) {
    field_ = head.name;
    value_.clear();
    if (!is_file(head)) return {};
    if (!settings_.blobs) return fail("files are not taken here");
    auto upload = settings_.blobs->upload();
    if (!upload) return tl::unexpected(upload.error());
    upload_ = std::move(*upload);
    file_ = {head.name, head.filename.value_or(head.name), head.content_type, {}, 0};
    return {};
  }

  Result<void> take(std::string_view data) {
    if (upload_) {
      file_.size += data.size();
      return upload_->append(data);
    }
    field_bytes_ += data.size();
    too_large_ = field_bytes_ > settings_.max_field_bytes;
    if (too_large_) return fail("the fields are too large");
    value_ += data;
    return {};
  }

  Result<void> end() {
    if (!upload_) {
      fields_.emplace_back(std::move(field_), std::move(value_));
      return {};
    }
    auto name = std::exchange(upload_, nullptr)->finish();
    if (!name) return tl::unexpected(name.error());
    file_.blob = std::move(*name);
    fields_.emplace_back(file_.field, file_.filename);
    files_.push_back(std::move(file_));
    return {};
  }

  void complete() {
    for (const auto& [name, value] : fields_) {
      if (is_utf8(name) && is_utf8(value)) continue;
      return finish(refuse("10028", "The fields are not valid UTF-8."));
    }
    request_->files = std::move(files_);
    finish(take_document(*request_, form_document(fields_, schema_)));
  }

  void finish(Result<void, ApiError> result) {
    request_.reset();
    std::exchange(done_, {})(std::move(result));
  }

  std::shared_ptr<Request> request_;
  runtime::Shard& home_;
  const contract::Schema schema_;
  const UploadSettings settings_;
  Done done_;
  size_t total_ = 0;
  // Touched by one thread of the pool at a time, or by the shard between two pieces.
  std::optional<http::MultipartParser> parser_;
  std::unique_ptr<store::Blobs::Upload> upload_;  // of the part under way, when it is a file
  UploadedFile file_;
  std::string field_;
  std::string value_;
  size_t field_bytes_ = 0;
  bool too_large_ = false;
  FormPairs fields_;
  std::vector<UploadedFile> files_;
};

}  // namespace

void read_multipart(std::shared_ptr<Request> request, runtime::Shard& home, contract::Schema schema,
                    const UploadSettings& settings,
                    UniqueFunction<void(Result<void, ApiError>)> done) {
  const std::string_view type = request->head().headers.get("content-type");
  auto boundary = http::MultipartParser::boundary_of(type);
  if (!boundary) {
    return done(refuse("10015", "The multipart Content-Type has no proper boundary."));
  }
  auto reader =
      std::make_shared<Reader>(std::move(request), home, schema, settings, std::move(done));
  reader->start(std::move(*boundary));
}

}  // namespace tandem::api
