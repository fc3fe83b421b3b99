#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/function.h"
#include "products/voice/leg_table.h"
#include "products/voice/orders.h"
#include "products/voice/report_lanes.h"
#include "telephony/media/events.h"
#include "telephony/media/prompt_cache.h"

namespace tandem::call {
class Switch;
}
namespace tandem::runtime {
class Shard;
}
namespace tandem::http {
class Client;
class WebSocket;
}  // namespace tandem::http

namespace tandem::products::voice {

class SoundLoader;

/// Streams of calls' audio over WebSockets, in the frames of the media streaming protocol: what
/// is heard goes out, what comes back is played. All of it lives on one shard; the verbs may be
/// called from any thread.
class StreamLinks {
 public:
  /// Whether an address may be connected to; none: all of them.
  using MayReach = std::function<bool(std::string_view address)>;
  StreamLinks(runtime::Shard& shard, ReportLanes& lanes, SoundLoader& sounds, MayReach may_reach);
  ~StreamLinks();

  void set_switch(call::Switch* calls) { switch_ = calls; }
  /// Connects for a call that is not placed yet; `done` on any thread when that came to an end.
  /// open() takes what is there, and tries again otherwise.
  void connect_ahead(const std::string& call, const std::string& url, UniqueFunction<void()> done);
  /// It will not be wanted.
  void forget(const std::string& call);
  /// Connects; the lanes hear of the success or failure.
  void open(call::LegId leg, orders::StartStream order);
  void close(call::LegId leg);

  void frame(call::LegId leg, const media::StreamFrame& frame);
  void tell_digit(call::LegId leg, char digit);
  void mark_played(call::LegId leg, const std::string& name);

 private:
  struct Link;
  using Links = std::unordered_map<call::LegId, std::shared_ptr<Link>>;

  using Socket = std::shared_ptr<http::WebSocket>;
  using Connected = UniqueFunction<void(Socket)>;  // null: it could not be

  void connect(const std::string& url, Connected done);
  void choose_codec(const std::shared_ptr<Link>& link);
  void begin(const std::shared_ptr<Link>& link);
  void connected(const std::shared_ptr<Link>& link, Socket socket);
  void failed(const std::shared_ptr<Link>& link, const std::string& why);
  void on_message(const std::shared_ptr<Link>& link, const std::string& text);
  void take_frame(const std::shared_ptr<Link>& link, const std::string& text);
  void play_file(const std::shared_ptr<Link>& link, std::string_view payload);
  void decoded(const std::shared_ptr<Link>& link, const media::PromptPtr& file);
  void play_rtp(const std::shared_ptr<Link>& link, std::string_view payload);
  void end(const std::shared_ptr<Link>& link);

  runtime::Shard& shard_;
  ReportLanes& lanes_;
  SoundLoader& sounds_;
  MayReach may_reach_;
  call::Switch* switch_ = nullptr;
  std::unique_ptr<http::Client> client_;           // made and used on the shard
  Links links_;                                    // likewise
  std::unordered_map<std::string, Socket> ahead_;  // by call, likewise
};

}  // namespace tandem::products::voice
