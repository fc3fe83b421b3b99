#pragma once

#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "telephony/sip/dns.h"
#include "telephony/sip/timer_wheel.h"

namespace tandem::sip {

/// Remembers answers for their time to live (between kShortest and kLongest), failures briefly, and
/// asks once for all who want to know the same.
class DnsCache final : public Dns {
 public:
  static constexpr std::chrono::seconds kShortest{5};
  static constexpr std::chrono::seconds kLongest{300};
  static constexpr size_t kMaxNames = 2'000;
  static constexpr size_t kMaxWaiting = 1'000;  // for one answer

  DnsCache(Dns& source, const TimeSource& time) : source_(source), time_(time) {}

  void naptr(const std::string& name, Done<NaptrRecord> done) override {
    look_up(naptrs_, name, std::move(done), &Dns::naptr);
  }
  void srv(const std::string& name, Done<SrvRecord> done) override {
    look_up(srvs_, name, std::move(done), &Dns::srv);
  }
  void addresses(const std::string& name, Done<Address> done) override {
    look_up(addresses_, name, std::move(done), &Dns::addresses);
  }

 private:
  template <class Record>
  struct Entry {
    DnsAnswer<Record> answer;
    TimePoint good_until{};
    bool asking = false;
    std::vector<Done<Record>> waiting;
  };
  template <class Record>
  using Table = std::unordered_map<std::string, Entry<Record>>;

  template <class Record>
  void look_up(Table<Record>& table, const std::string& name, Done<Record> done,
               void (Dns::*ask)(const std::string&, Done<Record>)) {
    if (table.size() >= kMaxNames && !table.contains(name)) forget_old(table);
    Entry<Record>& entry = table[name];
    if (!entry.asking && time_.now() < entry.good_until) return done(entry.answer);
    if (entry.waiting.size() >= kMaxWaiting) return done({});
    entry.waiting.push_back(std::move(done));
    if (std::exchange(entry.asking, true)) return;
    (source_.*ask)(
        name, [this, &table, name](const DnsAnswer<Record>& answer) { keep(table[name], answer); });
  }

  template <class Record>
  void keep(Entry<Record>& entry, const DnsAnswer<Record>& answer) {
    entry.answer = answer;
    entry.asking = false;
    entry.good_until = time_.now() + std::clamp(answer.ttl, kShortest, kLongest);
    const DnsAnswer<Record> told = answer;  // a waiter may ask again and change the table
    for (Done<Record>& done : std::exchange(entry.waiting, {})) done(told);
  }

  template <class Record>
  void forget_old(Table<Record>& table) {
    const TimePoint now = time_.now();
    std::erase_if(table, [now](const auto& item) {
      return !item.second.asking && item.second.good_until <= now;
    });
    if (table.size() < kMaxNames) return;
    std::erase_if(table, [](const auto& item) { return !item.second.asking; });
  }

  Dns& source_;
  const TimeSource& time_;
  Table<NaptrRecord> naptrs_;
  Table<SrvRecord> srvs_;
  Table<Address> addresses_;
};

}  // namespace tandem::sip
