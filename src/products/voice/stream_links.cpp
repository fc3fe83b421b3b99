#include "products/voice/stream_links.h"

#include <algorithm>
#include <chrono>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "core/json.h"
#include "http/client.h"
#include "http/websocket.h"
#include "products/voice/base64.h"
#include "products/voice/sound_loader.h"
#include "products/voice/stream_voice.h"
#include "runtime/shards.h"
#include "telephony/call/switch.h"
#include "telephony/media/codec.h"

namespace tandem::products::voice {
namespace {

constexpr std::chrono::seconds kConnectTime{5};
constexpr uint16_t kNormalClosure = 1000;
/// Frames that wait while one before them is decoded; what is beyond them is lost.
constexpr size_t kMaxWaiting = 256;

/// What is wrong with a frame of the client, as the protocol's error frames name it.
struct FrameError {
  int64_t code;
  std::string_view title;
  std::string_view detail;
};
constexpr FrameError kMalformed{100'003, "malformed_frame", "The frame is no JSON text."};
constexpr FrameError kInvalidMedia{100'004, "invalid_media", "The media can't be decoded."};
constexpr FrameError kTooFast{100'005, "rate_limit_reached", "Too many frames wait to be played."};

media::Track track_of(const std::string& name) {
  if (name == "outbound_track") return media::Track::Outbound;
  return name == "both_tracks" ? media::Track::Both : media::Track::Inbound;
}

media::StreamTarget target_of(const std::string& name) {
  if (name == "self") return media::StreamTarget::Self;
  return name == "both" ? media::StreamTarget::Both : media::StreamTarget::Opposite;
}

/// Nothing for what can't be encoded, or is no codec's name.
std::optional<media::CodecFormat> codec_of(const std::string& name) {
  const auto kind = media::codec_kind(name);
  if (!kind || !media::can_transcode(*kind)) return std::nullopt;
  return media::CodecFormat::standard(*kind);
}

media::CodecFormat codec_or_default(const std::string& name) {
  return codec_of(name).value_or(media::CodecFormat::standard(media::CodecKind::Pcmu));
}

}  // namespace

/// One stream of one leg.
struct StreamLinks::Link {
  call::LegId leg = 0;
  orders::StartStream order;
  media::CodecFormat codec;
  std::shared_ptr<http::WebSocket> socket;
  StreamVoice voice;
  bool begun = false;  // the client knows what is coming
  int64_t sequence = 0;
  int64_t chunk = 0;
  bool ended = false;
  bool decoding = false;            // a file that came; what comes after it waits
  std::deque<std::string> waiting;  // frames as they came

  /// A frame of its kind with the members every frame has, and `body` under the name of the kind.
  void send(std::string_view event, const json::Value& body) {
    if (!socket || !begun) return;
    json::Value frame = json::Value::object({{"event", event},
                                             {"sequence_number", std::to_string(++sequence)},
                                             {"stream_id", order.stream_id}});
    frame.set(event, body);
    socket->send(frame.text(), false);
  }

  void complain(const FrameError& error) {
    if (!socket) return;
    const json::Value payload = json::Value::object(
        {{"code", error.code}, {"title", error.title}, {"detail", error.detail}});
    socket->send(json::Value::object(
                     {{"event", "error"}, {"stream_id", order.stream_id}, {"payload", payload}})
                     .text(),
                 false);
  }

  json::Value start_body() const {
    auto start = json::Value::parse(order.start_message);
    return start ? std::move(*start) : json::Value::object();
  }
};

StreamLinks::StreamLinks(runtime::Shard& shard, ReportLanes& lanes, SoundLoader& sounds,
                         MayReach may_reach)
    : shard_(shard), lanes_(lanes), sounds_(sounds), may_reach_(std::move(may_reach)) {}

StreamLinks::~StreamLinks() = default;

void StreamLinks::connect(const std::string& url, Connected done) {
  if (!client_) {
    http::Client::Options options;
    options.allow = may_reach_;
    client_ = std::make_unique<http::Client>(shard_, std::move(options));
  }
  auto answered = [done = std::move(done)](Result<Socket, http::ClientError> socket) mutable {
    if (!socket) return done(nullptr);
    (*socket)->send(R"({"event":"connected","version":"1.0.0"})", false);
    done(std::move(*socket));
  };
  client_->connect_websocket(url, {}, kConnectTime, std::move(answered));
}

void StreamLinks::connect_ahead(const std::string& call, const std::string& url,
                                UniqueFunction<void()> done) {
  shard_.post([this, call, url, done = std::move(done)]() mutable {
    connect(url, [this, call, done = std::move(done)](Socket socket) mutable {
      if (socket) {
        socket->on_message = [](const std::string&, bool) {};
        socket->on_close = [this, call](uint16_t, std::string_view) { ahead_.erase(call); };
        ahead_[call] = std::move(socket);
      }
      done();
    });
  });
}

void StreamLinks::forget(const std::string& call) {
  shard_.post([this, call] {
    auto node = ahead_.extract(call);
    if (!node.empty()) node.mapped()->close(kNormalClosure, "");
  });
}

void StreamLinks::open(call::LegId leg, orders::StartStream order) {
  shard_.post([this, leg, order = std::move(order)]() mutable {
    auto link = std::make_shared<Link>();
    link->leg = leg;
    link->voice = StreamVoice(codec_or_default(order.bidirectional_codec),
                              static_cast<uint32_t>(order.bidirectional_rate));
    link->order = std::move(order);
    links_[leg] = link;
    auto ahead = ahead_.extract(link->order.call);
    if (!ahead.empty()) return connected(link, std::move(ahead.mapped()));
    connect(link->order.url, [this, link](Socket socket) {
      if (!socket) return failed(link, "connection_failed");
      connected(link, std::move(socket));
    });
  });
}

void StreamLinks::connected(const std::shared_ptr<Link>& link, Socket socket) {
  if (link->ended) return socket->close(kNormalClosure, "");
  link->socket = std::move(socket);
  link->socket->on_message = [this, link](const std::string& text, bool) {
    on_message(link, text);
  };
  link->socket->on_close = [this, link](uint16_t, std::string_view) {
    link->socket.reset();
    if (link->ended) return;
    end(link);
    lanes_.report(link->order.call, reports::StreamEnded{link->order.id, false, {}});
  };
  choose_codec(link);
}

/// The one that was asked for, or that of the call.
void StreamLinks::choose_codec(const std::shared_ptr<Link>& link) {
  if (const auto asked = codec_of(link->order.codec)) {
    link->codec = *asked;
    return begin(link);
  }
  switch_->query_codec(link->leg, [this, link](const std::string& name) {
    shard_.post([this, link, codec = codec_or_default(name)] {
      link->codec = codec;
      begin(link);
    });
  });
}

void StreamLinks::begin(const std::shared_ptr<Link>& link) {
  if (link->ended) return;
  link->begun = true;
  json::Value body = link->start_body();
  body.set(
      "media_format",
      json::Value::object({{"encoding", media::codec_name(link->codec.kind)},
                           {"sample_rate", static_cast<int64_t>(media::audio_rate(link->codec))},
                           {"channels", 1}}));
  link->send("start", body);
  switch_->start_stream(
      link->leg, link->order.id,
      {track_of(link->order.track), link->codec, target_of(link->order.bidirectional_target)});
  lanes_.report(link->order.call, reports::StreamStarted{link->order.id});
}

void StreamLinks::failed(const std::shared_ptr<Link>& link, const std::string& why) {
  if (link->ended) return;
  end(link);
  lanes_.report(link->order.call, reports::StreamEnded{link->order.id, true, why});
}

void StreamLinks::end(const std::shared_ptr<Link>& link) {
  if (std::exchange(link->ended, true)) return;
  const auto found = links_.find(link->leg);
  if (found != links_.end() && found->second == link) links_.erase(found);
  if (!link->socket) return;
  link->send("stop", json::Value::object({{"user_id", link->start_body()["user_id"]},
                                          {"call_control_id", link->order.call}}));
  link->socket->close(kNormalClosure, "");
}

void StreamLinks::close(call::LegId leg) {
  shard_.post([this, leg] {
    const auto found = links_.find(leg);
    if (found == links_.end()) return;
    const std::shared_ptr<Link> link = found->second;
    switch_->stop_stream(leg, link->order.id);
    end(link);
  });
}

void StreamLinks::frame(call::LegId leg, const media::StreamFrame& frame) {
  std::string payload = to_base64(frame.payload);
  const bool inbound = frame.track == media::Track::Inbound;
  shard_.post([this, leg, inbound, at = frame.timestamp.count(), payload = std::move(payload)] {
    const auto found = links_.find(leg);
    if (found == links_.end()) return;
    Link& link = *found->second;
    link.send("media", json::Value::object({{"track", inbound ? "inbound" : "outbound"},
                                            {"chunk", std::to_string(++link.chunk)},
                                            {"timestamp", std::to_string(at)},
                                            {"payload", payload}}));
  });
}

void StreamLinks::tell_digit(call::LegId leg, char digit) {
  shard_.post([this, leg, digit] {
    const auto found = links_.find(leg);
    if (found == links_.end()) return;
    found->second->send("dtmf", json::Value::object({{"digit", std::string(1, digit)}}));
  });
}

void StreamLinks::mark_played(call::LegId leg, const std::string& name) {
  shard_.post([this, leg, name] {
    const auto found = links_.find(leg);
    if (found == links_.end()) return;
    found->second->send("mark", json::Value::object({{"name", name}}));
  });
}

void StreamLinks::on_message(const std::shared_ptr<Link>& link, const std::string& text) {
  if (link->ended) return;
  if (!link->decoding) return take_frame(link, text);
  if (link->waiting.size() >= kMaxWaiting) return link->complain(kTooFast);
  link->waiting.push_back(text);
}

void StreamLinks::take_frame(const std::shared_ptr<Link>& link, const std::string& text) {
  const auto parsed = json::Document::parse(text);
  if (!parsed) return link->complain(kMalformed);
  const json::View frame = parsed->root();
  const std::string_view event = frame["event"].string();
  if (event == "media") {
    const std::string_view payload = frame["media"]["payload"].string();
    link->order.bidirectional_mode == "mp3" ? play_file(link, payload) : play_rtp(link, payload);
  } else if (event == "clear") {
    switch_->clear_stream(link->leg, link->order.id);
  } else if (event == "mark") {
    switch_->mark_stream(link->leg, link->order.id, std::string(frame["mark"]["name"].string()));
  }
}

void StreamLinks::play_file(const std::shared_ptr<Link>& link, std::string_view payload) {
  link->decoding = true;
  auto done = [this, link](Result<media::PromptPtr, SoundError> sound) {
    shard_.post([this, link, file = sound ? *sound : nullptr] { decoded(link, file); });
  };
  Sound sound;
  sound.kind = Sound::Kind::Content;
  sound.text = payload;
  sounds_.load(std::move(sound), false, std::move(done));
}

void StreamLinks::decoded(const std::shared_ptr<Link>& link, const media::PromptPtr& file) {
  if (link->ended) return;
  if (file) {
    switch_->write_stream(link->leg, link->order.id, file->samples, file->rate);
  } else {
    link->complain(kInvalidMedia);
  }
  link->decoding = false;
  while (!link->decoding && !link->waiting.empty()) {
    const std::string next = std::move(link->waiting.front());
    link->waiting.pop_front();
    take_frame(link, next);
  }
}

void StreamLinks::play_rtp(const std::shared_ptr<Link>& link, std::string_view payload) {
  const auto bytes = from_base64(payload);
  if (!bytes) return link->complain(kInvalidMedia);
  auto samples = link->voice.decode(*bytes);
  if (samples.empty()) return link->complain(kInvalidMedia);
  switch_->write_stream(link->leg, link->order.id, std::move(samples), link->voice.rate());
}

}  // namespace tandem::products::voice
