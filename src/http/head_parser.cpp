#include "http/head_parser.h"

#include <algorithm>
#include <array>

#include <llhttp.h>

namespace tandem::http {

namespace {

/// More digits than any length that is believable.
constexpr size_t kMaxLengthDigits = 18;
/// Room made for fields beforehand.
constexpr size_t kUsualFields = 16;

tl::unexpected<Refusal> refuse(int status, std::string_view why) {
  return tl::unexpected<Refusal>(Refusal{status, why});
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view trim(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Fields that decide about framing and connection, collected in one pass.
struct KeyFields {
  std::string_view host, content_length, transfer_encoding, expect;
  int hosts = 0, content_lengths = 0, transfer_encodings = 0;
  bool close = false, keep_alive = false;

  static bool is_framing(std::string_view name) {
    return equals_ignoring_case(name, "content-length") ||
           equals_ignoring_case(name, "transfer-encoding");
  }

  void note(std::string_view name, std::string_view value) {
    switch (name.size()) {
      case 4:
        if (equals_ignoring_case(name, "host")) ++hosts, host = value;
        break;
      case 6:
        if (equals_ignoring_case(name, "expect")) expect = value;
        break;
      case 10:
        if (equals_ignoring_case(name, "connection")) note_connection(value);
        break;
      case 14:
        if (equals_ignoring_case(name, "content-length")) ++content_lengths, content_length = value;
        break;
      case 17:
        if (equals_ignoring_case(name, "transfer-encoding")) {
          ++transfer_encodings, transfer_encoding = value;
        }
        break;
      default:
        break;
    }
  }

  void note_connection(std::string_view value) {
    while (!value.empty()) {
      const size_t comma = std::min(value.find(','), value.size());
      const std::string_view token = trim(value.substr(0, comma));
      close = close || equals_ignoring_case(token, "close");
      keep_alive = keep_alive || equals_ignoring_case(token, "keep-alive");
      value.remove_prefix(std::min(comma + 1, value.size()));
    }
  }
};

}  // namespace

/// Runs llhttp over one head and fills Headers: one copy of the text, spans into it.
class HeadBuilder {
 public:
  HeadBuilder(std::string_view raw, Headers& headers, llhttp_type type)
      : raw_(raw), headers_(headers) {
    headers_.text_.assign(raw);
    headers_.spans_.clear();
    headers_.spans_.reserve(kUsualFields);
    llhttp_init(&parser_, type, &settings());
    parser_.data = this;
  }

  /// Whether this is exactly one well-formed head.
  bool run() {
    const llhttp_errno_t error = llhttp_execute(&parser_, raw_.data(), raw_.size());
    if (error != HPE_PAUSED || failed_) return false;
    // llhttp points at the last line feed or behind it, depending on the path it took.
    const auto stopped = static_cast<size_t>(llhttp_get_error_pos(&parser_) - raw_.data());
    return stopped + 1 >= raw_.size();
  }

  const llhttp_t& parser() const { return parser_; }
  const KeyFields& key_fields() const { return key_; }
  std::string_view url() const { return url_; }

 private:
  static HeadBuilder& self(llhttp_t* parser) { return *static_cast<HeadBuilder*>(parser->data); }

  static int on_url(llhttp_t* parser, const char* at, size_t size) {
    self(parser).url_ = {at, size};
    return 0;
  }
  static int on_field(llhttp_t* parser, const char* at, size_t size) {
    self(parser).name_ = {at, size};
    self(parser).value_ = {at + size, 0};
    return 0;
  }
  static int on_value(llhttp_t* parser, const char* at, size_t size) {
    self(parser).value_ = {at, size};
    return 0;
  }
  static int on_value_complete(llhttp_t* parser) { return self(parser).add_field() ? 0 : -1; }
  static int on_headers_complete(llhttp_t* /*parser*/) { return HPE_PAUSED; }

  bool add_field() {
    // llhttp drops spaces between name and colon, where RFC 9112 section 5.1 wants a refusal.
    if (name_.empty() || name_.data()[name_.size()] != ':') {
      failed_ = true;
      return false;
    }
    const std::string_view value = trim(value_);
    // Readers differ in whether a tab belongs to the value, so it has no place in what frames.
    if (KeyFields::is_framing(name_) && value_.find('\t') != std::string_view::npos) {
      failed_ = true;
      return false;
    }
    headers_.spans_.push_back({offset(name_), static_cast<uint32_t>(name_.size()),
                               value.empty() ? offset(name_) : offset(value),
                               static_cast<uint32_t>(value.size())});
    key_.note(name_, value);
    return true;
  }
  uint32_t offset(std::string_view part) const {
    return static_cast<uint32_t>(part.data() - raw_.data());
  }

  static const llhttp_settings_t& settings() {
    static const llhttp_settings_t shared = [] {
      llhttp_settings_t made;
      llhttp_settings_init(&made);
      made.on_url = on_url;
      made.on_header_field = on_field;
      made.on_header_value = on_value;
      made.on_header_value_complete = on_value_complete;
      made.on_headers_complete = on_headers_complete;
      return made;
    }();
    return shared;
  }

  std::string_view raw_;
  Headers& headers_;
  llhttp_t parser_;
  std::string_view url_, name_, value_;
  KeyFields key_;
  bool failed_ = false;
};

namespace {

/// The request line's three words, cut at its only two spaces.
struct RequestLine {
  std::string_view method, target, version;
};

Result<RequestLine, Refusal> split_request_line(std::string_view raw) {
  const std::string_view line = raw.substr(0, raw.find('\r'));
  const size_t first = line.find(' ');
  const size_t second = first == std::string_view::npos ? first : line.find(' ', first + 1);
  if (second == std::string_view::npos || line.find(' ', second + 1) != std::string_view::npos) {
    return refuse(400, "the request line has not three words");
  }
  const RequestLine words{line.substr(0, first), line.substr(first + 1, second - first - 1),
                          line.substr(second + 1)};
  const auto is_token = [](char c) { return (c >= 'A' && c <= 'Z') || c == '-'; };
  if (words.method.empty() || !std::all_of(words.method.begin(), words.method.end(), is_token)) {
    return refuse(400, "malformed method");
  }
  const auto is_visible = [](char c) { return c > 0x20 && c < 0x7f && c != '#'; };
  if (words.target.empty() || !std::all_of(words.target.begin(), words.target.end(), is_visible)) {
    return refuse(400, "malformed target");
  }
  if (words.version == "HTTP/1.1" || words.version == "HTTP/1.0") return words;
  const bool other_version = words.version.size() == 8 && words.version.starts_with("HTTP/") &&
                             is_digit(words.version[5]) && words.version[6] == '.' &&
                             is_digit(words.version[7]);
  return other_version ? refuse(505, "this version of HTTP is not spoken here")
                       : refuse(400, "malformed HTTP version");
}

constexpr std::array<bool, 256> kHostChars = [] {
  std::array<bool, 256> table{};
  for (const char c : std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                       "0123456789.-_:[]~%")) {
    table[static_cast<uint8_t>(c)] = true;
  }
  return table;
}();

bool is_host(std::string_view host) {
  return !host.empty() && std::all_of(host.begin(), host.end(),
                                      [](char c) { return kHostChars[static_cast<uint8_t>(c)]; });
}

/// Content-Length and Transfer-Encoding together decide; anything doubtful is refused, because
/// another reader of the same bytes could cut them elsewhere.
Result<Framing, Refusal> framing_of(const KeyFields& key, bool http10, Framing otherwise) {
  if (key.transfer_encodings > 0) {
    if (key.content_lengths > 0) return refuse(400, "Content-Length and Transfer-Encoding");
    if (http10) return refuse(400, "Transfer-Encoding in HTTP/1.0");
    if (key.transfer_encodings > 1) return refuse(400, "more than one Transfer-Encoding");
    if (!equals_ignoring_case(key.transfer_encoding, "chunked")) {
      return refuse(501, "no Transfer-Encoding but chunked");
    }
    return Framing{Framing::Kind::Chunked, 0};
  }
  if (key.content_lengths == 0) return otherwise;
  if (key.content_lengths > 1) return refuse(400, "more than one Content-Length");
  const std::string_view digits = key.content_length;
  if (digits.empty() || digits.size() > kMaxLengthDigits ||
      !std::all_of(digits.begin(), digits.end(), is_digit)) {
    return refuse(400, "malformed Content-Length");
  }
  uint64_t length = 0;
  for (const char c : digits) length = length * 10 + static_cast<uint64_t>(c - '0');
  return Framing{Framing::Kind::Length, length};
}

/// Sets the target in origin form (RFC 9112 section 3.2); the authority of an absolute target
/// takes the place of Host.
bool set_target(std::string_view target, RequestHead& out) {
  if (target.front() == '/') {
    out.target.assign(target);
    return true;
  }
  if (target == "*") {
    out.target = "*";
    return out.method == Method::Options;
  }
  const size_t scheme = target.find("://");
  if (scheme == std::string_view::npos) return false;
  const std::string_view name = target.substr(0, scheme);
  if (!equals_ignoring_case(name, "http") && !equals_ignoring_case(name, "https")) return false;
  const std::string_view rest = target.substr(scheme + 3);
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?"));
  if (!is_host(authority)) return false;
  const std::string_view path = rest.substr(authority.size());
  out.target = (path.starts_with('/') ? "" : "/") + std::string(path);
  out.headers.set("Host", std::string(authority));
  return true;
}

}  // namespace

Result<RequestFacts, Refusal> parse_request_head(std::string_view raw, RequestHead& out) {
  const auto line = split_request_line(raw);
  if (!line) return tl::unexpected(line.error());
  HeadBuilder builder(raw, out.headers, HTTP_REQUEST);
  if (!builder.run()) {
    if (llhttp_get_errno(&builder.parser()) == HPE_INVALID_METHOD) {
      return refuse(501, "unknown method");
    }
    return refuse(400, "malformed head");
  }
  if (line->method == "CONNECT") return refuse(501, "this is no proxy");

  const KeyFields& key = builder.key_fields();
  RequestFacts facts;
  facts.http10 = line->version == "HTTP/1.0";
  facts.keep_alive = facts.http10 ? key.keep_alive && !key.close : !key.close;
  auto framing = framing_of(key, facts.http10, {});
  if (!framing) return tl::unexpected(framing.error());
  facts.framing = *framing;
  if (key.hosts > 1) return refuse(400, "more than one Host");
  if (key.hosts == 0 && !facts.http10) return refuse(400, "Host is missing");
  if (key.hosts == 1 && !is_host(key.host)) return refuse(400, "malformed Host");
  if (!key.expect.empty() && !facts.http10) {
    if (!equals_ignoring_case(key.expect, "100-continue")) {
      return refuse(417, "no expectation but 100-continue");
    }
    facts.expects_continue = true;
  }

  out.method = parse_method(line->method);
  if (out.method == Method::Other) out.method_name.assign(line->method);
  if (!set_target(line->target, out)) return refuse(400, "malformed target");
  return facts;
}

Result<ResponseFacts, Refusal> parse_response_head(std::string_view raw, bool to_head,
                                                   Headers& out) {
  const bool http10 = raw.starts_with("HTTP/1.0 ");
  if (!http10 && !raw.starts_with("HTTP/1.1 ")) return refuse(400, "not an HTTP/1.1 answer");
  HeadBuilder builder(raw, out, HTTP_RESPONSE);
  if (!builder.run()) return refuse(400, "malformed head");

  const KeyFields& key = builder.key_fields();
  ResponseFacts facts;
  facts.status = builder.parser().status_code;
  if (facts.status < 100 || facts.status > 599) return refuse(400, "malformed status");
  facts.keep_alive = http10 ? key.keep_alive && !key.close : !key.close;
  if (to_head || facts.status < 200 || facts.status == 204 || facts.status == 304) return facts;
  auto framing = framing_of(key, http10, {Framing::Kind::UntilClose, 0});
  if (!framing) return tl::unexpected(framing.error());
  facts.framing = *framing;
  if (facts.framing.kind == Framing::Kind::UntilClose) facts.keep_alive = false;
  return facts;
}

}  // namespace tandem::http
