#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/random.h"
#include "core/result.h"

/// The outside world: carriers and the sandbox network that stands in for them.
namespace tandem::carrier {

/// "Numbers that begin with `prefix` may go over `link`."
struct Route {
  std::string prefix;   // of the international number, without "+"; empty for all numbers
  std::string link;     // its name
  unsigned weight = 1;  // share among the routes of one prefix; 0: only when no other is usable
};

/// Which links carry a message: those of the longest prefix that fits, shared out by weight, then
/// the others as failover.
class Routes {
 public:
  static constexpr size_t kMaxRoutes = 100'000;
  static constexpr unsigned kMaxWeight = 1'000'000;
  /// Links that are named for one message at most: more failovers would only keep it waiting.
  static constexpr size_t kMaxCandidates = 8;

  Routes() = default;
  /// An error when a prefix is not of digits, a link has no name, or a limit is passed.
  static Result<Routes> make(std::vector<Route> routes);

  /// The links to try for a number ("+15551230000"), first choice first, each once. Links that
  /// are not `usable` now are left out. The parts of one text belong on one link.
  std::vector<std::string> links_for(std::string_view number, Random& random,
                                     const std::function<bool(const std::string&)>& usable) const;

 private:
  std::unordered_map<std::string, std::vector<Route>> by_prefix_;
  size_t longest_prefix_ = 0;
};

}  // namespace tandem::carrier
