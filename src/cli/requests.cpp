#include <charconv>
#include <cstdio>
#include <optional>

#include <fmt/format.h>

#include "api/request_log.h"
#include "app/config.h"
#include "cli/command.h"
#include "cli/line.h"
#include "cli/state.h"

namespace tandem::cli {
namespace {

constexpr size_t kShown = 50;
constexpr size_t kMostShown = 1'000;

int complain(std::string_view what) {
  fmt::print(stderr, "tandem requests: {}\n", what);
  return 1;
}

std::optional<size_t> limit_of(const Line& line) {
  const std::string_view text = line.option("--limit");
  if (text.empty()) return kShown;
  size_t limit = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
  const bool number = error == std::errc() && end == text.data() + text.size();
  return number && limit >= 1 && limit <= kMostShown ? std::optional(limit) : std::nullopt;
}

void show(const api::RequestRecord& record) {
  fmt::print("{}  {}  {:>8.1f} ms  {:<6} {}  {}{}{}\n", to_iso8601(record.at), record.status,
             static_cast<double>(record.duration_us) / 1'000, record.method, record.path,
             record.request_id, record.error_codes.empty() ? "" : "  ", record.error_codes);
}

}  // namespace

int requests(const Arguments& arguments) {
  const auto line = take_apart(arguments, {"--account", "--limit", "--before"});
  if (!line) return usage_error("requests", line.error().what);
  if (!line->words.empty()) {
    return usage_error("requests", "what is '" + std::string(line->words.back()) + "'?");
  }
  const auto limit = limit_of(*line);
  if (!limit) return usage_error("requests", "--limit wants a number from 1 to 1000");
  const auto config = app::read_config(line->settings);
  if (!config) return usage_error("requests", config.error().what);
  const auto state = State::open(*config, State::Missing::Refuse);
  if (!state) return complain(state.error().what);
  std::optional<std::string> account;
  if (const std::string_view id = line->option("--account"); !id.empty()) {
    account = (*state)->account(id);
    if (!account) return complain("there is no such account");
  }
  const auto snapshot = (*state)->database().snapshot();
  for (const auto& record :
       api::RequestLog::list(*snapshot, account, *limit, line->option("--before"))) {
    show(record);
  }
  return 0;
}

}  // namespace tandem::cli
