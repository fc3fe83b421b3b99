#include "telephony/media/ssml.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

namespace tandem::media {
namespace {

using std::chrono::milliseconds;

constexpr size_t kMaxDepth = 32;
constexpr size_t kMaxAttributes = 16;
constexpr milliseconds kSentencePause{400};
constexpr milliseconds kParagraphPause{700};

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

void append_utf8(std::string& out, uint32_t code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | (code >> 6));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | (code >> 12));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (code >> 18));
    out += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  }
}

/// The character an entity stands for, without `&` and `;`.
std::optional<uint32_t> entity(std::string_view name) {
  if (name == "amp") return '&';
  if (name == "lt") return '<';
  if (name == "gt") return '>';
  if (name == "quot") return '"';
  if (name == "apos") return '\'';
  if (!name.starts_with("#")) return std::nullopt;
  const bool hex = name.size() > 1 && name[1] == 'x';
  name.remove_prefix(hex ? 2 : 1);
  uint32_t code = 0;
  const auto [end, error] =
      std::from_chars(name.data(), name.data() + name.size(), code, hex ? 16 : 10);
  const bool whole = error == std::errc{} && end == name.data() + name.size();
  const bool surrogate = code >= 0xD800 && code < 0xE000;
  if (!whole || code == 0 || code > 0x10FFFF || surrogate) return std::nullopt;
  return code;
}

/// With its entities resolved; nothing when one is unknown.
std::optional<std::string> unescape(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const size_t at = text.find('&');
    out += text.substr(0, at);
    if (at == text.npos) return out;
    const size_t end = text.find(';', at);
    if (end == text.npos) return std::nullopt;
    const auto code = entity(text.substr(at + 1, end - at - 1));
    if (!code) return std::nullopt;
    append_utf8(out, *code);
    text.remove_prefix(end + 1);
  }
  return out;
}

std::optional<milliseconds> read_time(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || value < 0 || value > 1e6) return std::nullopt;
  const std::string_view unit(end, static_cast<size_t>(text.data() + text.size() - end));
  if (unit != "s" && unit != "ms") return std::nullopt;
  const milliseconds time(static_cast<int64_t>(unit == "s" ? value * 1000 : value));
  return std::min<milliseconds>(time, kMaxSpeechPause);
}

milliseconds strength_pause(std::string_view strength) {
  if (strength == "none" || strength == "x-weak") return milliseconds(0);
  if (strength == "weak") return milliseconds(150);
  if (strength == "strong") return kSentencePause;
  if (strength == "x-strong") return kParagraphPause;
  return milliseconds(250);
}

/// Every character by itself.
std::string spell(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    size_t next = at + 1;
    while (next < text.size() && (text[next] & 0xC0) == 0x80) ++next;
    const std::string_view character = text.substr(at, next - at);
    at = next;
    if (is_space(character[0])) continue;
    if (!out.empty()) out += ' ';
    out += character;
  }
  return out;
}

std::string spell_digits(std::string_view text) {
  std::string digits;
  std::copy_if(text.begin(), text.end(), std::back_inserter(digits), is_digit);
  return spell(digits);
}

std::string ordinal(std::string_view text) {
  std::string out(text);
  while (!out.empty() && is_space(out.back())) out.pop_back();
  if (out.empty() || !is_digit(out.back())) return out;
  const bool teen = out.size() > 1 && out[out.size() - 2] == '1';
  const char last = teen ? '0' : out.back();
  return out + (last == '1' ? "st" : last == '2' ? "nd" : last == '3' ? "rd" : "th");
}

std::string say_as(std::string_view how, std::string_view text) {
  if (how == "digits" || how == "telephone") return spell_digits(text);
  if (how == "characters" || how == "spell-out" || how == "verbatim") return spell(text);
  if (how == "ordinal") return ordinal(text);
  return std::string(text);
}

struct Attribute {
  std::string_view name;
  std::string value;
};

struct Element {
  std::string_view name;
  std::vector<Attribute> attributes;

  std::string_view attribute(std::string_view wanted) const {
    for (const Attribute& each : attributes) {
      if (each.name == wanted) return each.value;
    }
    return {};
  }
};

class Reader {
 public:
  explicit Reader(std::string_view document) : rest_(document) {}

  Result<std::vector<SpeechPart>> read() {
    while (!rest_.empty()) {
      const bool read = rest_.front() == '<' ? read_markup() : read_text();
      if (!read) return fail(std::string("ssml: ") + why_);
    }
    if (!open_.empty()) return fail("ssml: an element is not closed");
    if (!rooted_) return fail("ssml: there is no speak element");
    pause(milliseconds(0), true);
    return std::move(parts_);
  }

 private:
  bool wrong(const char* why) {
    why_ = why;
    return false;
  }

  bool read_text() {
    const size_t end = std::min(rest_.find('<'), rest_.size());
    const auto text = unescape(rest_.substr(0, end));
    rest_.remove_prefix(end);
    if (!text) return wrong("unknown entity");
    return add(*text);
  }

