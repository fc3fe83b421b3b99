#include "store/sqlite/readers.h"

#include <algorithm>

#include "core/log.h"
#include "store/limits.h"

namespace tandem::store::sqlite {

void Reader::begin() {
  if (reading_) return;
  connection_->prepare("BEGIN").run();
  begun_ = std::chrono::steady_clock::now();
  reading_ = true;
}

bool Reader::end() {
  if (reading_) connection_->prepare("COMMIT").run();
  reading_ = false;
  return !connection_->in_transaction();
}

bool Reader::old() const { return std::chrono::steady_clock::now() - begun_ >= kSharedReadTime; }

std::unique_ptr<Reader> Readers::take() {
  {
    const std::lock_guard lock(mutex_);
    while (!resting_.empty()) {
      auto reader = std::move(resting_.back());
      resting_.pop_back();
      if (reader->reading() && reader->old() && !reader->end()) continue;
      if (!reader->reading()) reader->commits_ = commits_;
      return reader;
    }
  }
  auto opened = Connection::open(path_, Connection::Mode::Reader);
  // Of a fresh one nobody knows which commits it sees: its first transaction is not shared.
  if (opened) return std::make_unique<Reader>(std::move(*opened));
  log::error("store", "cannot read", {{"why", opened.error().what}});
  return nullptr;
}

void Readers::give_back(std::unique_ptr<Reader> reader) {
  const std::lock_guard lock(mutex_);
  const bool current = reader->commits_ == commits_;
  if (!current && !reader->end()) return;
  if (resting_.size() < kMaxReaders) resting_.push_back(std::move(reader));
}

void Readers::committed() {
  const std::lock_guard lock(mutex_);
  ++commits_;
  std::erase_if(resting_, [](const auto& reader) { return !reader->end(); });
}

}  // namespace tandem::store::sqlite
