#include <algorithm>
#include <cstdio>
#include <ctime>

#include "ledger/books.h"
#include "products/common/charges.h"
#include "products/common/testing.h"
#include "products/numbers/numbers.h"

// Number searches of every kind, each with the default of 100 results and with numbers taken among
// them, and an order of 1,000 numbers: whole requests in the process, without sockets. Exit status
// 1 when a goal is missed.

namespace tandem::products::numbers {
namespace {

/// How long something took: by the clock on the wall, which counts what else the machine does, and
/// in processor time.
struct Took {
  double wall_ms = 0;
  double cpu_ms = 0;
};

double now_ms(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

constexpr int kRounds = 200;
constexpr double kSearchGoalMs = 5;
constexpr double kOrderGoalMs = 1'000;
constexpr int kOrderSize = 1'000;

constexpr const char* kSearches[] = {
    "filter[country_code]=US",
    "filter[country_code]=US&filter[national_destination_code]=312",
    "filter[country_code]=US&filter[phone_number][contains]=7",
    "filter[country_code]=US&filter[phone_number][contains]=80085",
    "filter[country_code]=US&filter[phone_number][ends_with]=4242",
    "filter[country_code]=US&filter[phone_number][starts_with]=1",
    "filter[phone_number][contains]=99&filter[phone_number][ends_with]=1",
    "filter[country_code]=GB&filter[locality]=London&filter[features][]=sms",
    "filter[country_code]=US&filter[features][]=sms&filter[features][]=mms&filter[features][]="
    "international_sms&filter[features][]=fax&filter[features][]=hd_voice&filter[quickship]=true",
    "filter[phone_number_type]=toll_free&filter[features][]=emergency",
    "filter[country_code]=DE&filter[quickship]=true",
    "filter[country_code]=US&filter[administrative_area]=IL&filter[rate_center]=CHICAGO",
    "filter[phone_number_type]=mobile&filter[features][]=international_sms",
};

/// The numbers product alone, and an account that can pay.
struct World {
  testing::TestServices services;
  api::testing::Platform platform;

  World() : platform([this](api::Registry& registry) { declare_all(registry); }, options()) {
    ledger::Note note;
    note.id = "deposit";
    note.owner = platform.account;
    note.occurred_at = platform.clock.now();
    store::Batch batch;
    ledger::deposit(batch, note, 100'000 * ledger::kNanosPerUnit);
    platform.database->commit_now(std::move(batch));
  }

  static api::testing::Platform::Options options() {
    api::testing::Platform::Options options;
    options.validate_answers = false;
    return options;
  }

  void declare_all(api::Registry& registry) {
    for (const char* name : {"connections", "messaging_profiles", "billing_groups",
                             "requirement_groups", "notification_events"}) {
      registry.collection({name, {}});
    }
    for (const store::Collection& collection : ledger::collections()) {
      registry.collection(collection);
    }
    declare_subscriptions(registry);
    declare(registry, services.get());
  }

  /// What the request took; it must succeed.
  Took time(std::string_view method, const std::string& target, std::string body = {}) {
    const double wall = now_ms(CLOCK_MONOTONIC);
    const double cpu = now_ms(CLOCK_PROCESS_CPUTIME_ID);
    const auto answer = platform.send(method, target, std::move(body));
    TANDEM_ASSERT(answer.status == 200);
    return {now_ms(CLOCK_MONOTONIC) - wall, now_ms(CLOCK_PROCESS_CPUTIME_ID) - cpu};
  }

  std::string order_of(const std::string& search) {
    const auto found = platform.send("GET", "/v2/available_phone_numbers?" + search);
    json::Array numbers;
    for (const json::Value& number : found.json["data"].items()) {
      numbers.push_back(json::Value::object({{"phone_number", number["phone_number"]}}));
    }
    return json::Value::object({{"phone_numbers", std::move(numbers)}}).text();
  }
};

/// The share of requests took no longer than this.
Took percentile(const std::vector<Took>& times, double share) {
  const auto rank = static_cast<size_t>(share * static_cast<double>(times.size() - 1));
  const auto pick = [&](double Took::*member) {
    std::vector<double> sorted;
    for (const Took& took : times) sorted.push_back(took.*member);
    std::sort(sorted.begin(), sorted.end());
    return sorted[rank];
  };
  return {pick(&Took::wall_ms), pick(&Took::cpu_ms)};
}

void print(const std::vector<Took>& times, const char* what) {
  const Took half = percentile(times, 0.5);
  const Took most = percentile(times, 0.99);
  std::printf("p50 %6.2f ms  p99 %6.2f ms  (processor: %6.2f, %6.2f)  %s\n", half.wall_ms,
              most.wall_ms, half.cpu_ms, most.cpu_ms, what);
}

bool measure() {
  World world;
  const std::string large =
      world.order_of("filter[country_code]=US&filter[limit]=" + std::to_string(kOrderSize));
  const Took order = world.time("POST", "/v2/number_orders", large);
  std::printf("order of %d numbers: %.0f ms (processor: %.0f; goal %.0f)\n", kOrderSize,
              order.wall_ms, order.cpu_ms, kOrderGoalMs);
  std::vector<Took> all;
  for (const char* search : kSearches) {
    std::vector<Took> times;
    for (int i = 0; i < kRounds; ++i) {
      times.push_back(world.time("GET", std::string("/v2/available_phone_numbers?") + search));
    }
    all.insert(all.end(), times.begin(), times.end());
    print(times, search);
  }
  std::printf("goal: p99 of all searches under %.0f ms\n", kSearchGoalMs);
  print(all, "all searches");
  return order.wall_ms < kOrderGoalMs && percentile(all, 0.99).cpu_ms < kSearchGoalMs;
}

}  // namespace
}  // namespace tandem::products::numbers

int main() { return tandem::products::numbers::measure() ? 0 : 1; }
