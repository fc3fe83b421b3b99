#include "store/sqlite/plan.h"

#include <vector>

#include "store/reading.h"

namespace tandem::store::sqlite {
namespace {

/// What it costs about, in microseconds, to look into one document and at one index entry.
constexpr double kDocumentCostMicros = 4.0;
constexpr double kEntryCostMicros = 0.4;

/// Whether an index goes straight to the rows of such a condition, newest first.
bool is_seek(Compare compare) { return compare == Compare::Eq || compare == Compare::IsNull; }

/// Whether the rows of such a condition can be told from the index entries alone.
bool is_scan(Compare compare) { return compare != Compare::In && compare != Compare::Has; }

}  // namespace

Plan::Plan(const CollectionLayout& collection, const Query& query, const Probe& probe)
    : collection_(collection), query_(query) {
  if (!query.account) return;
  struct Candidate {
    const Condition* term;
    const IndexLayout* index;
  };
  std::vector<Candidate> seeks;
  const IndexLayout* scan = nullptr;
  for (const Condition& term : query.where) {
    const IndexLayout* index = collection.find_by_account(term.path);
    if (index == nullptr) continue;
    if (term.compare == Compare::In) return;  // merged from its values, each by its index
    if (index->sparse && term.compare != Compare::Eq) continue;
    if (is_seek(term.compare)) {
      seeks.push_back({&term, index});
    } else if (is_scan(term.compare) && scan == nullptr) {
      scan = index;
    }
  }
  seeks_ = !seeks.empty();
  narrow_ = scan;
  if (seeks.size() == 1) {
    // One place to find the rows, in the wanted order too: nothing to choose.
    narrow_ = query.order.empty() ? nullptr : seeks.front().index;
  }
  if (seeks.size() < 2) return;
  int64_t fewest = kMostProbed + 1;
  for (const Candidate& candidate : seeks) {
    const int64_t rows = probe(*candidate.term);
    if (rows >= fewest) continue;
    fewest = rows;
    narrow_ = candidate.index;
  }
}

const std::string* Plan::for_count() const { return narrow_ == nullptr ? nullptr : &narrow_->name; }

const std::string* Plan::for_page() const { return for_count(); }

const std::string* Plan::for_page(int64_t documents, int64_t matches) const {
  if (narrow_ == nullptr) return nullptr;
  const std::string* order = ordered();
  if (order == nullptr) return for_page();
  // Walking in the wanted order ends as soon as the page is full; finding has to find, and mostly
  // to sort, everything first.
  const auto rows = static_cast<double>(rows_of_page(query_) + offset_of_page(query_) + 1);
  const auto all = static_cast<double>(documents);
  const auto found = static_cast<double>(matches);
  if (found < rows) return for_page();
  const double walk = rows * all / found * kDocumentCostMicros;
  const double find = seeks_ ? found * kDocumentCostMicros : all * kEntryCostMicros;
  return walk < find ? order : for_page();
}

const std::string* Plan::ordered() const {
  if (query_.order.empty()) {
    const bool in_order_already = seeks_ && !narrow_->unique;
    return in_order_already ? nullptr : by_time();
  }
  const std::string& path = query_.order.front().path;
  if (path == "created_at") return by_time();
  const IndexLayout* index = collection_.find_by_account(path);
  return index == nullptr || index->sparse ? nullptr : &index->name;
}

const std::string* Plan::by_time() const {
  return collection_.by_time ? &collection_.base_index : nullptr;
}

}  // namespace tandem::store::sqlite
