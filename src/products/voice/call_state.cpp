#include "products/voice/call_state.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "core/assert.h"

namespace tandem::products::voice {
namespace {

constexpr size_t kUsualBytes = 1'536;  // of a leg's document

/// Takes a document apart, member by member; what is missing stays as it is. Members are looked for
/// where the Writer put them first: a leg is read with everything that happens to it.
class Reader {
 public:
  explicit Reader(json::View from) {
    members_.reserve(kUsualMembers);
    for (const auto& member : from.members()) members_.push_back(member);
  }

  template <class T>
  void operator()(std::string_view name, T& field) {
    if (next_ == members_.size() || members_[next_].first != name) {
      const auto named = [name](const auto& member) { return member.first == name; };
      const auto found = std::find_if(members_.begin(), members_.end(), named);
      if (found == members_.end()) return;
      next_ = static_cast<size_t>(found - members_.begin());
    }
    const json::View value = members_[next_++].second;
    if (!value.is_null()) read(value, field);
  }

 private:
  static constexpr size_t kUsualMembers = 48;

  static void read(json::View value, std::string& field) { field = value.string(); }
  static void read(json::View value, bool& field) { field = value.boolean(); }
  static void read(json::View value, int64_t& field) { field = value.integer(); }
  static void read(json::View value, uint64_t& field) {
    field = static_cast<uint64_t>(value.integer());
  }
  static void read(json::View value, json::Value& field) { field = json::Value(value); }
  template <class E>
  requires std::is_enum_v<E>
  static void read(json::View value, E& field) { field = static_cast<E>(value.integer()); }
  template <class T>
  static void read(json::View value, std::optional<T>& field) {
    read_struct(value, field.emplace());
  }
  template <class T>
  static void read(json::View value, std::vector<T>& field) {
    for (const json::View item : value.items()) read_struct(item, field.emplace_back());
  }
  template <class T>
  static void read_struct(json::View value, T& field);

  std::vector<std::pair<std::string_view, json::View>> members_;
  size_t next_ = 0;  // of the members, that of the field which is asked for next
};

/// Puts a document together; what says nothing is left out.
class Writer {
 public:
  explicit Writer(json::Writer& out) : out_(out) {}

  template <class T>
  void operator()(std::string_view name, const T& field) const {
    if (says_nothing(field)) return;
    out_.key(name);
    write(field);
  }

 private:
  static bool says_nothing(const std::string& field) { return field.empty(); }
  static bool says_nothing(const json::Value& field) { return field.is_null(); }
  template <class N>
  requires std::is_arithmetic_v<N> || std::is_enum_v<N>
  static bool says_nothing(N field) { return field == N{}; }
  template <class T>
  static bool says_nothing(const std::optional<T>& field) {
    return !field.has_value();
  }
  template <class T>
  static bool says_nothing(const std::vector<T>& field) {
    return field.empty();
  }

  void write(const std::string& field) const { out_.value(field); }
  void write(const json::Value& field) const { out_.raw(field.text()); }
  template <class N>
  requires std::is_arithmetic_v<N>
  void write(N field) const { out_.value(field); }
  template <class E>
  requires std::is_enum_v<E>
  void write(E field) const { out_.value(static_cast<int64_t>(field)); }
  template <class T>
  void write(const std::optional<T>& field) const {
    write_struct(*field);
  }
  template <class T>
  void write(const std::vector<T>& field) const {
    out_.array();
    for (const T& item : field) write_struct(item);
    out_.end();
  }
  template <class T>
  void write_struct(const T& field) const;

