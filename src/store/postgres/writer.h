#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "store/commit_queue.h"
#include "store/log_rows.h"
#include "store/postgres/connection.h"
#include "store/totals.h"

namespace tandem::store::postgres {

/// Writes groups of batches to the server, one transaction a group.
///
/// A group is first sent as one pipeline, which takes two round trips whatever its size. Only when
/// a batch falls is the transaction undone and the group sent again, batch by batch behind
/// savepoints. What the server lost before the commit is tried again; whether a commit whose
/// answer was lost took place is asked of the server afterwards.
class Writer final : public GroupWriter {
 public:
  Writer(std::string conninfo, std::unique_ptr<Connection> connection, const Layout& layout);

  std::vector<Committed> write(std::span<const Batch> group) override;
  Result<void> clear() override;

 private:
  /// Nothing: the transaction did not take place and may be tried again.
  using Attempt = std::optional<std::vector<Committed>>;
  Attempt write_once(std::span<const Batch> group);
  Attempt write_plainly(std::span<const Batch> group);
  Attempt write_carefully(std::span<const Batch> group);
  Attempt commit(std::vector<Committed> results);
  void begin();
  /// What became of the transaction whose COMMIT was not answered.
  enum class Outcome { Committed, Aborted, Unknown };
  Outcome outcome();
  bool reconnect();
  bool prepare(std::span<const Batch> group);

  /// Queues the statements of a batch; judge() reads their answers, from `at` on.
  void send(const Batch& batch);
  void send(const Put& put);
  Committed judge(const Batch& batch, std::span<const Answer> answers, size_t& at);
  Committed judge(const Put& put, const Answer& answer);
  Committed judge(const Remove& remove, const Answer& answer);
  Committed judge(const Trim& trim, const Answer& answer);
  Committed judge(const Adjust& adjust, const Answer& answer);
  bool is_log(const Put& put) { return layout_.at(put.collection).log; }
  Committed failure(const Answer& answer);

  /// SQL about one collection, built once.
  struct Texts {
    std::string create, replace, upsert, remove, remove_revision, trim;
  };
  const Texts& texts(const std::string& collection);
  const std::string& text_of(const Put& put);
  const std::string& text_of(const Remove& remove);

  const std::string conninfo_;
  std::unique_ptr<Connection> connection_;
  const Layout& layout_;
  std::map<std::string, Texts> texts_;
  std::map<std::string, std::string, std::less<>> duplicates_;  // index to "rooms.unique_name"
  TotalsDelta totals_;
  LogRows log_rows_;
  std::string transaction_;   // the server's number of it
  bool interrupted_ = false;  // a deadlock or a lost connection: try again
  std::string why_;           // what went wrong last
};

}  // namespace tandem::store::postgres
