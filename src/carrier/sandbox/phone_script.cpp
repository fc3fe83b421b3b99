#include "carrier/sandbox/phone_script.h"

#include <array>
#include <initializer_list>
#include <string>
#include <utility>

namespace tandem::carrier::sandbox {
namespace {

using Pickup = PhoneScript::Pickup;
using Kind = PhoneStep::Kind;

constexpr std::array<std::pair<std::string_view, Pickup>, 7> kPickups = {
    {{"answer", Pickup::Answer},
     {"busy", Pickup::Busy},
     {"ring_out", Pickup::RingOut},
     {"reject", Pickup::Reject},
     {"unknown", Pickup::Unknown},
     {"unreachable", Pickup::Unreachable},
     {"failure", Pickup::Failure}}};

constexpr std::array<std::pair<std::string_view, Kind>, 6> kKinds = {{{"wait", Kind::Wait},
                                                                      {"press", Kind::Press},
                                                                      {"speak", Kind::Speak},
                                                                      {"tone", Kind::Tone},
                                                                      {"echo", Kind::Echo},
                                                                      {"hang_up", Kind::HangUp}}};

template <class Names, class What>
bool find_name(const Names& names, std::string_view name, What& out) {
  for (const auto& [each, value] : names) {
    if (each != name) continue;
    out = value;
    return true;
  }
  return false;
}

template <class Names, class What>
std::string_view name_of(const Names& names, What what) {
  for (const auto& [name, value] : names) {
    if (value == what) return name;
  }
  return {};
}

tl::unexpected<ScriptError> wrong(std::string pointer, std::string what) {
  return tl::unexpected(ScriptError{std::move(pointer), std::move(what)});
}

/// An object whose members are all among `known`.
Result<void, ScriptError> check_members(json::View view, const std::string& pointer,
                                        std::initializer_list<std::string_view> known) {
  if (!view.is_object()) return wrong(pointer, "This must be an object.");
  for (const auto& [name, value] : view.members()) {
    bool found = false;
    for (const std::string_view each : known) found = found || each == name;
    if (!found) return wrong(pointer + "/" + std::string(name), "There is no such member.");
  }
  return {};
}

/// Takes an integer over when there is one.
template <class Out>
Result<void, ScriptError> read_integer(json::View view, const std::string& pointer, Out& out) {
  if (!view.exists()) return {};
  constexpr int64_t kMost = kMaxPhoneTime.count() + 1;
  if (!view.is_integer() || view.integer() < -1 || view.integer() > kMost) {
    return wrong(pointer, "This must be a whole number, at most 3600000.");
  }
  out = Out(view.integer());
  return {};
}

Result<PhoneStep, ScriptError> read_step(json::View view, const std::string& pointer) {
  if (auto ok = check_members(view, pointer, {"do", "ms", "hz", "keys", "text", "language"}); !ok) {
    return tl::unexpected(ok.error());
  }
  PhoneStep step;
  if (!find_name(kKinds, view["do"].string(), step.kind)) {
    return wrong(pointer + "/do", "A phone can wait, press, speak, tone, echo and hang_up.");
  }
  if (auto ok = read_integer(view["ms"], pointer + "/ms", step.time); !ok) {
    return tl::unexpected(ok.error());
  }
  int64_t hz = 0;
  if (auto ok = read_integer(view["hz"], pointer + "/hz", hz); !ok) {
    return tl::unexpected(ok.error());
  }
  step.hz = hz < 0 || hz > kMaxToneHz ? 0 : static_cast<uint16_t>(hz);
  step.text = view[step.kind == Kind::Press ? "keys" : "text"].string();
  step.language = view["language"].string(step.language);
  return step;
}

json::Value step_json(const PhoneStep& step) {
  json::Value value = json::Value::object({{"do", name_of(kKinds, step.kind)}});
  if (step.kind == Kind::Press) value.set("keys", step.text);
  if (step.kind == Kind::Speak) {
    value.set("text", step.text);
    value.set("language", step.language);
  }
  if (step.kind == Kind::Tone) value.set("hz", static_cast<int64_t>(step.hz));
  if (step.kind == Kind::Tone || step.kind == Kind::Wait) {
    value.set("ms", static_cast<int64_t>(step.time.count()));
  }
  return value;
}

}  // namespace

Result<PhoneScript, ScriptError> read_script(json::View view) {
  if (auto ok = check_members(view, "", {"pickup", "answer_after_ms", "steps"}); !ok) {
    return tl::unexpected(ok.error());
  }
  PhoneScript script;
  if (!find_name(kPickups, view["pickup"].string("answer"), script.pickup)) {
    return wrong("/pickup",
                 "A phone can answer, be busy, ring_out, reject, be unknown or unreachable, and "
                 "its carrier can have a failure.");
  }
  if (auto ok = read_integer(view["answer_after_ms"], "/answer_after_ms", script.answer_after);
      !ok) {
    return tl::unexpected(ok.error());
  }
  const json::View steps = view["steps"];
  if (steps.exists() && !steps.is_array()) return wrong("/steps", "Steps are a list.");
  if (steps.size() > kMaxPhoneSteps) return wrong("/steps", "A script has at most 50 steps.");
  for (const json::View each : steps.items()) {
    auto step = read_step(each, "/steps/" + std::to_string(script.steps.size()));
    if (!step) return tl::unexpected(step.error());
    script.steps.push_back(std::move(*step));
  }
  if (auto ok = check(script); !ok) return tl::unexpected(ok.error());
  return script;
}

json::Value script_json(const PhoneScript& script) {
  json::Value steps = json::Value::array();
  for (const PhoneStep& step : script.steps) steps.items().push_back(step_json(step));
  return json::Value::object(
      {{"pickup", name_of(kPickups, script.pickup)},
       {"answer_after_ms", static_cast<int64_t>(script.answer_after.count())},
       {"steps", std::move(steps)}});
}

}  // namespace tandem::carrier::sandbox
