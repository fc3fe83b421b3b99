#include "products/voice/named_sources.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "api/collections.h"
#include "products/voice/routing.h"

namespace tandem::products::voice {
namespace {

constexpr int64_t kMaxNames = 2'000;

struct Name {
  std::string connection;
  std::string uri;
  bool known_by_it = false;  // or its calls sign in
};

std::vector<Name> names_of(const store::Snapshot& snapshot) {
  store::Query query;
  query.collection = "fqdns";
  query.order = {{"created_at", false}};
  query.limit = kMaxNames;
  std::vector<Name> names;
  std::vector<std::string> seen;
  for (const store::Row& row : snapshot.list(query).rows) {
    const std::string id(api::document_of(row)["connection_id"].string());
    if (std::find(seen.begin(), seen.end(), id) != seen.end()) continue;
    seen.push_back(id);
    const auto connection = find_connection(snapshot, id);
    if (!connection) continue;
    for (Place& place : places_of(snapshot, *connection, "source")) {
      names.push_back({id, std::move(place.uri), !signs_in(*connection)});
    }
  }
  return names;
}

}  // namespace

/// The answers of one refresh; when the last is there they take the place of those before.
struct NamedSources::Round {
  explicit Round(NamedSources& of) : owner(of) {}
  ~Round() {
    owner.found_(std::move(known));
    const std::lock_guard lock(owner.mutex_);
    owner.sources_ = std::move(sources);
  }

  void add(const std::string& connection, bool known_by_it,
           const std::vector<std::string>& addresses) {
    const std::lock_guard lock(mutex);
    if (known_by_it) known.insert(addresses.begin(), addresses.end());
    for (const std::string& address : addresses) {
      std::vector<std::string>& at = sources[address];
      if (std::find(at.begin(), at.end(), connection) == at.end()) at.push_back(connection);
    }
  }

  NamedSources& owner;
  std::mutex mutex;
  std::map<std::string, std::vector<std::string>> sources;
  std::set<std::string> known;
};

void NamedSources::start(api::Dispatcher& dispatcher, Locate locate, Found found) {
  dispatcher_ = &dispatcher;
  locate_ = std::move(locate);
  found_ = std::move(found);
}

void NamedSources::refresh() {
  dispatcher_->decide([this](const api::Moment&, const store::Snapshot& snapshot) -> api::Outcome {
    api::Effects effects;
    effects.after_commit.emplace_back([this, names = names_of(snapshot)] {
      const auto round = std::make_shared<Round>(*this);
      for (const Name& name : names) {
        locate_(name.uri, [round, name](const std::vector<std::string>& found) {
          round->add(name.connection, name.known_by_it, found);
        });
      }
    });
    return effects;
  });
}

std::vector<std::string> NamedSources::at(const std::string& ip) const {
  const std::lock_guard lock(mutex_);
  const auto found = sources_.find(ip);
  return found == sources_.end() ? std::vector<std::string>() : found->second;
}

}  // namespace tandem::products::voice
