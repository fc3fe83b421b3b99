#include "products/voice/detection.h"

#include <utility>

#include "products/voice/charges.h"

namespace tandem::products::voice {
namespace {

std::string_view plain_result(media::AmdResult result) {
  switch (result) {
    case media::AmdResult::Human:
      return "human";
    case media::AmdResult::NotSure:
      return "not_sure";
    default:
      return "machine";
  }
}

std::string_view premium_result(media::AmdResult result) {
  switch (result) {
    case media::AmdResult::Human:
      return "human_residence";
    case media::AmdResult::Machine:
      return "machine";
    case media::AmdResult::Silence:
      return "silence";
    case media::AmdResult::Fax:
      return "fax_detected";
    case media::AmdResult::NotSure:
      break;
  }
  return "not_sure";
}

std::string_view greeting_result(media::AmdGreetingEnd result) {
  switch (result) {
    case media::AmdGreetingEnd::Beep:
      return "beep_detected";
    case media::AmdGreetingEnd::Ended:
      return "ended";
    case media::AmdGreetingEnd::NotSure:
      break;
  }
  return "not_sure";
}

json::Value result_payload(std::string_view result) {
  return json::Value::object({{"result", result}});
}

}  // namespace

Detection read_detection(std::string_view mode, json::View config) {
  Detection detection;
  detection.premium = mode == "premium";
  const auto read = [&](std::string_view name, int64_t& to) { to = config[name].integer(to); };
  read("after_greeting_silence_millis", detection.after_greeting_silence_millis);
  read("between_words_silence_millis", detection.between_words_silence_millis);
  read("greeting_duration_millis", detection.greeting_duration_millis);
  read("greeting_silence_duration_millis", detection.greeting_silence_duration_millis);
  read("greeting_total_analysis_time_millis", detection.greeting_total_analysis_time_millis);
  read("initial_silence_millis", detection.initial_silence_millis);
  read("maximum_number_of_words", detection.maximum_number_of_words);
  read("maximum_word_length_millis", detection.maximum_word_length_millis);
  read("silence_threshold", detection.silence_threshold);
  read("total_analysis_time_millis", detection.total_analysis_time_millis);
  return detection;
}

void start_detection(Turn& turn, CallState& call, const json::Value& asked) {
  call.detection = asked["mode"].string();
  const std::string config = asked["config"].text();
  const auto parsed = json::Document::parse(config);
  turn.order(orders::Detect{
      call.id, read_detection(call.detection, parsed ? parsed->root() : json::View())});
}

void on_report(Turn& turn, CallState& call, const reports::Detected& report) {
  if (call.detection.empty()) return;
  const bool premium = call.detection == "premium";
  if (premium) {
    turn.tell(call, "call.machine.premium.detection.ended",
              result_payload(premium_result(report.result)));
  } else {
    turn.tell(call, "call.machine.detection.ended", result_payload(plain_result(report.result)));
  }
  json::Value about = json::Value::object({{"invoked_at", to_iso8601(turn.now())},
                                           {"is_telnyx_billable", true},
                                           {"rate_measured_in", "invocations"}});
  if (premium) about.set("feature", "PREMIUM");
  charge_service(turn, call, "amd", "amd", 0, std::move(about));
  const bool machine = report.result == media::AmdResult::Machine;
  if (!machine || call.detection == "detect") {
    call.detection.clear();
    turn.order(orders::StopDetecting{call.id});
  }
}

void on_report(Turn& turn, CallState& call, const reports::GreetingEnded& report) {
  if (call.detection.empty()) return;
  const std::string mode = std::exchange(call.detection, {});
  const bool beep = report.result == media::AmdGreetingEnd::Beep;
  if (mode == "detect_beep" && !beep) return;
  if (mode == "premium") {
    turn.tell(call, "call.machine.premium.greeting.ended",
              result_payload(beep ? "beep_detected" : "no_beep_detected"));
  } else {
    turn.tell(call, "call.machine.greeting.ended", result_payload(greeting_result(report.result)));
  }
}

}  // namespace tandem::products::voice
