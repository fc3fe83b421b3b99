#include "store/postgres/readers.h"

#include "core/log.h"
#include "store/limits.h"

namespace tandem::store::postgres {

std::unique_ptr<Connection> Readers::take() {
  {
    std::unique_lock lock(mutex_);
    const bool free = returned_.wait_for(
        lock, kReaderWait, [this] { return !resting_.empty() || open_ < kMaxReaders; });
    if (!free) {
      log::error("store", "all connections to the database server are in use");
      return nullptr;
    }
    if (!resting_.empty()) {
      auto connection = std::move(resting_.back());
      resting_.pop_back();
      return connection;
    }
    ++open_;
  }
  return open();
}

std::unique_ptr<Connection> Readers::open() {
  auto opened = Connection::open(conninfo_);
  if (opened) {
    (*opened)->set_patience(kAnswerWait);
    return std::move(*opened);
  }
  log::error("store", "cannot read", {{"why", opened.error().what}});
  const std::lock_guard lock(mutex_);
  --open_;
  returned_.notify_one();
  return nullptr;
}

void Readers::give_back(std::unique_ptr<Connection> connection) {
  const std::lock_guard lock(mutex_);
  if (connection->lost()) {
    --open_;
  } else {
    resting_.push_back(std::move(connection));
  }
  returned_.notify_one();
}

std::unique_ptr<Connection> Readers::replace(std::unique_ptr<Connection> lost) {
  lost.reset();
  return open();
}

}  // namespace tandem::store::postgres
