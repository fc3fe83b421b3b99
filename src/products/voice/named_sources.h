#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "api/dispatcher.h"
#include "core/function.h"

namespace tandem::products::voice {

/// Which FQDN connections an address belongs to, by what their names lead to. Looked up in the
/// background, again and again, so that a call that comes in waits for no name server.
class NamedSources {
 public:
  /// Finds the addresses of a SIP URI; calls back on any thread.
  using Locate =
      std::function<void(std::string uri, UniqueFunction<void(std::vector<std::string>)> done)>;

  /// Told after each look the addresses of the connections that are known by them: those that sign
  /// in are not. Any thread.
  using Found = std::function<void(std::set<std::string> addresses)>;

  void start(api::Dispatcher& dispatcher, Locate locate, Found found);
  /// Looks all names up: once a while, and when connections have changed. Any thread.
  void refresh();

  /// Ids of FQDN connections at the address, oldest first. Any thread.
  std::vector<std::string> at(const std::string& ip) const;

 private:
  struct Round;

  api::Dispatcher* dispatcher_ = nullptr;
  Locate locate_;
  Found found_;
  mutable std::mutex mutex_;
  std::map<std::string, std::vector<std::string>> sources_;
};

}  // namespace tandem::products::voice
