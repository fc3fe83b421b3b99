#include "store/sqlite/readers.h"

#include "core/log.h"

namespace tandem::store::sqlite {

std::unique_ptr<Connection> Readers::take() {
  {
    const std::lock_guard lock(mutex_);
    if (!resting_.empty()) {
      auto connection = std::move(resting_.back());
      resting_.pop_back();
      return connection;
    }
  }
  auto opened = Connection::open(path_, Connection::Mode::Reader);
  if (opened) return std::move(*opened);
  log::error("store", "cannot read", {{"why", opened.error().what}});
  return nullptr;
}

void Readers::give_back(std::unique_ptr<Connection> connection) {
  constexpr size_t kMaxResting = 64;
  const std::lock_guard lock(mutex_);
  if (resting_.size() < kMaxResting) resting_.push_back(std::move(connection));
}

}  // namespace tandem::store::sqlite