  json::Writer& out_;
};

// The members of each part, in one place for both ways. `Part` is const when it is written.

template <class Archive, class Part>
requires std::is_same_v<std::remove_const_t<Part>, Playing>
void fields(Archive& a, Part& p) {
  a("id", p.id);
  a("speech", p.speech);
  a("overlay", p.overlay);
  a("started", p.started);
  a("silent", p.silent);
  a("characters", p.characters);
  a("media_url", p.media_url);
  a("media_name", p.media_name);
}

template <class Archive, class Part>
requires std::is_same_v<std::remove_const_t<Part>, Gather>
void fields(Archive& a, Part& g) {
  a("id", g.id);
  a("digits", g.digits);
  a("valid_digits", g.valid_digits);
  a("terminating_digit", g.terminating_digit);
  a("minimum", g.minimum);
  a("maximum", g.maximum);
  a("tries_left", g.tries_left);
  a("timeout_millis", g.timeout_millis);
  a("initial_millis", g.initial_millis);
  a("inter_digit_millis", g.inter_digit_millis);
  a("timer", g.timer);
  a("overall", g.overall);
  a("prompt", g.prompt);
  a("prompt_sound", g.prompt_sound);
  a("invalid_sound", g.invalid_sound);
}

template <class Archive, class Part>
requires std::is_same_v<std::remove_const_t<Part>, Recording>
void fields(Archive& a, Part& r) {
  a("id", r.id);
  a("engine", r.engine);
  a("dual", r.dual);
  a("format", r.format);
  a("file_name", r.file_name);
  a("started_ms", r.started_ms);
}

template <class Archive, class Part>
requires std::is_same_v<std::remove_const_t<Part>, Streaming>
void fields(Archive& a, Part& s) {
  a("id", s.id);
  a("engine", s.engine);
  a("url", s.url);
  a("track", s.track);
  a("started_ms", s.started_ms);
}

template <class Archive, class Part>
requires std::is_same_v<std::remove_const_t<Part>, Voicemail>
void fields(Archive& a, Part& v) {
  a("stage", v.stage);
  a("number", v.number);
  a("owner", v.owner);
  a("timer", v.timer);
  a("sound", v.sound);
  a("recording", v.recording);
  a("digits", v.digits);
  a("tries_left", v.tries_left);
  a("message", v.message);
}

template <class Archive, class Part>
void who_fields(Archive& a, Part& c) {
  a("id", c.id);
  a("leg_id", c.leg_id);
  a("session_id", c.session_id);
  a("account", c.account);
  a("connection_id", c.connection_id);
  a("process", c.process);
  a("control", c.control);
  a("incoming", c.incoming);
  a("phase", c.phase);
  a("from", c.from);
  a("from_name", c.from_name);
  a("to", c.to);
  a("client_state", c.client_state);
  a("custom_headers", c.custom_headers);
  a("sip_headers", c.sip_headers);
  a("tags", c.tags);
  a("webhook_url", c.webhook_url);
  a("webhook_failover_url", c.webhook_failover_url);
  a("webhook_v1", c.webhook_v1);
  a("webhook_get", c.webhook_get);
  a("started_ms", c.started_ms);
  a("answered_ms", c.answered_ms);
  a("ended_ms", c.ended_ms);
  a("hangup_cause", c.hangup_cause);
}

template <class Archive, class Part>
void work_fields(Archive& a, Part& c) {
  a("far_connection", c.far_connection);
  a("transfers", c.transfers);
  a("peer", c.peer);
  a("mute_digits", c.mute_digits);
  a("race", c.race);
  a("join_first", c.join_first);
  a("join_stays", c.join_stays);
  a("join_prompt", c.join_prompt);
  a("supervises", c.supervises);
  a("supervisor_role", c.supervisor_role);
  a("on_bridge", c.on_bridge);
  a("playing", c.playing);
  a("gather", c.gather);
  a("voicemail", c.voicemail);
  a("voicemail_of", c.voicemail_of);
  a("recordings", c.recordings);
  a("streaming", c.streaming);
  a("forked_ms", c.forked_ms);
  a("on_answer", c.on_answer);
  a("detection", c.detection);
  a("queue", c.queue);
  a("enqueued_ms", c.enqueued_ms);
  a("queue_timer", c.queue_timer);
  a("profile_id", c.profile_id);
  a("billing_group", c.billing_group);
  a("price_nanos", c.price_nanos);
  a("cost_nanos", c.cost_nanos);
  a("first_seconds", c.first_seconds);
  a("step_seconds", c.step_seconds);
  a("metered", c.metered);
  a("held_nanos", c.held_nanos);
  a("counters", c.counters);
  a("on_net", c.on_net);
  a("last_token", c.last_token);
  a("time_limit_secs", c.time_limit_secs);
  a("limit_timer", c.limit_timer);
  a("money_timer", c.money_timer);
  a("command_timer", c.command_timer);
  a("brief", c.brief);
  a("by_command", c.by_command);
  a("hangup_status", c.hangup_status);
}

template <class T>
void Reader::read_struct(json::View value, T& field) {
  Reader reader(value);
  fields(reader, field);
}

template <class T>
void Writer::write_struct(const T& field) const {
  out_.object();
  fields(*this, field);
  out_.end();
}

}  // namespace

std::string to_document(const CallState& call) {
  std::string text;
  text.reserve(kUsualBytes);
  json::Writer out(text);
  out.object();
  const Writer writer(out);
  who_fields(writer, call);
  work_fields(writer, call);
  // To be found by, while there is something to find.
  if (call.alive()) out.member("alive", call.connection_id);
  if (call.phase == Phase::Ringing) out.member("ringing_in", call.session_id);
  out.end();
  return text;
}

CallState read_call(const store::Row& row) {
  const auto parsed = json::Document::parse(row.body);
  TANDEM_ASSERT(parsed);
  CallState call;
  Reader reader(parsed->root());
  who_fields(reader, call);
  work_fields(reader, call);
  return call;
}

store::Collection calls_collection() {
  return {std::string(kCalls),
          {{.path = "ringing_in", .sparse = true},
           {.path = "race", .sparse = true},
           {.path = "queue", .sparse = true},
           {.path = "alive", .everywhere = true, .sparse = true}}};
}

}  // namespace tandem::products::voice
