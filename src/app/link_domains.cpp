#include "app/link_domains.h"

#include "core/json.h"
#include "products/messaging/link_door.h"

namespace tandem::app {
namespace {

constexpr std::string_view kSandboxDomains[] = {"acct.fyi", "appt.fyi", "order.fyi"};

std::vector<std::string> domains_of(const Config& config) {
  std::vector<std::string> domains = config.link_domains;
  if (config.profile == Profile::Sandbox) {
    domains.insert(domains.end(), std::begin(kSandboxDomains), std::end(kSandboxDomains));
  }
  return domains;
}

json::Value row_of(std::string_view domain, std::string_view scheme) {
  std::string id(domain);
  for (char& c : id) c = c == '.' || c == ':' || c == '/' ? '-' : c;
  return json::Value::object({{"id", id},
                              {"record_type", "messaging_url_domain"},
                              {"url_domain", domain},
                              {"use_case", "links"},
                              {"_scheme", scheme}});
}

}  // namespace

std::string link_domains(const Config& config) {
  json::Value rows = json::Value::array();
  for (const std::string& domain : domains_of(config)) rows.push(row_of(domain, "https"));
  const std::string base = config.base_url();
  const size_t host = base.find("://");
  if (host != std::string::npos) {
    const std::string own = base.substr(host + 3) + std::string(products::messaging::kLinkPath);
    rows.push(row_of(own, base.substr(0, host)));
  }
  return rows.text();
}

void mount_links(api::Site& site, const Config& config, products::Decide decide) {
  const http::Handler handler = products::messaging::link_handler(std::move(decide));
  site.mount_below(std::string(products::messaging::kLinkPath), handler);
  for (const std::string& domain : domains_of(config)) site.mount_host(domain, handler);
}

}  // namespace tandem::app
