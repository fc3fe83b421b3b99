#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "contract/contract.h"
#include "contract/query.h"

using namespace tandem;
using namespace tandem::contract;

namespace {

const Contract& real() {
  static const auto contract = Contract::load();
  return **contract;
}

void load(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(Contract::load());
}

/// A path of every operation in turn.
void route(benchmark::State& state) {
  std::vector<std::pair<Verb, std::string>> paths;
  for (const Operation& operation : real().operations()) {
    std::string path(operation.path);
    for (char& c : path) c = c == '{' || c == '}' ? 'x' : c;
    paths.emplace_back(operation.verb, path);
  }
  size_t i = 0;
  for (auto _ : state) {
    const auto& [verb, path] = paths[i++ % paths.size()];
    benchmark::DoNotOptimize(real().route(verb, path));
  }
}

void validate_message(benchmark::State& state) {
  const std::string text =
      R"({"from":"+13125550100","to":"+13125550101","messaging_profile_id":)"
      R"("6a09cdc3-8948-47f0-aa62-74ac943d6c58","media_urls":["https://example.com/a.png"],)"
      R"("webhook_url":"https://example.com/hooks","use_profile_webhooks":true,"type":"MMS",)"
      R"("subject":"greetings","text":")" +
      std::string(200, 'x') + "\"}";
  const auto document = json::Document::parse(text);
  const Schema schema = real().find(Verb::Post, "/messages")->bodies[0].schema;
  std::vector<ErrorItem> problems;
  for (auto _ : state) {
    if (!schema.validate(document->root(), Direction::Request, problems)) std::abort();
  }
}

void query(benchmark::State& state) {
  const Operation& list = *real().find(Verb::Get, "/phone_numbers");
  const auto now = *parse_iso8601("2024-05-15T10:30:00.000Z");
  for (auto _ : state) {
    benchmark::DoNotOptimize(read_query(
        list, "page[number]=2&page[size]=50&filter[status]=active&sort=-purchased_at", now));
  }
}

BENCHMARK(load)->Unit(benchmark::kMillisecond);
BENCHMARK(route);
BENCHMARK(validate_message);
BENCHMARK(query);

}  // namespace

BENCHMARK_MAIN();
