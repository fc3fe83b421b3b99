#include "store/log_rows.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "store/limits.h"

namespace tandem::store {
namespace {

int64_t millis(WallTime time) { return time.time_since_epoch().count(); }

void append_entry(const Put& put, std::string& body) {
  const auto number = [&body](int64_t value) {
    char digits[24];
    body.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr) += ' ';
  };
  number(millis(put.created_at));
  number(static_cast<int64_t>(put.id.size()));
  number(static_cast<int64_t>(put.body.size()));
  body.append(put.id).append(put.body) += '\n';
}

/// Takes a number and the space behind it from the front of `text`.
bool take_number(std::string_view& text, int64_t& value) {
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc()) return false;
  text.remove_prefix(static_cast<size_t>(read.ptr - text.data()));
  if (!text.starts_with(' ')) return false;
  text.remove_prefix(1);
  return true;
}

bool fits(const LogRow& row, const Put& put) {
  const int64_t span = Millis(kMaxLogRowSpan).count();
  return row.body.size() + put.body.size() < kMaxLogRowBytes &&
         millis(put.created_at) - row.first < span;
}

}  // namespace

std::vector<Row> entries_of(const LogRow& row) {
  std::vector<Row> entries;
  entries.reserve(static_cast<size_t>(row.entries));
  std::string_view text = row.body;
  int64_t created = 0;
  int64_t id = 0;
  int64_t body = 0;
  while (take_number(text, created) && take_number(text, id) && take_number(text, body)) {
    if (id < 0 || body < 0 || static_cast<size_t>(id + body) >= text.size()) break;
    Row entry;
    entry.id = text.substr(0, static_cast<size_t>(id));
    entry.body = text.substr(static_cast<size_t>(id), static_cast<size_t>(body));
    entry.account = row.account;
    entry.revision = 1;
    entry.sequence = row.sequence;
    entry.created_at = WallTime(Millis(created));
    entries.push_back(std::move(entry));
    text.remove_prefix(static_cast<size_t>(id + body) + 1);
  }
  return entries;
}

void LogRows::keep_batch() {
  for (const Put* put : batch_) group_[Key(put->collection, put->account)].push_back(put);
  batch_.clear();
}

void LogRows::clear() {
  batch_.clear();
  group_.clear();
}

std::map<LogRows::Key, std::vector<LogRow>> LogRows::rows() {
  std::map<Key, std::vector<LogRow>> made;
  for (auto& [key, puts] : group_) {
    // Shards decide at the same time and commit one after the other.
    std::stable_sort(puts.begin(), puts.end(), [](const Put* one, const Put* other) {
      return one->created_at < other->created_at;
    });
    std::vector<LogRow>& rows = made[key];
    for (const Put* put : puts) {
      if (rows.empty() || !fits(rows.back(), *put)) {
        rows.emplace_back();
        if (puts.size() > 1) rows.back().body.reserve(kMaxLogRowBytes);
        rows.back().account = key.second;
        rows.back().first = millis(put->created_at);
      }
      LogRow& row = rows.back();
      append_entry(*put, row.body);
      row.last = millis(put->created_at);
      ++row.entries;
    }
  }
  return made;
}

}  // namespace tandem::store
