#include "telephony/sdp/session.h"

#include <algorithm>

namespace tandem::sdp {

std::optional<std::string_view> find(const Attributes& attributes, std::string_view name) {
  const auto found = std::find_if(attributes.begin(), attributes.end(),
                                  [name](const Attribute& a) { return a.name == name; });
  if (found == attributes.end()) return std::nullopt;
  return found->value;
}

bool has(const Attributes& attributes, std::string_view name) {
  return find(attributes, name).has_value();
}

bool Connection::is_any() const { return address == "0.0.0.0" || address == "::"; }

const Connection* Session::connection_of(const Media& section) const {
  if (section.connection) return &*section.connection;
  return connection ? &*connection : nullptr;
}

std::optional<std::string_view> Session::inherited(const Media& section,
                                                   std::string_view attribute) const {
  const auto own = find(section.attributes, attribute);
  return own ? own : find(attributes, attribute);
}

namespace {

void put(std::string& out, char type, std::string_view value) {
  out.push_back(type);
  out.push_back('=');
  for (char c : value) out.push_back(c == '\r' || c == '\n' || c == '\0' ? ' ' : c);
  out += "\r\n";
}

std::string text_of(const Connection& connection) {
  return std::string(connection.v6 ? "IN IP6 " : "IN IP4 ") + connection.address;
}

void put_attributes(std::string& out, const Attributes& attributes) {
  for (const Attribute& attribute : attributes) {
    put(out, 'a',
        attribute.value.empty() ? attribute.name : attribute.name + ":" + attribute.value);
  }
}

void put_media(std::string& out, const Media& media) {
  std::string line = media.type + " " + std::to_string(media.port) + " " + media.protocol;
  for (const std::string& format : media.formats) line += " " + format;
  put(out, 'm', line);
  if (media.connection) put(out, 'c', text_of(*media.connection));
  for (const std::string& bandwidth : media.bandwidths) put(out, 'b', bandwidth);
  put_attributes(out, media.attributes);
}

}  // namespace

std::string write(const Session& session) {
  std::string out;
  out.reserve(512);
  put(out, 'v', "0");
  const Origin& origin = session.origin;
  put(out, 'o',
      origin.username + " " + origin.session_id + " " + origin.version + " " +
          text_of(origin.address));
  put(out, 's', session.name.empty() ? "-" : session.name);
  if (session.connection) put(out, 'c', text_of(*session.connection));
  for (const std::string& bandwidth : session.bandwidths) put(out, 'b', bandwidth);
  put(out, 't', session.timing);
  put_attributes(out, session.attributes);
  for (const Media& media : session.media) put_media(out, media);
  return out;
}

}  // namespace tandem::sdp