  bool add(std::string_view text) {
    const bool blank = std::all_of(text.begin(), text.end(), is_space);
    if (open_.empty()) return blank || wrong("text outside of the speak element");
    for (const Element& element : open_) {
      if (element.name == "sub") return true;
    }
    const Element& inner = open_.back();
    words_ += inner.name == "say-as" && !blank ? say_as(inner.attribute("interpret-as"), text)
                                               : std::string(text);
    return true;
  }

  /// Closes a part: its words with one space between them, then the pause.
  void pause(milliseconds time, bool last = false) {
    std::string text;
    for (const char c : std::exchange(words_, {})) {
      if (!is_space(c)) {
        text += c;
      } else if (!text.empty() && text.back() != ' ') {
        text += ' ';
      }
    }
    if (!text.empty() && text.back() == ' ') text.pop_back();
    if (!text.empty()) {
      parts_.push_back({std::move(text), time});
    } else if (!last && !parts_.empty()) {
      parts_.back().pause = std::max(parts_.back().pause, time);
    } else if (!last) {
      parts_.push_back({{}, time});
    }
  }

  /// Steps over `<!--`, `<?` and `<!DOCTYPE`, takes CDATA and tags.
  bool read_markup() {
    if (rest_.starts_with("<!--")) return skip_to("-->");
    if (rest_.starts_with("<?")) return skip_to("?>");
    if (rest_.starts_with("<![CDATA[")) {
      const size_t end = rest_.find("]]>");
      if (end == rest_.npos) return wrong("CDATA is not closed");
      const std::string_view text = rest_.substr(9, end - 9);
      rest_.remove_prefix(end + 3);
      return add(text);
    }
    if (rest_.starts_with("<!")) return skip_to(">");
    if (rest_.starts_with("</")) return read_end_tag();
    return read_start_tag();
  }

  bool skip_to(std::string_view end) {
    const size_t at = rest_.find(end);
    if (at == rest_.npos) return wrong("markup is not closed");
    rest_.remove_prefix(at + end.size());
    return true;
  }

  void skip_space() {
    while (!rest_.empty() && is_space(rest_.front())) rest_.remove_prefix(1);
  }

  std::string_view read_name() {
    const size_t end = std::min(rest_.find_first_of(" \t\r\n/>=<\"'"), rest_.size());
    const std::string_view name = rest_.substr(0, end);
    rest_.remove_prefix(end);
    return name;
  }

  bool read_attribute(Element& element) {
    Attribute attribute;
    attribute.name = read_name();
    skip_space();
    if (attribute.name.empty() || !rest_.starts_with('=')) return wrong("an attribute is broken");
    rest_.remove_prefix(1);
    skip_space();
    if (rest_.empty() || (rest_.front() != '"' && rest_.front() != '\'')) {
      return wrong("an attribute is not quoted");
    }
    const size_t end = rest_.find(rest_.front(), 1);
    if (end == rest_.npos) return wrong("an attribute is not closed");
    auto value = unescape(rest_.substr(1, end - 1));
    rest_.remove_prefix(end + 1);
    if (!value) return wrong("unknown entity");
    if (element.attributes.size() == kMaxAttributes) return wrong("too many attributes");
    attribute.value = std::move(*value);
    element.attributes.push_back(std::move(attribute));
    return true;
  }

  bool read_start_tag() {
    rest_.remove_prefix(1);
    Element element;
    element.name = read_name();
    if (element.name.empty()) return wrong("an element has no name");
    for (skip_space(); !rest_.starts_with('>') && !rest_.starts_with("/>"); skip_space()) {
      if (!read_attribute(element)) return false;
    }
    const bool empty = rest_.front() == '/';
    rest_.remove_prefix(empty ? 2 : 1);
    if (open_.empty()) {
      if (rooted_ || element.name != "speak") return wrong("the first element is not speak");
      rooted_ = true;
    }
    if (open_.size() == kMaxDepth) return wrong("nested too deeply");
    if (!begin(element)) return false;
    open_.push_back(std::move(element));
    if (empty) end();
    return true;
  }

  bool read_end_tag() {
    rest_.remove_prefix(2);
    const std::string_view name = read_name();
    skip_space();
    if (!rest_.starts_with('>')) return wrong("an end tag is broken");
    rest_.remove_prefix(1);
    if (open_.empty() || open_.back().name != name) return wrong("an end tag does not match");
    end();
    return true;
  }

  bool begin(const Element& element) {
    if (element.name == "sub") return add(element.attribute("alias"));
    if (element.name != "break") return true;
    const std::string_view time = element.attribute("time");
    const auto length =
        time.empty() ? strength_pause(element.attribute("strength")) : read_time(time);
    if (!length) return wrong("the time of a break is not understood");
    pause(*length);
    return true;
  }

  void end() {
    const std::string_view name = open_.back().name;
    open_.pop_back();
    if (name == "s") pause(kSentencePause);
    if (name == "p") pause(kParagraphPause);
  }

  std::string_view rest_;
  std::vector<Element> open_;
  bool rooted_ = false;
  std::string words_;
  std::vector<SpeechPart> parts_;
  const char* why_ = "";
};

}  // namespace

Result<std::vector<SpeechPart>> parse_ssml(std::string_view document) {
  if (document.size() > kMaxSpeechBytes) return fail("ssml: too long");
  return Reader(document).read();
}

}  // namespace tandem::media
