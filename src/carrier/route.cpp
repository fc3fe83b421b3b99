#include "carrier/route.h"

#include <algorithm>
#include <utility>

namespace tandem::carrier {

namespace {

bool all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

uint64_t total_weight(const std::vector<const Route*>& routes) {
  uint64_t total = 0;
  for (const Route* route : routes) total += route->weight;
  return total;
}

/// Takes one out, each with the chance of its weight; in order when all weigh nothing.
const Route* draw(std::vector<const Route*>& routes, Random& random) {
  const uint64_t total = total_weight(routes);
  auto chosen = routes.begin();
  if (total > 0) {
    uint64_t ticket = random.below(total);
    while (ticket >= (*chosen)->weight) {
      ticket -= (*chosen)->weight;
      ++chosen;
    }
  }
  const Route* route = *chosen;
  routes.erase(chosen);
  return route;
}

}  // namespace

Result<Routes> Routes::make(std::vector<Route> routes) {
  if (routes.size() > kMaxRoutes) return fail("there are too many routes");
  Routes result;
  for (Route& route : routes) {
    if (!all_digits(route.prefix)) return fail("the prefix " + route.prefix + " is not of digits");
    if (route.link.empty()) return fail("a route for prefix " + route.prefix + " names no link");
    if (route.weight > kMaxWeight) return fail("a weight is above " + std::to_string(kMaxWeight));
    result.longest_prefix_ = std::max(result.longest_prefix_, route.prefix.size());
    std::string prefix = route.prefix;
    result.by_prefix_[std::move(prefix)].push_back(std::move(route));
  }
  return result;
}

std::vector<std::string> Routes::links_for(
    std::string_view number, Random& random,
    const std::function<bool(const std::string&)>& usable) const {
  if (!number.empty() && number.front() == '+') number.remove_prefix(1);
  std::vector<std::string> links;
  for (size_t size = std::min(number.size(), longest_prefix_) + 1; size-- > 0;) {
    const auto found = by_prefix_.find(std::string(number.substr(0, size)));
    if (found == by_prefix_.end()) continue;
    std::vector<const Route*> routes;
    for (const Route& route : found->second) {
      if (usable(route.link)) routes.push_back(&route);
    }
    while (!routes.empty()) {
      if (links.size() == kMaxCandidates) return links;
      const std::string& link = draw(routes, random)->link;
      if (std::find(links.begin(), links.end(), link) == links.end()) links.push_back(link);
    }
  }
  return links;
}

}  // namespace tandem::carrier
