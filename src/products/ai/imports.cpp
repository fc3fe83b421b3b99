#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/resource_engine.h"
#include "contract/operations.h"
#include "http/message.h"
#include "products/ai/ai.h"
#include "products/ai/providers.h"
#include "products/ai/versions.h"
#include "products/common/fetcher.h"
#include "products/common/secret_box.h"
#include "products/common/waiting_reply.h"

// Assistants that were made with another provider: read from its API with a key that the account
// keeps as an integration secret, and made anew here.

namespace tandem::products::ai {
namespace {

using api::ApiError;
using api::Call;
using api::Effects;
using api::Moment;
using api::Outcome;
using api::refuse;
using contract::Op;

constexpr std::string_view kSecrets = "integration_secrets";
constexpr size_t kMostAssistants = 100;  // of one import
constexpr size_t kMostBytes = 4 << 20;   // of one answer of a provider

ApiError provider_error(const FetchError& error) {
  if (error.kind == FetchError::Kind::Status && (error.status == 401 || error.status == 403)) {
    return {"10015", "The provider does not accept the key.", "/api_key_ref"};
  }
  return {"10015", "The provider could not be asked: " + error.what, "/provider"};
}

/// One import on its way. It lives as long as something is asked for.
class Import : public std::enable_shared_from_this<Import> {
 public:
  Import(const api::Registry& registry, const Services& services, std::string account,
         std::string key, WaitingReply::Respond respond)
      : registry_(registry),
        services_(services),
        account_(std::move(account)),
        key_(std::move(key)),
        waiting_(std::make_shared<WaitingReply>(std::move(respond))) {}

  /// Vapi gives all assistants at once.
  void read_vapi() {
    auto options = with_header("authorization", "Bearer " + key_);
    const std::string url = services_.providers.vapi_url + "/assistant?limit=100";
    ask(url, options, [](Import& self, json::View answer) {
      for (const json::View one : answer.items()) self.take(read_vapi_assistant(one));
      self.finish();
    });
  }

  /// ElevenLabs names agents page by page, and tells of each by itself.
  void read_elevenlabs(const std::string& cursor = {}) {
    std::string url = services_.providers.elevenlabs_url + "/v1/convai/agents?page_size=100";
    if (!cursor.empty()) url += "&cursor=" + http::url_encode(cursor);
    ask(url, with_header("xi-api-key", key_), [](Import& self, json::View answer) {
      for (const json::View agent : answer["agents"].items()) {
        if (self.ids_.size() < kMostAssistants) self.ids_.emplace_back(agent["agent_id"].string());
      }
      const bool more = answer["has_more"].boolean() && self.ids_.size() < kMostAssistants;
      const std::string next(answer["next_cursor"].string());
      if (more && !next.empty()) return self.read_elevenlabs(next);
      self.read_next_agent();
    });
  }

 private:
  using Use = void (*)(Import&, json::View);

  static FetchOptions with_header(std::string name, std::string value) {
    FetchOptions options;
    options.max_bytes = kMostBytes;
    options.headers = {{std::move(name), std::move(value)}};
    return options;
  }

  void ask(const std::string& url, FetchOptions options, Use use) {
    services_.fetcher.fetch(url, std::move(options),
                            [self = shared_from_this(), use](Result<Fetched, FetchError> answer) {
                              if (!answer) {
                                return self->waiting_->refuse(provider_error(answer.error()));
                              }
                              const auto document = json::Document::parse(answer->body);
                              if (!document) {
                                return self->waiting_->refuse(ApiError(
                                    "10015", "The provider's answer is no JSON.", "/provider"));
                              }
                              use(*self, document->root());
                            });
  }

  void read_next_agent() {
    if (next_ == ids_.size()) return finish();
    const std::string url =
        services_.providers.elevenlabs_url + "/v1/convai/agents/" + http::url_encode(ids_[next_++]);
    ask(url, with_header("xi-api-key", key_), [](Import& self, json::View agent) {
      self.take(read_elevenlabs_agent(agent));
      self.read_next_agent();
    });
  }

  void take(std::optional<json::Value> input) {
    if (input && inputs_.size() < kMostAssistants) inputs_.push_back(std::move(*input));
  }

  /// All of them are made, or none.
  void finish() {
    services_.decide([&registry = registry_, account = account_, inputs = inputs_,
                      waiting = waiting_](const Moment& moment, const store::Snapshot&) -> Outcome {
      const api::ResourceEngine* assistants = registry.engine(kAssistants);
      Effects effects;
      json::Array made;
      for (const json::Value& input : inputs) {
        json::Value assistant = assistants->make(moment, input);
        assistant.set("_main", keep_version(assistant, account, moment, effects));
        assistants->put_new(account, moment.now, assistant, effects);
        assistant.members().erase("_main");
        made.push_back(std::move(assistant));
      }
      json::Value body = json::Value::object();
      body.set("data", std::move(made));
      effects.after_commit.push_back(
          [waiting, text = body.text()] { waiting->answer(api::Reply::json(text, 200)); });
      return effects;
    });
  }

  const api::Registry& registry_;
  const Services services_;
  std::string account_;
  std::string key_;
  WaitingReplyPtr waiting_;
  std::vector<std::string> ids_;
  size_t next_ = 0;
  json::Array inputs_;
};

/// The key behind the name that the request gives.
Result<std::string, ApiError> find_key(const Call& call, const store::Snapshot& snapshot,
                                       const SecretBox& secrets) {
  const std::string_view name = call.body["api_key_ref"].string();
  const auto row = snapshot.find(kSecrets, call.account.id, "identifier", name);
  if (!row) return refuse("10017", "You keep no secret under this name.", "/api_key_ref");
  const json::Value secret = api::document_of(*row);
  auto key =
      secrets.open_sealed(secret["_token"].string(), call.account.id + "/integration_secret");
  if (!key) return refuse("10015", "The secret is no bearer token.", "/api_key_ref");
  return std::move(*key);
}

Outcome import(const api::Registry& registry, const Services& services, const Call& call,
               const store::Snapshot& snapshot) {
  auto key = find_key(call, snapshot, services.secrets);
  if (!key) return tl::unexpected(key.error());
  const bool vapi = call.body["provider"].string() == "vapi";
  Effects effects;
  effects.reply.later = [&registry, services, account = call.account.id, key = std::move(*key),
                         vapi](WaitingReply::Respond respond) {
    auto started = std::make_shared<Import>(registry, services, account, key, std::move(respond));
    if (vapi) {
      started->read_vapi();
    } else {
      started->read_elevenlabs();
    }
  };
  return effects;
}

}  // namespace

void declare_imports(api::Registry& registry, const Services& services) {
  registry.bind(Op::ImportAssistantsPublicAssistantsImportPost,
                [&registry, services](const Call& call, const store::Snapshot& snapshot) {
                  return import(registry, services, call, snapshot);
                });
}

}  // namespace tandem::products::ai
