#include "carrier/sandbox/multimedia.h"

#include "core/json.h"

namespace tandem::carrier::sandbox {

void put_multimedia(smpp::Message& message, const Multimedia& multimedia) {
  std::string text;
  json::Writer out(text);
  out.object().member("subject", multimedia.subject).key("media").array();
  for (const MediaItem& item : multimedia.media) {
    out.object().member("url", item.url).member("content_type", item.content_type).end();
  }
  out.end().key("others").array();
  for (const std::string& other : multimedia.others) out.value(other);
  out.end().end();
  message.tlvs.add_bytes(kMultimediaTag, std::move(text));
}

std::optional<Multimedia> multimedia_of(const smpp::Message& message) {
  const std::string* text = message.tlvs.find(kMultimediaTag);
  if (text == nullptr) return std::nullopt;
  const auto document = json::Document::parse(*text);
  if (!document) return std::nullopt;
  const json::View root = document->root();
  Multimedia multimedia;
  multimedia.subject = root["subject"].string();
  for (const json::View item : root["media"].items()) {
    multimedia.media.push_back(
        {std::string(item["url"].string()), std::string(item["content_type"].string())});
  }
  for (const json::View other : root["others"].items()) {
    multimedia.others.emplace_back(other.string());
  }
  return multimedia;
}

}  // namespace tandem::carrier::sandbox
