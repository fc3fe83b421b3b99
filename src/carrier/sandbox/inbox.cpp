#include "carrier/sandbox/inbox.h"

namespace tandem::carrier::sandbox {
namespace {

using store::Compare;

Result<void> read_member(std::string_view name, json::View value, Script& script) {
  const auto wrong = [&](const char* wants) { return fail(std::string(name) + " wants " + wants); };
  if (name == "delay_ms" || name == "reply_delay_ms") {
    if (!value.is_integer()) return wrong("milliseconds");
    (name == "delay_ms" ? script.delay : script.reply_delay) = Millis(value.integer());
  } else if (name == "carrier_error") {
    if (value.is_null()) return {};
    if (!value.is_integer()) return wrong("an error code");
    script.carrier_error = static_cast<int>(value.integer());
  } else if (name == "auto_reply") {
    if (!value.is_string()) return wrong("a text");
    script.auto_reply = value.string();
  } else {
    bool* flag = name == "lost_receipt"         ? &script.lost_receipt
                 : name == "landline"           ? &script.landline
                 : name == "spam_block"         ? &script.spam_block
                 : name == "reply_with_picture" ? &script.reply_with_picture
                 : name == "rcs"                ? &script.rcs
                                                : nullptr;
    if (flag == nullptr) return fail("a handset's script has no member " + std::string(name));
    if (!value.is_bool()) return wrong("true or false");
    *flag = value.boolean();
  }
  return {};
}

}  // namespace

std::vector<store::Collection> message_collections() {
  return {{std::string(kTexts), {{.path = "handset"}}},
          {std::string(kScripts), {}},
          {std::string(kSubmits), {}},
          {std::string(kUnsentTexts), {}}};
}

store::Put row_of(const Text& text) {
  std::string body;
  json::Writer out(body);
  out.object()
      .member("id", text.id)
      .member("handset", text.sent ? text.from : text.to)
      .member("direction", text.sent ? "sent" : "received")
      .member("from", text.from)
      .member("to", text.to)
      .member("text", text.text)
      .member("subject", text.multimedia.subject)
      .key("media")
      .array();
  for (const MediaItem& item : text.multimedia.media) {
    out.object().member("url", item.url).member("content_type", item.content_type).end();
  }
  out.end().key("others").array();
  for (const std::string& other : text.multimedia.others) out.value(other);
  out.end().member("at", to_iso8601(text.at)).end();
  return {.collection = std::string(kTexts),
          .id = text.id,
          .account = {},
          .body = std::move(body),
          .expected = store::kAnyRevision,
          .created_at = text.at};
}

Result<Text> read_text(const store::Row& row) {
  const auto document = json::Document::parse(row.body);
  if (!document) return tl::unexpected(document.error());
  const json::View body = document->root();
  Text text;
  text.id = row.id;
  text.sent = body["direction"].string() == "sent";
  text.from = body["from"].string();
  text.to = body["to"].string();
  text.text = body["text"].string();
  text.multimedia.subject = body["subject"].string();
  for (const json::View item : body["media"].items()) {
    text.multimedia.media.push_back(
        {std::string(item["url"].string()), std::string(item["content_type"].string())});
  }
  for (const json::View other : body["others"].items()) {
    text.multimedia.others.emplace_back(other.string());
  }
  text.at = parse_iso8601(body["at"].string()).value_or(WallTime());
  return text;
}

Result<Script> read_handset_script(json::View view) {
  if (!view.is_object()) return fail("a handset's script is an object");
  Script script;
  for (const auto& [name, value] : view.members()) {
    if (auto ok = read_member(name, value, script); !ok) return tl::unexpected(ok.error());
  }
  if (auto ok = check(script); !ok) return tl::unexpected(ok.error());
  return script;
}

std::string write_handset_script(const Script& script) {
  std::string body;
  json::Writer out(body);
  out.object()
      .member("delay_ms", static_cast<int64_t>(script.delay.count()))
      .member("lost_receipt", script.lost_receipt)
      .member("landline", script.landline)
      .member("spam_block", script.spam_block)
      .member("auto_reply", script.auto_reply)
      .member("reply_with_picture", script.reply_with_picture)
      .member("rcs", script.rcs)
      .member("reply_delay_ms", static_cast<int64_t>(script.reply_delay.count()))
      .key("carrier_error");
  if (script.carrier_error) {
    out.value(*script.carrier_error);
  } else {
    out.value(nullptr);
  }
  out.end();
  return body;
}

Script script_of(const store::Snapshot& snapshot, std::string_view number) {
  if (const auto row = snapshot.get(kScripts, number)) {
    const auto document = json::Document::parse(row->body);
    if (document) return read_handset_script(document->root()).value_or(Script());
  }
  return reserved_script(number).value_or(Script());
}

std::string list_texts(const store::Snapshot& snapshot, std::string_view number, size_t limit) {
  store::Query query;
  query.collection = kTexts;
  query.limit = static_cast<int64_t>(limit);
  if (!number.empty()) query.where.push_back({"handset", Compare::Eq, {std::string(number)}});
  std::string list = "[";
  for (const store::Row& row : snapshot.list(query).rows) {
    if (list.size() > 1) list += ',';
    list += row.body;
  }
  return list + "]";
}

}  // namespace tandem::carrier::sandbox
