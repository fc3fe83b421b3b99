#include <algorithm>
#include <string>

#include "api/resource_engine.h"
#include "contract/operations.h"
#include "core/e164.h"
#include "products/common/country_of.h"
#include "products/common/steps.h"
#include "products/verify/verify.h"

// A code is sent to a phone, and who names it has the phone. A verification is pending until the
// code was named, too many wrong ones were, or its time is over.

namespace tandem::products::verify {
namespace {

using api::ApiError;
using api::Call;
using api::Effects;
using api::Outcome;
using api::refuse;
using contract::Op;
using store::Compare;

constexpr std::string_view kVerifications = "verifications";
constexpr std::string_view kProfiles = "verify_profiles";
constexpr std::string_view kTemplates = "verify_profiles_templates";
constexpr std::string_view kExpire = "verify.expire";
constexpr std::string_view kUsualText = "Your {{app_name}} verification code is {{code}}.";
constexpr int64_t kUsualDigits = 5;
constexpr int64_t kMostDigits = 10;
constexpr int64_t kUsualTimeout = 300;    // seconds
constexpr int64_t kLongestTimeout = 600;  // seconds
constexpr size_t kMostCustomCode = 10;

/// How the code goes: operation, settings of the profile, and what answers call it.
struct Kind {
  std::string_view name;  // "sms": of the profile's settings and of the verification
  PhoneCode::Way way;
};
constexpr Kind kText{"sms", PhoneCode::Way::Text};
constexpr Kind kCall{"call", PhoneCode::Way::Call};
constexpr Kind kFlashCall{"flashcall", PhoneCode::Way::FlashCall};

std::string replaced(std::string text, std::string_view mark, std::string_view value) {
  for (size_t at = text.find(mark); at != std::string::npos;
       at = text.find(mark, at + value.size())) {
    text.replace(at, mark.size(), value);
  }
  return text;
}

bool may_go_to(const json::Value& settings, std::string_view phone_number) {
  const std::string_view country = country_of(phone_number);
  const json::Value& list = settings["whitelisted_destinations"];
  if (!list.is_array()) return false;
  const auto& allowed = list.items();
  return std::any_of(allowed.begin(), allowed.end(), [&](const json::Value& one) {
    return one.string() == country || one.string() == "*";
  });
}

/// What is written or said, with the mark of the code still in it.
std::string words_of(const store::Snapshot& snapshot, const json::Value& profile,
                     const json::Value& settings) {
  std::string text(kUsualText);
  if (const auto row = snapshot.get(kTemplates, settings["messaging_template_id"].string())) {
    text = api::document_of(*row)["text"].string();
  }
  const std::string_view app = settings["app_name"].string();
  return replaced(std::move(text), "{{app_name}}", app.empty() ? profile["name"].string() : app);
}

Result<json::Value, ApiError> find_profile(const Call& call, const store::Snapshot& snapshot) {
  const auto row =
      api::find_own(snapshot, call.account, kProfiles, call.body["verify_profile_id"].string());
  if (!row) {
    return refuse("10017", "Your account has no verify profile of this id.", "/verify_profile_id");
  }
  return api::document_of(*row);
}

Result<void, ApiError> check_request(const Call& call, const json::Value& profile,
                                     const Kind& kind) {
  const std::string_view number = call.body["phone_number"].string();
  if (!is_e164(number)) return refuse("10016", "This is no E.164 number.", "/phone_number");
  const json::Value& settings = profile[kind.name];
  if (!settings.is_object()) {
    return refuse("10027",
                  "The profile has no settings for this way: " + std::string(kind.name) + ".",
                  "/verify_profile_id");
  }
  if (!may_go_to(settings, number)) {
    return refuse("10027", "The profile does not allow this destination.", "/phone_number");
  }
  if (call.body["custom_code"].string().size() > kMostCustomCode) {
    return refuse("10025", "A code has at most 10 characters.", "/custom_code");
  }
  const int64_t timeout = call.body["timeout_secs"].integer(kUsualTimeout);
  if (timeout < 1 || timeout > kLongestTimeout) {
    return refuse("10033", "A code is good for 1 to 600 seconds.", "/timeout_secs");
  }
  return {};
}

std::string code_for(const Call& call, const json::Value& settings, const Kind& kind) {
  if (kind.way == PhoneCode::Way::FlashCall) return make_code(call.ids, kFlashCallDigits);
  const std::string_view custom = call.body["custom_code"].string();
  if (!custom.empty()) return std::string(custom);
  const int64_t digits =
      std::clamp<int64_t>(settings["code_length"].integer(kUsualDigits), 1, kMostDigits);
  return make_code(call.ids, static_cast<size_t>(digits));
}

Outcome send_code(const api::Registry& registry, const PhoneCodes& codes, const Kind& kind,
                  const Call& call, const store::Snapshot& snapshot) {
  const auto profile = find_profile(call, snapshot);
  if (!profile) return tl::unexpected(profile.error());
  if (auto ok = check_request(call, *profile, kind); !ok) return tl::unexpected(ok.error());
  const json::Value& settings = (*profile)[kind.name];
  const std::string code = code_for(call, settings, kind);
  const int64_t timeout = call.body["timeout_secs"].integer(
      settings["default_verification_timeout_secs"].integer(kUsualTimeout));
  const std::string number(call.body["phone_number"].string());
  json::Value input = json::Value::object({{"phone_number", number},
                                           {"verify_profile_id", (*profile)["id"]},
                                           {"type", kind.name},
                                           {"status", "pending"},
                                           {"timeout_secs", timeout},
                                           {"_code", code},
                                           {"_tries", 0}});
  if (call.body["custom_code"].is_string()) input.set("custom_code", code);
  const api::ResourceEngine* verifications = registry.engine(kVerifications);
  const json::Value made = verifications->make({call.now, call.ids}, input);
  Effects effects;
  const PhoneCode phone_code{.way = kind.way,
                             .to = number,
                             .code = code,
                             .words = words_of(snapshot, *profile, settings),
                             .sender = std::string(settings["alpha_sender"].string("Tandem")),
                             .language = std::string((*profile)["language"].string("en-US"))};
  auto sent = codes.send(phone_code, {call.now, call.ids}, snapshot, effects);
  if (!sent) return tl::unexpected(sent.error());
  verifications->put_new(call.account.id, call.now, made, effects);
  effects.timers.push_back(document_timer(kExpire, made["id"].string(), call.account.id,
                                          call.now + std::chrono::seconds(timeout)));
  effects.reply = verifications->reply(call, snapshot, made);
  return effects;
}

/// Answers whether the code was right, and keeps what follows from it.
Effects judge(const api::Registry& registry, const Call& call, const store::Row& row,
              bool accepted) {
  json::Value verification = api::document_of(row);
  const int64_t tries = verification["_tries"].integer() + 1;
  verification.set("_tries", tries);
  if (accepted) verification.set("status", "accepted");
  if (!accepted && tries >= kMostCodeTries) verification.set("status", "invalid");
  Effects effects;
  registry.engine(kVerifications)->put(row, verification, call.now, effects);
  effects.reply = api::Reply::data(
      json::Value::object({{"phone_number", verification["phone_number"]},
                           {"response_code", accepted ? "accepted" : "rejected"}}));
  return effects;
}

/// By the code, or, where the client made and checks it, by what the client says of it.
Outcome check_by_id(const api::Registry& registry, const Call& call,
                    const store::Snapshot& snapshot) {
  const auto row =
      api::find_own(snapshot, call.account, kVerifications, call.param("verification_id"));
  if (!row) return tl::unexpected(row.error());
  const json::Value verification = api::document_of(*row);
  if (verification["status"].string() != "pending") {
    return refuse("10027", "The verification is not pending any more.");
  }
  const bool told = call.body["status"].is_string();
  if (!told && !call.body["code"].is_string()) {
    return refuse("10004", "Name the code, or what became of it.", "/code");
  }
  return judge(registry, call, *row,
               told ? call.body["status"].string() == "accepted"
                    : call.body["code"].string() == verification["_code"].string());
}

/// The newest code that was sent there for the profile counts.
Outcome check_by_number(const api::Registry& registry, const Call& call,
                        const store::Snapshot& snapshot) {
  const auto profile = find_profile(call, snapshot);
  if (!profile) return tl::unexpected(profile.error());
  store::Query query;
  query.collection = kVerifications;
  query.account = call.account.id;
  query.limit = 1;
  query.where = {{"phone_number", Compare::Eq, {std::string(call.param("phone_number"))}},
                 {"verify_profile_id", Compare::Eq, {std::string((*profile)["id"].string())}},
                 {"status", Compare::Eq, {std::string("pending")}}};
  const auto rows = snapshot.list(query).rows;
  if (rows.empty()) {
    return tl::unexpected(ApiError::not_found("No verification of this number is pending."));
  }
  const json::Value verification = api::document_of(rows.front());
  return judge(registry, call, rows.front(),
               call.body["code"].string() == verification["_code"].string());
}

Outcome show(const api::Registry& registry, const Call& call, const store::Snapshot& snapshot) {
  const auto row =
      api::find_own(snapshot, call.account, kVerifications, call.param("verification_id"));
  if (!row) return tl::unexpected(row.error());
  Effects effects;
  effects.reply = registry.engine(kVerifications)->reply(call, snapshot, api::document_of(*row));
  return effects;
}

Effects expire(const api::Step& step, const store::Snapshot& snapshot) {
  Effects effects;
  auto verification = step_document(step, snapshot, kVerifications);
  if (!verification || verification->fields["status"].string() != "pending") return effects;
  verification->fields.set("status", "expired");
  put_back(kVerifications, *verification, step.now, effects);
  return effects;
}

using Handle = Outcome (*)(const api::Registry&, const Call&, const store::Snapshot&);

void bind(api::Registry& registry, Op op, Handle handle) {
  registry.bind(op, [&registry, handle](const Call& call, const store::Snapshot& snapshot) {
    return handle(registry, call, snapshot);
  });
}

}  // namespace

void declare_verifications(api::Registry& registry, const PhoneCodes& codes) {
  const auto bind_send = [&](Op op, const Kind& kind) {
    registry.bind(op, [&registry, &codes, &kind](const Call& call, const store::Snapshot& s) {
      return send_code(registry, codes, kind, call, s);
    });
  };
  bind_send(Op::CreateVerificationSms, kText);
  bind_send(Op::CreateVerificationCall, kCall);
  bind_send(Op::CreateFlashcallVerification, kFlashCall);
  bind(registry, Op::VerifyVerificationCodeById, check_by_id);
  bind(registry, Op::VerifyVerificationCodeByPhoneNumber, check_by_number);
  bind(registry, Op::RetrieveVerification, show);
  registry.workflow(std::string(kExpire), expire);
  registry.resource({.path = "/verifications/by_phone_number/{phone_number}",
                     .collection = std::string(kVerifications),
                     .item_path = "/verifications/{verification_id}",
                     .record_type = "verification",
                     .parent_field = "phone_number",
                     .indexes = {{.path = "verify_profile_id"}}});
}

}  // namespace tandem::products::verify
