#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

/// The bounds of the store room, in one place.
namespace tandem::store {

/// Batches that wait for the writer; more are refused as "overloaded".
inline constexpr size_t kMaxQueuedBatches = 16'384;
/// Their documents' bytes; one batch of any size is taken when nothing else waits.
inline constexpr size_t kMaxQueuedBytes = 256u << 20;
/// Batches after which a group is closed.
inline constexpr size_t kMaxGroupBatches = 256;
/// Bytes after which a group is closed.
inline constexpr size_t kMaxGroupBytes = 8u << 20;
/// How long a small group waits for others, and how many batches are enough.
inline constexpr auto kGatherTime = std::chrono::milliseconds(4);
inline constexpr size_t kGatheredBatches = 32;
/// How long what nobody waits for (Haste::Later) may lie before it makes a group of its own.
inline constexpr auto kLaterTime = std::chrono::milliseconds(20);
/// A log keeps its entries together in rows; one is closed when it has so many bytes, or when the
/// next entry lies so far from the first in time.
inline constexpr size_t kMaxLogRowBytes = 16u << 10;
inline constexpr auto kMaxLogRowSpan = std::chrono::seconds(10);
/// Rows of a log that one Trim drops at most, and that are looked at together when it is read.
inline constexpr int64_t kMaxTrimmedRows = 500;
inline constexpr int64_t kLogRowsAtOnce = 512;
/// Sequences of a collection that are reserved together, and counters that the writer remembers.
inline constexpr int64_t kSequencesAtOnce = 1'000;
inline constexpr size_t kMaxKnownCounters = 16'384;
/// Prepared statements a connection keeps; about five a collection are always in use.
inline constexpr size_t kMaxCachedStatements = 1'024;
/// How long a database server may take for one answer: when it serves, when it makes indexes.
inline constexpr auto kAnswerWait = std::chrono::seconds(30);
inline constexpr auto kSchemaWait = std::chrono::hours(6);
/// How long snapshots may share a read transaction when this process commits nothing: so late may
/// a commit of another process (the command line) be seen.
inline constexpr auto kSharedReadTime = std::chrono::milliseconds(2);
/// Connections to a database server for reading, and how long to wait for one.
inline constexpr size_t kMaxReaders = 64;
inline constexpr auto kReaderWait = std::chrono::seconds(5);
/// Filtered totals that are remembered.
inline constexpr size_t kMaxCachedTotals = 4'096;
/// Longest dotted path, and its deepest nesting.
inline constexpr size_t kMaxPathBytes = 200;
inline constexpr size_t kMaxPathDepth = 16;
/// Longest name of a collection.
inline constexpr size_t kMaxCollectionNameBytes = 48;
/// Values of an In that are looked up one by one and merged.
inline constexpr size_t kMaxMergedValues = 32;
/// Most rows of one page, and most that it can skip.
inline constexpr long long kMaxPageRows = 100'000;
inline constexpr long long kMaxPageOffset = 1'000'000'000'000;

}  // namespace tandem::store
