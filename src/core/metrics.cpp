#include "core/metrics.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "core/assert.h"

namespace tandem {

struct Metrics::Entry {
  std::string name;
  std::string help;
  std::string labels;
  std::unique_ptr<Counter> counter;
  std::unique_ptr<Gauge> gauge;
  std::unique_ptr<Histogram> histogram;

  std::string_view type() const { return counter ? "counter" : gauge ? "gauge" : "histogram"; }
};

Metrics::Metrics() = default;
Metrics::~Metrics() = default;

void Histogram::observe(double seconds) {
  const auto* bound =
      std::lower_bound(std::begin(kBoundsSeconds), std::end(kBoundsSeconds), seconds);
  buckets_[bound - std::begin(kBoundsSeconds)].fetch_add(1, std::memory_order_relaxed);
  sum_micros_.fetch_add(static_cast<uint64_t>(seconds * 1e6), std::memory_order_relaxed);
}

Metrics::Entry& Metrics::entry(std::string_view name, std::string_view help,
                               std::string_view labels) {
  for (const auto& e : entries_) {
    if (e->name == name && e->labels == labels) return *e;
  }
  entries_.push_back(std::make_unique<Entry>());
  Entry& e = *entries_.back();
  e.name = name;
  e.help = help;
  e.labels = labels;
  return e;
}

Counter& Metrics::counter(std::string_view name, std::string_view help, std::string_view labels) {
  const std::lock_guard lock(mutex_);
  Entry& e = entry(name, help, labels);
  if (!e.counter) e.counter = std::make_unique<Counter>();
  return *e.counter;
}

Gauge& Metrics::gauge(std::string_view name, std::string_view help, std::string_view labels) {
  const std::lock_guard lock(mutex_);
  Entry& e = entry(name, help, labels);
  if (!e.gauge) e.gauge = std::make_unique<Gauge>();
  return *e.gauge;
}

Histogram& Metrics::histogram(std::string_view name, std::string_view help,
                              std::string_view labels) {
  const std::lock_guard lock(mutex_);
  Entry& e = entry(name, help, labels);
  if (!e.histogram) e.histogram = std::make_unique<Histogram>();
  return *e.histogram;
}

std::string Metrics::text() const {
  const std::lock_guard lock(mutex_);
  // Those of one name stand together, in the order in which they were asked for.
  std::multimap<std::string_view, const Entry*> sorted;
  for (const auto& e : entries_) sorted.emplace(e->name, e.get());
  std::string out;
  std::string_view last;
  for (const auto& [name, e] : sorted) {
    if (name != last) {
      out += fmt::format("# HELP {} {}\n# TYPE {} {}\n", e->name, e->help, e->name, e->type());
      last = name;
    }
    const std::string braces = e->labels.empty() ? "" : "{" + e->labels + "}";
    if (e->counter) out += fmt::format("{}{} {}\n", e->name, braces, e->counter->value());
    if (e->gauge) out += fmt::format("{}{} {}\n", e->name, braces, e->gauge->value());
    if (!e->histogram) continue;
    const std::string lead = e->labels.empty() ? "" : e->labels + ",";
    uint64_t seen = 0;
    for (size_t i = 0; i < std::size(Histogram::kBoundsSeconds); ++i) {
      seen += e->histogram->buckets_[i].load(std::memory_order_relaxed);
      out += fmt::format("{}_bucket{{{}le=\"{}\"}} {}\n", e->name, lead,
                         Histogram::kBoundsSeconds[i], seen);
    }
    seen += e->histogram->buckets_[std::size(Histogram::kBoundsSeconds)].load();
    out += fmt::format("{}_bucket{{{}le=\"+Inf\"}} {}\n", e->name, lead, seen);
    out += fmt::format("{}_sum{} {}\n", e->name, braces,
                       static_cast<double>(e->histogram->sum_micros_.load()) / 1e6);
    out += fmt::format("{}_count{} {}\n", e->name, braces, seen);
  }
  return out;
}

}  // namespace tandem
