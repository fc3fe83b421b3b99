#include <utility>

#include <simdjson.h>

#include "core/json.h"

// A View is a place on simdjson's tape (its documented result format): a document and an index.

namespace tandem::json {
namespace {

using simdjson::internal::tape_ref;
using simdjson::internal::tape_type;

tape_ref tape(const void* document, size_t index) {
  return {static_cast<const simdjson::dom::document*>(document), index};
}

size_t after(const void* document, size_t index) { return tape(document, index).after_element(); }

constexpr size_t kMaxDocumentBytes = 256UL << 20;
/// Documents up to this size leave their buffers to the next one of the thread.
constexpr size_t kKeptCapacityBytes = 1UL << 20;

simdjson::dom::parser& thread_parser() {
  thread_local simdjson::dom::parser parser(kMaxDocumentBytes);
  return parser;
}

}  // namespace

Type View::type() const {
  if (!document_) return Type::Null;
  switch (tape(document_, index_).tape_ref_type()) {
    case tape_type::START_ARRAY:
      return Type::Array;
    case tape_type::START_OBJECT:
      return Type::Object;
    case tape_type::STRING:
      return Type::String;
    case tape_type::INT64:
      return Type::Integer;
    case tape_type::UINT64:
    case tape_type::DOUBLE:
      return Type::Number;
    case tape_type::TRUE_VALUE:
    case tape_type::FALSE_VALUE:
      return Type::Bool;
    default:
      return Type::Null;
  }
}

std::string_view View::string(std::string_view fallback) const {
  if (!is_string()) return fallback;
  return tape(document_, index_).get_string_view();
}

int64_t View::integer(int64_t fallback) const {
  if (!is_integer()) return fallback;
  return tape(document_, index_).next_tape_value<int64_t>();
}

double View::number(double fallback) const {
  if (!document_) return fallback;
  const tape_ref ref = tape(document_, index_);
  switch (ref.tape_ref_type()) {
    case tape_type::INT64:
      return static_cast<double>(ref.next_tape_value<int64_t>());
    case tape_type::UINT64:
      return static_cast<double>(ref.next_tape_value<uint64_t>());
    case tape_type::DOUBLE:
      return ref.next_tape_value<double>();
    default:
      return fallback;
  }
}

bool View::boolean(bool fallback) const {
  if (!is_bool()) return fallback;
  return tape(document_, index_).is_true();
}

size_t View::size() const {
  if (is_array()) {
    size_t n = 0;
    for ([[maybe_unused]] const View item : items()) ++n;
    return n;
  }
  size_t n = 0;
  for ([[maybe_unused]] const auto member : members()) ++n;
  return n;
}

View View::operator[](std::string_view name) const {
  for (const auto [key, value] : members()) {
    if (key == name) return value;
  }
  return {};
}

View View::at_path(std::string_view path) const {
  View view = *this;
  while (view.exists() && !path.empty()) {
    const size_t dot = path.find('.');
    view = view[path.substr(0, dot)];
    if (dot == std::string_view::npos) break;
    path.remove_prefix(dot + 1);
  }
  return view;
}

std::string View::text() const {
  std::string out;
  append_text(out);
  return out;
}

void View::append_text(std::string& out) const {
  switch (type()) {
    case Type::Array: {
      out += '[';
      bool comma = false;
      for (const View item : items()) {
        if (comma) out += ',';
        comma = true;
        item.append_text(out);
      }
      out += ']';
      return;
    }
    case Type::Object: {
      out += '{';
      bool comma = false;
      for (const auto [key, value] : members()) {
        if (comma) out += ',';
        comma = true;
        append_quoted(out, key);
        out += ':';
        value.append_text(out);
      }
      out += '}';
      return;
    }
    case Type::String:
      return append_quoted(out, string());
    case Type::Integer:
      Writer(out).value(integer());
      return;
    case Type::Number: {
      const tape_ref ref = tape(document_, index_);
      if (ref.is_uint64()) {
        Writer(out).value(ref.next_tape_value<uint64_t>());
      } else {
        Writer(out).value(number());
      }
      return;
    }
    case Type::Bool:
      Writer(out).value(boolean());
      return;
    case Type::Null:
      out += "null";
      return;
  }
}

View::Items View::items() const {
  Items range;
  if (!is_array()) return range;
  range.document_ = document_;
  range.begin_ = index_ + 1;
  range.end_ = after(document_, index_) - 1;
  return range;
}

View::Members View::members() const {
  Members range;
  if (!is_object()) return range;
  range.document_ = document_;
  range.begin_ = index_ + 1;
  range.end_ = after(document_, index_) - 1;
  return range;
}

View::Items::Iterator& View::Items::Iterator::operator++() {
  index_ = after(document_, index_);
  return *this;
}

std::pair<std::string_view, View> View::Members::Iterator::operator*() const {
  return {tape(document_, index_).get_string_view(), View(document_, index_ + 1)};
}

View::Members::Iterator& View::Members::Iterator::operator++() {
  index_ = after(document_, index_ + 1);
  return *this;
}

struct Document::Impl {
  simdjson::dom::document document;
};

Document::Document(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;

namespace {

/// The last document of this thread that was let go, for its buffers.
simdjson::dom::document& spare() {
  thread_local simdjson::dom::document document;
  return document;
}

}  // namespace

namespace {

/// What is wrong with a text that is no JSON, for whoever wrote it.
std::string reason(simdjson::error_code error) {
  switch (error) {
    case simdjson::DEPTH_ERROR:
      return "it is nested too deeply";
    case simdjson::EMPTY:
      return "there is nothing in it";
    case simdjson::STRING_ERROR:
      return "a string has a bad escape sequence";
    case simdjson::UNCLOSED_STRING:
      return "a string does not end";
    case simdjson::UNESCAPED_CHARS:
      return "a control character stands in a string";
    case simdjson::NUMBER_ERROR:
      return "a number is malformed or too large";
    case simdjson::T_ATOM_ERROR:
    case simdjson::F_ATOM_ERROR:
    case simdjson::N_ATOM_ERROR:
      return "a word is none of true, false and null";
    case simdjson::TAPE_ERROR:
      return "a comma, colon, quote or bracket is missing or superfluous";
    default:
      return simdjson::error_message(error);
  }
}

}  // namespace

Document::~Document() {
  if (impl_ && impl_->document.capacity() <= kKeptCapacityBytes) {
    spare() = std::move(impl_->document);
  }
}

Result<Document> Document::parse(std::string_view text) {
  simdjson::dom::parser& parser = thread_parser();
  if (parser.max_depth() != kMaxDepth) {
    // Room for the parser's own bookkeeping level; set once a thread.
    if (parser.allocate(0, kMaxDepth)) return fail("out of memory");
  }
  auto impl = std::make_unique<Impl>();
  std::swap(impl->document, spare());
  const auto result = parser.parse_into_document(impl->document, text.data(), text.size());
  if (result.error() != simdjson::SUCCESS) {
    return fail(reason(result.error()));
  }
  return Document(std::move(impl));
}

View Document::root() const { return {&impl_->document, 1}; }

}  // namespace tandem::json
