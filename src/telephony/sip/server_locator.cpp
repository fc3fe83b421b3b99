#include "telephony/sip/server_locator.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/random.h"
#include "telephony/sip/grammar.h"
#include "telephony/sip/limits.h"

namespace tandem::sip {
namespace {

/// A place to look at next: records of a service, or addresses of a host.
struct Step {
  Protocol protocol = Protocol::Udp;
  std::string name;
  uint16_t port = 0;  // of a host; 0: the protocol's
  bool is_service = false;
};

std::string service_name(Protocol protocol, std::string_view host) {
  switch (protocol) {
    case Protocol::Udp:
      return "_sip._udp." + std::string(host);
    case Protocol::Tls:
      return "_sips._tcp." + std::string(host);
    default:
      return "_sip._tcp." + std::string(host);
  }
}

std::optional<Protocol> protocol_of_service(std::string_view service) {
  if (iequals(service, "SIP+D2U")) return Protocol::Udp;
  if (iequals(service, "SIP+D2T")) return Protocol::Tcp;
  if (iequals(service, "SIPS+D2T")) return Protocol::Tls;
  return std::nullopt;
}

bool wants_tls(const Uri& uri) { return uri.scheme == Scheme::Sips; }

/// What the URI itself says; over TLS "tcp" means TLS on top.
std::optional<Protocol> asked_protocol(const Uri& uri) {
  const auto param = uri.params.find("transport");
  auto protocol = param ? parse_protocol(*param) : std::nullopt;
  if (protocol && wants_tls(uri) && *protocol == Protocol::Tcp) protocol = Protocol::Tls;
  return protocol;
}

}  // namespace

/// One search from its URI to the list of targets. Steps are worked off in order of preference.
class ServerLocator::Search {
 public:
  Search(ServerLocator& owner, uint64_t id, const Uri& uri, Done done)
      : owner_(owner),
        id_(id),
        host_(uri.host),
        only_tls_(wants_tls(uri)),
        done_(std::move(done)) {}

  void begin(std::optional<Protocol> protocol, uint16_t port) {
    if (port != 0) {
      add_host(protocol.value_or(default_protocol()), host_, port);
      return next();
    }
    if (protocol) {
      add_service(*protocol, service_name(*protocol, host_));
      return next();
    }
    ask(&Dns::naptr, host_, &Search::on_naptr);
  }

 private:
  Protocol default_protocol() const { return only_tls_ ? Protocol::Tls : Protocol::Udp; }
  void add_host(Protocol protocol, std::string name, uint16_t port) {
    steps_.push_back({protocol, std::move(name), port, false});
  }
  void add_service(Protocol protocol, std::string name) {
    steps_.push_back({protocol, std::move(name), 0, true});
  }

  /// Searches are found again by their id: the answer may come when this one is gone.
  template <class Record>
  void ask(void (Dns::*question)(const std::string&, Dns::Done<Record>), const std::string& name,
           void (Search::*then)(const DnsAnswer<Record>&)) {
    ServerLocator& owner = owner_;
    const uint64_t id = id_;
    (owner.dns_.*question)(name, [&owner, id, then](const DnsAnswer<Record>& answer) {
      const auto found = owner.searches_.find(id);
      if (found != owner.searches_.end()) (found->second.get()->*then)(answer);
    });
  }

  void on_naptr(const DnsAnswer<NaptrRecord>& answer) {
    std::vector<NaptrRecord> records = answer.records;
    std::stable_sort(records.begin(), records.end(), [](const auto& a, const auto& b) {
      return std::pair(a.order, a.preference) < std::pair(b.order, b.preference);
    });
    for (const NaptrRecord& record : records) {
      const auto protocol = protocol_of_service(record.service);
      if (!protocol || (only_tls_ && *protocol != Protocol::Tls)) continue;
      if (iequals(record.flags, "s")) add_service(*protocol, record.replacement);
      if (iequals(record.flags, "a")) add_host(*protocol, record.replacement, 0);
    }
    if (steps_.empty()) {
      if (!only_tls_) add_service(Protocol::Udp, service_name(Protocol::Udp, host_));
      if (!only_tls_) add_service(Protocol::Tcp, service_name(Protocol::Tcp, host_));
      add_service(Protocol::Tls, service_name(Protocol::Tls, host_));
    }
    next();
  }

