#include "store/sqlite/sequences.h"

#include "store/limits.h"

namespace tandem::store::sqlite {

std::optional<int64_t> Sequences::next(const std::string& collection) {
  const auto [at, fresh] = blocks_.try_emplace(collection);
  Block& block = at->second;
  if (fresh) {
    Statement find = connection_.prepare("SELECT last FROM tandem_sequences WHERE collection=?");
    if (find.bind(collection).row()) block.last = find.integer(0);
    if (find.failed()) {
      blocks_.erase(at);
      return std::nullopt;
    }
    block.end = block.last;
  }
  if (block.last == block.end) {
    block.end += kSequencesAtOnce;
    reserved_.push_back(&*at);
  }
  return ++block.last;
}

bool Sequences::write() {
  for (const auto* reserved : reserved_) {
    Statement write = connection_.prepare(
        "INSERT INTO tandem_sequences VALUES(?,?)"
        " ON CONFLICT(collection) DO UPDATE SET last=excluded.last");
    if (!write.bind(reserved->first).bind(reserved->second.end).run()) return false;
  }
  return true;
}

void Sequences::forget() {
  reserved_.clear();
  blocks_.clear();
}

}  // namespace tandem::store::sqlite
