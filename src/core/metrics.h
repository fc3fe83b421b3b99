#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace tandem {

/// A number that only grows.
class Counter {
 public:
  void add(uint64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
  uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

/// A number that goes up and down.
class Gauge {
 public:
  void add(int64_t n) { value_.fetch_add(n, std::memory_order_relaxed); }
  void set(int64_t n) { value_.store(n, std::memory_order_relaxed); }
  int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<int64_t> value_{0};
};

/// Durations in fixed buckets from 0.1 ms to 10 s.
class Histogram {
 public:
  static constexpr double kBoundsSeconds[] = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005,
                                              0.01,   0.025,   0.05,   0.1,   0.25,   0.5,
                                              1.0,    2.5,     5.0,    10.0};
  void observe(double seconds);

 private:
  friend class Metrics;
  std::atomic<uint64_t> buckets_[std::size(kBoundsSeconds) + 1] = {};
  std::atomic<uint64_t> sum_micros_{0};
};

/// The numbers a process shows of itself, in Prometheus text form. Parts ask for theirs once, at
/// start, and keep the reference; it lives as long as the Metrics.
class Metrics {
 public:
  /// `labels` as they stand between the braces: `product="voice"`.
  Counter& counter(std::string_view name, std::string_view help, std::string_view labels = {});
  Gauge& gauge(std::string_view name, std::string_view help, std::string_view labels = {});
  Histogram& histogram(std::string_view name, std::string_view help, std::string_view labels = {});

  /// Everything, in the text exposition format 0.0.4.
  std::string text() const;

 private:
  struct Entry;
  Entry& entry(std::string_view name, std::string_view help, std::string_view labels);
  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<Entry>> entries_;

 public:
  Metrics();
  ~Metrics();
};

}  // namespace tandem
