#include "products/ai/providers.h"

namespace tandem::products::ai {
namespace {

/// What an assistant without a model of its own thinks with.
constexpr std::string_view kUsualModel = "openai/gpt-4o";

json::Value metadata(std::string_view provider, json::View id) {
  return json::Value::object({{"import_provider", provider}, {"import_id", id.string()}});
}

/// A model's name as this platform writes it: "<owner>/<model>".
std::string model_name(std::string_view owner, std::string_view model) {
  if (model.empty()) return std::string(kUsualModel);
  if (model.find('/') != std::string_view::npos) return std::string(model);
  if (owner.empty()) {
    owner = model.starts_with("claude")   ? "anthropic"
            : model.starts_with("gemini") ? "google"
                                          : "openai";
  }
  return std::string(owner).append("/").append(model);
}

json::Value hangup_tool() {
  return json::Value::object({{"type", "hangup"}, {"hangup", json::Value::object({})}});
}

json::Value webhook_tool(std::string_view name, std::string_view description, std::string_view url,
                         std::string_view method) {
  json::Value webhook = json::Value::object(
      {{"name", name}, {"description", description}, {"url", url}, {"method", method}});
  json::Value tool = json::Value::object({{"type", "webhook"}});
  tool.set("webhook", std::move(webhook));
  return tool;
}

/// Parameters of a body, when they are described as an object.
void take_body(json::Value& tool, json::View schema) {
  if (!schema.is_object() || schema["type"].string() != "object") return;
  json::Value body = json::Value::object({{"type", "object"}});
  if (schema["properties"].is_object()) body.set("properties", json::Value(schema["properties"]));
  if (schema["required"].is_array()) body.set("required", json::Value(schema["required"]));
  tool.member("webhook").set("body_parameters", std::move(body));
}

/// Those that have a counterpart here; the others stay behind.
json::Value elevenlabs_tools(json::View tools) {
  json::Value all = json::Value::array();
  for (const json::View tool : tools.items()) {
    const std::string_view type = tool["type"].string();
    if (type == "system" && tool["name"].string() == "end_call") all.push(hangup_tool());
    if (type != "webhook") continue;
    const json::View schema = tool["api_schema"];
    json::Value made = webhook_tool(tool["name"].string(), tool["description"].string(),
                                    schema["url"].string(), schema["method"].string("GET"));
    take_body(made, schema["request_body_schema"]);
    all.push(std::move(made));
  }
  return all;
}

json::Value vapi_tools(json::View tools) {
  json::Value all = json::Value::array();
  for (const json::View tool : tools.items()) {
    const std::string_view type = tool["type"].string();
    if (type == "endCall") all.push(hangup_tool());
    if (type != "apiRequest") continue;
    json::Value made = webhook_tool(tool["name"].string(), tool["description"].string(),
                                    tool["url"].string(), tool["method"].string("POST"));
    take_body(made, tool["body"]);
    all.push(std::move(made));
  }
  return all;
}

/// What the system messages of a model say, one paragraph each.
std::string system_words(json::View messages) {
  std::string words;
  for (const json::View message : messages.items()) {
    if (message["role"].string() != "system") continue;
    if (!words.empty()) words += "\n\n";
    words += message["content"].string();
  }
  return words;
}

}  // namespace

std::optional<json::Value> read_elevenlabs_agent(json::View agent) {
  if (agent["name"].string().empty()) return std::nullopt;
  const json::View spoken = agent["conversation_config"]["agent"];
  const json::View prompt = spoken["prompt"];
  json::Value input =
      json::Value::object({{"name", agent["name"].string()},
                           {"instructions", prompt["prompt"].string()},
                           {"greeting", spoken["first_message"].string()},
                           {"model", model_name({}, prompt["llm"].string())},
                           {"import_metadata", metadata("elevenlabs", agent["agent_id"])}});
  input.set("tools", elevenlabs_tools(prompt["tools"]));
  const json::View variables = spoken["dynamic_variables"]["dynamic_variable_placeholders"];
  if (variables.is_object()) input.set("dynamic_variables", json::Value(variables));
  return input;
}

std::optional<json::Value> read_vapi_assistant(json::View assistant) {
  if (assistant["id"].string().empty()) return std::nullopt;
  const json::View model = assistant["model"];
  json::Value input = json::Value::object(
      {{"name", assistant["name"].string("Assistant")},
       {"instructions", system_words(model["messages"])},
       {"greeting", assistant["firstMessage"].string()},
       {"model", model_name(model["provider"].string(), model["model"].string())},
       {"import_metadata", metadata("vapi", assistant["id"])}});
  json::Value tools = vapi_tools(model["tools"]);
  if (assistant["endCallFunctionEnabled"].boolean()) tools.push(hangup_tool());
  input.set("tools", std::move(tools));
  return input;
}

}  // namespace tandem::products::ai
