#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include <stdlib.h>

#include "core/assert.h"
#include "events/event.h"
#include "store/store.h"

/// Help for this room's tests and benchmarks.
namespace tandem::events::testing {

inline const WallTime kStart = parse_iso8601("2026-11-20T10:00:00Z").value();

/// A directory that goes with the test.
class TempDir {
 public:
  TempDir() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "tandem-events-XXXXXX").string();
    TANDEM_ASSERT(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// An embedded database with this room's collections. reopen() is what a new process would see.
class TempStore {
 public:
  TempStore() { reopen(); }
  void reopen() {
    database_.reset();
    database_ = store::open_sqlite(dir_.path() + "/test.db");
    TANDEM_ASSERT(database_->open(collections()));
  }
  store::Database& operator*() { return *database_; }
  store::Database* operator->() { return database_.get(); }

 private:
  TempDir dir_;
  std::unique_ptr<store::Database> database_;
};

/// The `number`th event of a test.
inline Event make_event(int number, std::string subject, std::string url) {
  char id[37];
  std::snprintf(id, sizeof id, "00000000-0000-7000-8000-%012d", number);
  Event event;
  event.id = id;
  event.account = "11111111-1111-7111-8111-111111111111";
  event.type = "call.initiated";
  event.subject = std::move(subject);
  event.payload = R"({"number":)" + std::to_string(number) + "}";
  event.occurred_at = kStart;
  event.target.url = std::move(url);
  return event;
}

}  // namespace tandem::events::testing
