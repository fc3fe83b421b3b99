#include "app/smpp_settings.h"

#include <algorithm>
#include <cstdlib>
#include <set>

#include <yaml-cpp/yaml.h>

#include "runtime/tls.h"

namespace tandem::app {
namespace {

using carrier::LinkSetup;
using carrier::Route;
namespace smpp = carrier::smpp;
namespace text = carrier::text;

constexpr double kMaxThroughput = 1'000'000;
// The API's codes of what networks say.
constexpr int kLowestError = 40'000;
constexpr int kHighestError = 40'999;

/// A link while it is read.
struct Draft {
  LinkSetup setup;
  std::vector<Route> routes;
  bool tls = false;
  std::string authority;  // PEM file
};

/// One of the words of a setting, and what each means.
template <class T>
struct Word {
  std::string_view word;
  T meaning;
};

template <class T, size_t count>
Result<void> choose(T& to, const YAML::Node& value, const Word<T> (&words)[count]) {
  const auto given = value.as<std::string>();
  std::string wanted;
  for (const Word<T>& word : words) {
    if (word.word == given) {
      to = word.meaning;
      return {};
    }
    wanted += (wanted.empty() ? "" : ", ") + std::string(word.word);
  }
  return fail("wants one of: " + wanted);
}

constexpr Word<smpp::Command> kBinds[] = {{"trx", smpp::Command::BindTransceiver},
                                          {"tx", smpp::Command::BindTransmitter},
                                          {"rx", smpp::Command::BindReceiver}};
constexpr Word<smpp::LongText> kLongTexts[] = {{"header", smpp::LongText::Header},
                                               {"sar", smpp::LongText::SarTlvs},
                                               {"payload", smpp::LongText::Payload}};
constexpr Word<text::Alphabet> kAlphabets[] = {{"gsm", text::Alphabet::Gsm7},
                                               {"ascii", text::Alphabet::Ascii},
                                               {"latin1", text::Alphabet::Latin1}};
constexpr Word<smpp::IdForm> kIdForms[] = {{"text", smpp::IdForm::Text},
                                           {"decimal", smpp::IdForm::Decimal},
                                           {"hexadecimal", smpp::IdForm::Hexadecimal}};

Result<void> read_binds(Draft& draft, const YAML::Node& value) {
  auto& binds = draft.setup.options.binds;
  binds.clear();
  if (!value.IsSequence()) return choose(binds.emplace_back(), value, kBinds);
  if (value.size() == 0 || value.size() > SmppSettings::kMaxBinds) {
    return fail("wants 1 to " + std::to_string(SmppSettings::kMaxBinds) + " of trx, tx, rx");
  }
  for (const YAML::Node& item : value) {
    if (auto read = choose(binds.emplace_back(), item, kBinds); !read) return read;
  }
  return {};
}

/// So that the file itself need not hold the password.
Result<void> read_password_variable(Draft& draft, const YAML::Node& value) {
  const char* const password = std::getenv(value.as<std::string>().c_str());
  if (password == nullptr) return fail("names a variable that is not set");
  draft.setup.options.password = password;
  return {};
}

Result<void> read_window(Draft& draft, const YAML::Node& value) {
  const auto window = value.as<int64_t>();
  if (window < 1 || window > static_cast<int64_t>(SmppSettings::kMaxWindow)) {
    return fail("wants 1 to " + std::to_string(SmppSettings::kMaxWindow));
  }
  auto& limits = draft.setup.options.session;
  limits.window = static_cast<size_t>(window);
  // As many receipts may come at once as submits were on their way.
  limits.max_unanswered = std::max(limits.max_unanswered, limits.window);
  return {};
}

Result<void> read_throughput(Draft& draft, const YAML::Node& value) {
  const auto rate = value.as<double>();
  if (!(rate >= 0 && rate <= kMaxThroughput)) return fail("wants messages a second, 0: no limit");
  draft.setup.options.max_messages_per_second = rate;
  return {};
}

Result<void> read_routes(Draft& draft, const YAML::Node& value) {
  if (!value.IsSequence()) return fail("wants a list of prefix and weight");
  for (const YAML::Node& item : value) {
    Route route;
    for (const auto& entry : item) {
      const auto name = entry.first.as<std::string>();
      if (name == "prefix") {
        route.prefix = entry.second.as<std::string>();
      } else if (name == "weight") {
        route.weight = entry.second.as<unsigned>();
      } else {
        return fail("have prefix and weight, not " + name);
      }
    }
    draft.routes.push_back(std::move(route));
  }
  return {};
}

Result<int> read_error_code(const YAML::Node& value) {
  const int code = value.as<int>();
  if (code < kLowestError || code > kHighestError) return fail("wants codes such as 40008");
  return code;
}

Result<void> read_refusals(Draft& draft, const YAML::Node& value) {
  for (const auto& entry : value) {
    const auto named = smpp::status_named(entry.first.as<std::string>());
    const auto status = named ? *named : static_cast<smpp::Status>(entry.first.as<uint32_t>(0));
    if (status == smpp::Status::Ok) return fail("wants statuses: ESME_RINVDSTADR, 0x412");
    const auto code = read_error_code(entry.second);
    if (!code) return tl::unexpected(code.error());
    draft.setup.errors.by_status[status] = *code;
  }
  return {};
}

Result<void> read_receipt_errors(Draft& draft, const YAML::Node& value) {
  for (const auto& entry : value) {
    const auto code = read_error_code(entry.second);
    if (!code) return tl::unexpected(code.error());
    draft.setup.errors.by_receipt[entry.first.as<std::string>()] = *code;
  }
  return {};
}

bool has_digits(std::string_view text, size_t fewest, size_t most) {
  return text.size() >= fewest && text.size() <= most &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

Result<void> read_network(Draft& draft, const YAML::Node& value) {
  carrier::LinkNetwork& network = draft.setup.network;
  for (const auto& entry : value) {
    const auto name = entry.first.as<std::string>();
    const auto given = entry.second.as<std::string>();
    if (name == "carrier") {
      network.carrier = given;
    } else if (name == "mcc" && has_digits(given, 3, 3)) {
      network.mcc = given;
    } else if (name == "mnc" && has_digits(given, 2, 3)) {
      network.mnc = given;
    } else {
      return fail("wants carrier, mcc of three and mnc of two or three digits");
    }
  }
  return {};
}

Result<void> read_network_parameter(Draft& draft, const YAML::Node& value) {
  const auto tag = value.as<uint16_t>();
  if (tag == 0) return fail("wants the tag of a parameter: 0x1403");
  draft.setup.network_tag = static_cast<smpp::Tag>(tag);
  return {};
}

template <class T>
Result<void> assign(T& to, const YAML::Node& value) {
  to = value.as<T>();
  return {};
}

struct Field {
  std::string_view name;
  Result<void> (*read)(Draft&, const YAML::Node&);
};

using D = Draft;
using Y = YAML::Node;

constexpr Field kFields[] = {
    {"name", [](D& d, const Y& v) { return assign(d.setup.name, v); }},
    {"host", [](D& d, const Y& v) { return assign(d.setup.options.host, v); }},
    {"port", [](D& d, const Y& v) { return assign(d.setup.options.port, v); }},
    {"tls", [](D& d, const Y& v) { return assign(d.tls, v); }},
    {"tls-ca", [](D& d, const Y& v) { return assign(d.authority, v); }},
    {"system-id", [](D& d, const Y& v) { return assign(d.setup.options.system_id, v); }},
    {"password", [](D& d, const Y& v) { return assign(d.setup.options.password, v); }},
    {"password-env", read_password_variable},
    {"system-type", [](D& d, const Y& v) { return assign(d.setup.options.system_type, v); }},
    {"binds", read_binds},
    {"window", read_window},
    {"throughput", read_throughput},
    {"routes", read_routes},
    {"long-text", [](D& d, const Y& v) { return choose(d.setup.long_text, v, kLongTexts); }},
    {"alphabet", [](D& d, const Y& v) { return choose(d.setup.default_alphabet, v, kAlphabets); }},
    {"reply-ids", [](D& d, const Y& v) { return choose(d.setup.options.reply_ids, v, kIdForms); }},
    {"receipt-ids",
     [](D& d, const Y& v) { return choose(d.setup.options.receipt_ids, v, kIdForms); }},
    {"refusals", read_refusals},
    {"receipt-errors", read_receipt_errors},
    {"network", read_network},
    {"network-parameter", read_network_parameter},
};

Result<void> read_field(Draft& draft, const std::string& name, const YAML::Node& value) {
  for (const Field& field : kFields) {
    if (field.name == name) return field.read(draft, value);
  }
  return fail("is nothing a link has");
}

Result<void> complete(Draft& draft) {
  LinkSetup& setup = draft.setup;
  if (setup.name.empty() || setup.name.find('|') != std::string::npos) {
    return fail("wants a name without |");
  }
  if (setup.options.host.empty()) return fail("wants a host");
  if (setup.options.port == 0) return fail("wants a port");
  if (draft.routes.empty()) draft.routes.push_back({});
  for (Route& route : draft.routes) route.link = setup.name;
  if (!draft.tls) return draft.authority.empty() ? Result<void>{} : fail("tls-ca wants tls: true");
  auto tls = runtime::TlsContext::client(draft.authority, runtime::TlsContext::Speaks::Other);
  if (!tls) return tl::unexpected(tls.error());
  setup.options.tls = std::move(*tls);
  return {};
}

Result<Draft> read_link(const YAML::Node& item) {
  Draft draft;
  if (!item.IsMap()) return fail("each wants `name: value` lines");
  for (const auto& entry : item) {
    const auto name = entry.first.as<std::string>();
    if (auto read = read_field(draft, name, entry.second); !read) {
      return fail(draft.setup.name + ": " + name + " " + read.error().what);
    }
  }
  if (auto done = complete(draft); !done) {
    return fail(draft.setup.name + ": " + done.error().what);
  }
  return draft;
}

}  // namespace

Result<SmppSettings> read_smpp_links(const YAML::Node& list) {
  if (!list.IsSequence()) return fail("smpp-links wants a list");
  if (list.size() > SmppSettings::kMaxLinks) return fail("smpp-links: too many");
  SmppSettings settings;
  std::set<std::string> names;
  for (const YAML::Node& item : list) {
    auto draft = read_link(item);
    if (!draft) return fail("smpp-links: " + draft.error().what);
    const std::string name = draft->setup.name;
    if (!names.insert(name).second) return fail("smpp-links: two are called " + name);
    settings.links.push_back(std::move(draft->setup));
    for (Route& route : draft->routes) settings.routes.push_back(std::move(route));
  }
  if (auto sound = carrier::Routes::make(settings.routes); !sound) {
    return fail("smpp-links: " + sound.error().what);
  }
  return settings;
}

}  // namespace tandem::app
