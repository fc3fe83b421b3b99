#include <charconv>
#include <string>

#include "telephony/sdp/session.h"

namespace tandem::sdp {
namespace {

/// The next word of a line; several spaces count as one.
std::string_view next_word(std::string_view& rest) {
  while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
  const size_t end = rest.find(' ');
  const std::string_view word = rest.substr(0, end);
  rest.remove_prefix(word.size());
  return word;
}

bool is_number(std::string_view text) {
  return !text.empty() && text.size() <= 20 &&
         text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::optional<Connection> read_connection(std::string_view network, std::string_view type,
                                          std::string_view address) {
  const bool v6 = type == "IP6";
  if (network != "IN" || (!v6 && type != "IP4") || address.empty() || address.size() > 255) {
    return std::nullopt;
  }
  // Multicast addresses carry "/ttl", which no call uses.
  return Connection{v6, std::string(address.substr(0, address.find('/')))};
}

std::optional<Connection> read_connection(std::string_view value) {
  const std::string_view network = next_word(value);
  const std::string_view type = next_word(value);
  return read_connection(network, type, next_word(value));
}

std::optional<Origin> read_origin(std::string_view value) {
  Origin out;
  out.username = next_word(value);
  out.session_id = next_word(value);
  out.version = next_word(value);
  const std::string_view network = next_word(value);
  const std::string_view type = next_word(value);
  const auto address = read_connection(network, type, next_word(value));
  if (out.username.empty() || !is_number(out.session_id) || !is_number(out.version) || !address) {
    return std::nullopt;
  }
  out.address = *address;
  return out;
}

/// `audio 49170/2 RTP/AVP 0 8`; of several ports only the first is used.
std::optional<Media> read_media(std::string_view value) {
  Media out;
  out.type = next_word(value);
  const std::string_view ports = next_word(value);
  const std::string_view port = ports.substr(0, ports.find('/'));
  out.protocol = next_word(value);
  uint32_t number = 0;
  const auto read = std::from_chars(port.data(), port.data() + port.size(), number);
  if (read.ec != std::errc() || read.ptr != port.data() + port.size() || number > 65'535) {
    return std::nullopt;
  }
  out.port = static_cast<uint16_t>(number);
  while (out.formats.size() < kMaxFormats) {
    const std::string_view format = next_word(value);
    if (format.empty()) break;
    out.formats.emplace_back(format);
  }
  if (out.type.empty() || out.protocol.empty() || out.formats.empty() ||
      !next_word(value).empty()) {
    return std::nullopt;
  }
  return out;
}

Attribute read_attribute(std::string_view value) {
  const size_t colon = value.find(':');
  Attribute out;
  out.name = value.substr(0, colon);
  if (colon != std::string_view::npos) out.value = value.substr(colon + 1);
  return out;
}

/// Takes lines one by one into a Session.
class Reader {
 public:
  Result<void> take(char type, std::string_view value) {
    if (!seen_version_) {
      if (type != 'v' || value != "0") return fail("SDP does not begin with v=0");
      seen_version_ = true;
      return {};
    }
    if (!seen_origin_ && type != 'o') return fail("SDP has no o= after v=");
    switch (type) {
      case 'o':
        return take_origin(value);
      case 's':
        return take_name(value);
      case 'c':
        return take_connection(value);
      case 'b':
        return take_bandwidth(value);
      case 't':
        return take_timing(value);
      case 'a':
        return take_attribute(value);
      case 'm':
        return take_media(value);
      case 'v':
        return fail("SDP has two v=");
      default:
        return {};  // i, u, e, p, r, z, k and what is still to come
    }
  }

  Result<Session> finish() {
    if (!seen_origin_) return fail("SDP has no o=");
    for (const Media& media : session_.media) {
      if (media.port != 0 && session_.connection_of(media) == nullptr) {
        return fail("SDP has no c= for " + media.type);
      }
    }
    return std::move(session_);
  }

 private:
  Media* current() { return session_.media.empty() ? nullptr : &session_.media.back(); }

  Result<void> take_origin(std::string_view value) {
    const auto origin = read_origin(value);
    if (!origin || seen_origin_) return fail("SDP has a bad o=");
    session_.origin = *origin;
    seen_origin_ = true;
    return {};
  }

  Result<void> take_name(std::string_view value) {
    if (current() != nullptr) return fail("SDP has s= inside a media section");
    session_.name = value;
    return {};
  }

  Result<void> take_timing(std::string_view value) {
    if (current() != nullptr) return fail("SDP has t= inside a media section");
    session_.timing = value;
    return {};
  }

  Result<void> take_connection(std::string_view value) {
    const auto connection = read_connection(value);
    if (!connection) return fail("SDP has a bad c=");
    std::optional<Connection>& place = current() ? current()->connection : session_.connection;
    if (!place) place = connection;  // several c= are for layered multicast
    return {};
  }

  Result<void> take_bandwidth(std::string_view value) {
    auto& list = current() ? current()->bandwidths : session_.bandwidths;
    if (list.size() >= kMaxFormats) return fail("SDP has too many b=");
    list.emplace_back(value);
    return {};
  }

  Result<void> take_attribute(std::string_view value) {
    auto& list = current() ? current()->attributes : session_.attributes;
    if (list.size() >= kMaxAttributes) return fail("SDP has too many attributes");
    if (value.empty() || value.front() == ':') return fail("SDP has an attribute without a name");
    list.push_back(read_attribute(value));
    return {};
  }

  Result<void> take_media(std::string_view value) {
    if (session_.media.size() >= kMaxMedia) return fail("SDP has too many media sections");
    auto media = read_media(value);
    if (!media) return fail("SDP has a bad m=");
    session_.media.push_back(std::move(*media));
    return {};
  }

  Session session_;
  bool seen_version_ = false;
  bool seen_origin_ = false;
};

}  // namespace

Result<Session> parse(std::string_view text) {
  if (text.size() > kMaxBytes) return fail("SDP is too large");
  Reader reader;
  size_t lines = 0;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.empty()) continue;
    if (++lines > kMaxLines || line.size() > kMaxLineBytes) return fail("SDP is too long");
    if (line.size() < 2 || line[1] != '=') return fail("SDP has a line that is not type=value");
    if (line.find_first_of(std::string_view("\r\0", 2)) != std::string_view::npos) {
      return fail("SDP has a control character");
    }
    if (auto taken = reader.take(line[0], line.substr(2)); !taken) return fail(taken.error().what);
  }
  return reader.finish();
}

}  // namespace tandem::sdp
