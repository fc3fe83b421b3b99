#pragma once

#include <vector>

#include "carrier/links.h"
#include "core/result.h"

namespace YAML {
class Node;
}

namespace tandem::app {

/// Links to carriers and which numbers go over them.
struct SmppSettings {
  static constexpr size_t kMaxLinks = 200;
  static constexpr size_t kMaxBinds = 32;  // of one link
  static constexpr size_t kMaxWindow = 10'000;

  std::vector<carrier::LinkSetup> links;
  std::vector<carrier::Route> routes;  // a link without any of its own is for all numbers
};

/// The `smpp-links` list of the configuration file (docs/operating.md). Unknown names and bad
/// values are errors that name the link. Throws YAML::Exception as the file's other readers do.
Result<SmppSettings> read_smpp_links(const YAML::Node& list);

}  // namespace tandem::app