  void next() {
    if (targets_.size() >= kMaxTargets || ++rounds_ > kMaxDnsRecords) return finish();
    if (steps_.empty()) {
      if (!targets_.empty() || std::exchange(fell_back_, true)) return finish();
      add_host(fallback_.value_or(default_protocol()), host_, 0);
    }
    current_ = steps_.front();
    steps_.erase(steps_.begin());
    if (current_.is_service) {
      fallback_ = fallback_ ? fallback_ : std::optional(current_.protocol);
      return ask(&Dns::srv, current_.name, &Search::on_srv);
    }
    if (const auto literal = Address::parse(current_.name, 0))
      return on_addresses({{*literal}, {}});
    ask(&Dns::addresses, current_.name, &Search::on_addresses);
  }

  void on_srv(const DnsAnswer<SrvRecord>& answer) {
    std::vector<SrvRecord> records = answer.records;
    order_by_weight(records, owner_.random_);
    std::vector<Step> found;
    for (SrvRecord& record : records) {
      if (record.target.empty() || record.target == ".") continue;
      found.push_back({current_.protocol, std::move(record.target), record.port, false});
    }
    steps_.insert(steps_.begin(), found.begin(), found.end());
    next();
  }

  void on_addresses(const DnsAnswer<Address>& answer) {
    const uint16_t port = current_.port != 0 ? current_.port : default_port(current_.protocol);
    for (const Address& address : answer.records) {
      if (targets_.size() == kMaxTargets) break;
      const Flow target{current_.protocol, 0, 0, address.with_port(port)};
      if (std::find(targets_.begin(), targets_.end(), target) == targets_.end()) {
        targets_.push_back(target);
      }
    }
    next();
  }

  void finish() {
    const auto self = std::move(owner_.searches_.at(id_));
    owner_.searches_.erase(id_);
    done_(std::move(targets_));
  }

  ServerLocator& owner_;
  const uint64_t id_;
  const std::string host_;
  const bool only_tls_;
  Done done_;
  std::vector<Step> steps_;
  Step current_;
  std::optional<Protocol> fallback_;  // of the first service asked for
  bool fell_back_ = false;
  size_t rounds_ = 0;
  std::vector<Flow> targets_;
};

ServerLocator::ServerLocator(Dns& dns, Random& random) : dns_(dns), random_(random) {}

ServerLocator::~ServerLocator() = default;

void ServerLocator::locate(const Uri& uri, Done done) {
  if (!uri.is_sip()) return done({});
  const auto protocol = asked_protocol(uri);
  if (uri.params.has("transport") && !protocol) return done({});
  const auto literal = Address::parse(uri.host, 0);
  if (literal) {
    const Protocol chosen = protocol.value_or(wants_tls(uri) ? Protocol::Tls : Protocol::Udp);
    const uint16_t port = uri.port != 0 ? uri.port : default_port(chosen);
    return done({Flow{chosen, 0, 0, literal->with_port(port)}});
  }
  const uint64_t id = ++last_id_;
  auto search = std::make_unique<Search>(*this, id, uri, std::move(done));
  Search& started = *search;
  searches_.emplace(id, std::move(search));
  started.begin(protocol, uri.port);
}

void order_by_weight(std::vector<SrvRecord>& records, Random& random) {
  std::stable_sort(records.begin(), records.end(), [](const auto& a, const auto& b) {
    return std::pair(a.priority, a.weight != 0) < std::pair(b.priority, b.weight != 0);
  });
  for (auto first = records.begin(); first != records.end(); ++first) {
    const auto last = std::find_if(first, records.end(), [first](const SrvRecord& record) {
      return record.priority != first->priority;
    });
    const uint64_t total = std::accumulate(
        first, last, uint64_t{0}, [](uint64_t sum, const auto& r) { return sum + r.weight; });
    uint64_t lot = random.below(total + 1);
    auto chosen = first;
    while (chosen + 1 != last && chosen->weight < lot) {
      lot -= chosen->weight;
      ++chosen;
    }
    std::rotate(first, chosen, chosen + 1);
  }
}

}  // namespace tandem::sip
