#include "app/sandbox_phones.h"

#include <charconv>
#include <filesystem>
#include <utility>
#include <vector>

#include "app/sandbox_http.h"
#include "carrier/sandbox/phone_script.h"
#include "core/e164.h"

namespace tandem::app {
namespace {

using carrier::sandbox::PhoneCall;
using carrier::sandbox::PhoneNetwork;
using carrier::sandbox::PhoneScript;
using carrier::sandbox::PhoneStep;
using carrier::sandbox::ScriptError;
using http::Method;

constexpr std::string_view kSubscribers = "/sandbox/subscribers";
constexpr std::string_view kCalls = "/sandbox/calls";
constexpr size_t kShownCalls = 50;
constexpr int kUnprocessable = 422;

/// The parts of the path behind `prefix`: "/sandbox/calls/7/steps" gives "7" and "steps".
std::vector<std::string> parts_behind(const Exchanges& exchange, std::string_view prefix) {
  std::string_view rest = exchange->head().path().substr(prefix.size());
  std::vector<std::string> parts;
  while (!rest.empty()) {
    rest.remove_prefix(1);  // the slash
    const size_t end = std::min(rest.find('/'), rest.size());
    if (end > 0) parts.push_back(http::url_decode(rest.substr(0, end)).value_or(std::string()));
    rest.remove_prefix(end);
  }
  return parts;
}

void not_found(const Exchanges& exchange) {
  refuse(exchange, 404, contract::ApiError::not_found());
}

void refuse_script(const Exchanges& exchange, const ScriptError& error) {
  refuse(exchange, kUnprocessable, {"10015", error.what, error.pointer});
}

json::Value subscriber_json(const std::string& number, const PhoneScript& script) {
  json::Value value = json::Value::object({{"number", number}});
  const json::Value members = carrier::sandbox::script_json(script);
  for (const auto& [name, member] : members.members()) {
    value.set(name, member);
  }
  return value;
}

void list_subscribers(const Exchanges& exchange, PhoneNetwork& network) {
  if (!is(exchange, Method::Get)) return;
  json::Value all = json::Value::array();
  for (const auto& [number, script] : network.book().list()) {
    all.items().push_back(subscriber_json(number, script));
  }
  exchange->respond(data_response(all));
}

void set_subscriber(const Exchanges& exchange, PhoneNetwork& network, const std::string& number) {
  with_json(exchange, Method::Put, [exchange, &network, number](json::View body) {
    auto script = carrier::sandbox::read_script(body);
    if (!script) return refuse_script(exchange, script.error());
    if (!network.book().set(number, *script)) {
      return refuse(exchange, kUnprocessable, {"10015", "At most 10000 numbers have a script."});
    }
    exchange->respond(data_response(subscriber_json(number, *script)));
  });
}

void serve_subscribers(const Exchanges& exchange, PhoneNetwork& network) {
  const std::vector<std::string> parts = parts_behind(exchange, kSubscribers);
  if (parts.empty()) return list_subscribers(exchange, network);
  const std::string& number = parts.front();
  if (parts.size() > 1) return not_found(exchange);
  if (!is_e164(number)) {
    return refuse(exchange, kUnprocessable,
                  {"10015", "Subscribers have E.164 numbers: +13125550123."});
  }
  const Method method = exchange->head().method;
  if (method == Method::Put) return set_subscriber(exchange, network, number);
  if (method == Method::Delete) {
    if (!network.book().remove(number)) return not_found(exchange);
  } else if (!is(exchange, Method::Get)) {
    return;
  }
  exchange->respond(data_response(subscriber_json(number, network.book().script_of(number))));
}

std::string_view status_of(const PhoneCall& call) {
  switch (call.status) {
    case PhoneCall::Status::Ringing:
      return "ringing";
    case PhoneCall::Status::Answered:
      return "answered";
    case PhoneCall::Status::Ended:
      return "ended";
  }
  return {};
}

json::Value time_json(const std::optional<WallTime>& time) {
  return time ? json::Value(to_iso8601(*time)) : json::Value();
}

json::Value call_json(const PhoneCall& call) {
  json::Value headers = json::Value::array();
  for (const auto& [name, value] : call.headers) {
    headers.items().push_back(json::Value::object({{"name", name}, {"value", value}}));
  }
  json::Value shown = json::Value::object({{"id", call.id},
                                           {"direction", call.made ? "outgoing" : "incoming"},
                                           {"number", call.phone},
                                           {"from", call.from},
                                           {"to", call.to},
                                           {"status", status_of(call)},
                                           {"codec", call.codec},
                                           {"digits", call.digits},
                                           {"started_at", to_iso8601(call.started_at)},
                                           {"answered_at", time_json(call.answered_at)},
                                           {"ended_at", time_json(call.ended_at)},
                                           {"hangup_cause", json::Value()},
                                           {"sip_code", json::Value()},
                                           {"recording", json::Value()},
                                           {"headers", std::move(headers)}});
  if (call.status == PhoneCall::Status::Ended) {
    shown.set("hangup_cause", call.cause);
    shown.set("sip_code", call.sip_code);
  }
  if (!call.recording.empty()) {
    shown.set("recording", json::Value::object(
                               {{"path", std::string(kCalls) + "/" + call.id + "/recording"},
                                {"duration_millis", static_cast<int64_t>(call.recorded.count())}}));
  }
  return shown;
}

void list_calls(const Exchanges& exchange, PhoneNetwork& network) {
  size_t limit = kShownCalls;
  std::string number;
  const auto query = http::parse_form(exchange->head().query());
  for (const auto& [name, value] : query.value_or(decltype(query)::value_type())) {
    if (name == "limit") std::from_chars(value.data(), value.data() + value.size(), limit);
    if (name == "number") number = value.starts_with(' ') ? "+" + value.substr(1) : value;
  }
  json::Value all = json::Value::array();
  for (const PhoneCall& call : network.log().list(number, limit)) {
    all.items().push_back(call_json(call));
  }
  exchange->respond(data_response(all));
}

/// The steps of a body, or answers what is wrong with them.
std::optional<std::vector<PhoneStep>> steps_of(const Exchanges& exchange, json::View body) {
  json::Value only = json::Value::object();
  if (body["steps"].exists()) only.set("steps", json::Value(body["steps"]));
  const auto document = json::Document::parse(only.text());
  auto script = carrier::sandbox::read_script(document->root());
  if (script) return std::move(script->steps);
  refuse_script(exchange, script.error());
  return std::nullopt;
}

void make_call(const Exchanges& exchange, PhoneNetwork& network, const std::string& platform) {
  with_json(exchange, Method::Post, [exchange, &network, platform](json::View body) {
    for (const char* member : {"from", "to"}) {
      if (is_e164(body[member].string())) continue;
      return refuse(
          exchange, kUnprocessable,
          {"10015", "This must be an E.164 number: +13125550123.", std::string("/") + member});
    }
    auto steps = steps_of(exchange, body);
    if (!steps) return;
    const std::string id =
        network.call(std::string(body["from"].string()), std::string(body["to"].string()), platform,
                     std::move(*steps));
    exchange->respond(data_response(call_json(network.log().find(id).value_or(PhoneCall())), 201));
  });
}

void send_recording(const Exchanges& exchange, const PhoneCall& call) {
  if (!is(exchange, Method::Get)) return;
  std::error_code error;
  const auto size = std::filesystem::file_size(call.recording, error);
  if (call.recording.empty() || error) return not_found(exchange);
  http::Response response;
  response.headers.add("Content-Type", "audio/wav");
  response.file = http::FileBody{call.recording, 0, size};
  exchange->respond(std::move(response));
}

/// More to do for a phone whose call goes on.
void add_steps(const Exchanges& exchange, PhoneNetwork& network, const PhoneCall& call) {
  with_json(exchange, Method::Post, [exchange, &network, call](json::View body) {
    auto steps = steps_of(exchange, body);
    if (!steps) return;
    network.then(call.id, std::move(*steps));
    exchange->respond(data_response(call_json(call), 202));
  });
}

void steer(const Exchanges& exchange, PhoneNetwork& network, const PhoneCall& call, bool hang_up) {
  if (!is(exchange, Method::Post)) return;
  if (call.status == PhoneCall::Status::Ended) {
    return refuse(exchange, kUnprocessable, {"90018", "The call has ended."});
  }
  if (!hang_up) return add_steps(exchange, network, call);
  network.hang_up(call.id);
  exchange->respond(data_response(call_json(call), 202));
}

void serve_calls(const Exchanges& exchange, PhoneNetwork& network, const std::string& platform) {
  const std::vector<std::string> parts = parts_behind(exchange, kCalls);
  if (parts.empty() && exchange->head().method == Method::Get) {
    return list_calls(exchange, network);
  }
  if (parts.empty()) return make_call(exchange, network, platform);
  const auto call = network.log().find(parts.front());
  if (!call || parts.size() > 2) return not_found(exchange);
  const std::string verb = parts.size() > 1 ? parts[1] : std::string();
  if (verb == "recording") return send_recording(exchange, *call);
  if (verb == "steps" || verb == "hangup") return steer(exchange, network, *call, verb == "hangup");
  if (!verb.empty()) return not_found(exchange);
  if (is(exchange, Method::Get)) exchange->respond(data_response(call_json(*call)));
}

}  // namespace

void mount_sandbox_phones(api::Site& site, PhoneNetwork& network,
                          std::function<std::string()> platform) {
  site.mount_below(std::string(kSubscribers),
                   [&network](const Exchanges& exchange) { serve_subscribers(exchange, network); });
  site.mount_below(std::string(kCalls),
                   [&network, platform = std::move(platform)](const Exchanges& exchange) {
                     serve_calls(exchange, network, platform());
                   });
}

}  // namespace tandem::app
