#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/result.h"

/// JSON three ways, each for its place:
/// - Document and View read what came in, fast, without copying (simdjson inside);
/// - Writer appends what goes out, without building a tree;
/// - Value is a small tree to change, for behaviour that edits documents.
namespace tandem::json {

enum class Type : uint8_t { Null, Bool, Integer, Number, String, Array, Object };

/// Deepest nesting that is read; deeper input is refused.
inline constexpr size_t kMaxDepth = 64;

/// A look at one value inside a Document; valid as long as that lives, cheap to copy. A View of
/// what is not there `exists()` not, and reads as null everywhere else.
class View {
 public:
  View() = default;

  bool exists() const { return document_ != nullptr; }
  explicit operator bool() const { return exists(); }
  Type type() const;
  bool is_null() const { return type() == Type::Null; }
  bool is_bool() const { return type() == Type::Bool; }
  bool is_integer() const { return type() == Type::Integer; }
  /// Integers too.
  bool is_number() const { return type() == Type::Integer || type() == Type::Number; }
  bool is_string() const { return type() == Type::String; }
  bool is_array() const { return type() == Type::Array; }
  bool is_object() const { return type() == Type::Object; }

  /// The value, or the fallback when it is of another type.
  std::string_view string(std::string_view fallback = {}) const;
  int64_t integer(int64_t fallback = 0) const;
  double number(double fallback = 0) const;
  bool boolean(bool fallback = false) const;

  /// Members of an object or items of an array; 0 for anything else.
  size_t size() const;
  /// The member of that name (the first, should there be two).
  View operator[](std::string_view name) const;
  /// The member at a dotted path: `voice.connection_id`.
  View at_path(std::string_view path) const;
  /// The value as minified JSON.
  std::string text() const;
  void append_text(std::string& out) const;

  /// `for (View item : view.items())`; nothing when this is not an array.
  class Items;
  Items items() const;
  /// `for (auto [name, value] : view.members())`; nothing when this is not an object.
  class Members;
  Members members() const;

 private:
  friend class Document;
  friend class Items;
  friend class Members;
  View(const void* document, size_t index) : document_(document), index_(index) {}
  const void* document_ = nullptr;
  size_t index_ = 0;
};

class View::Items {
 public:
  class Iterator {
   public:
    View operator*() const { return {document_, index_}; }
    Iterator& operator++();
    bool operator!=(const Iterator& other) const { return index_ != other.index_; }

   private:
    friend class Items;
    Iterator(const void* document, size_t index) : document_(document), index_(index) {}
    const void* document_;
    size_t index_;
  };
  Iterator begin() const { return {document_, begin_}; }
  Iterator end() const { return {document_, end_}; }

 private:
  friend class View;
  const void* document_ = nullptr;
  size_t begin_ = 0;
  size_t end_ = 0;
};

class View::Members {
 public:
  class Iterator {
   public:
    std::pair<std::string_view, View> operator*() const;
    Iterator& operator++();
    bool operator!=(const Iterator& other) const { return index_ != other.index_; }

   private:
    friend class Members;
    Iterator(const void* document, size_t index) : document_(document), index_(index) {}
    const void* document_;
    size_t index_;
  };
  Iterator begin() const { return {document_, begin_}; }
  Iterator end() const { return {document_, end_}; }

 private:
  friend class View;
  const void* document_ = nullptr;
  size_t begin_ = 0;
  size_t end_ = 0;
};

/// A parsed text. Owns everything its Views look at.
class Document {
 public:
  /// Refuses what is not RFC 8259 JSON in valid UTF-8, nested deeper than kMaxDepth, or with
  /// integers beyond 64 bits. Members of the same name are kept; whoever cares, looks.
  static Result<Document> parse(std::string_view text);

  Document(Document&&) noexcept;
  Document& operator=(Document&&) noexcept;
  ~Document();

  View root() const;

 private:
  struct Impl;
  explicit Document(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Appends JSON to a string; commas are its business, balance is yours.
///   Writer w(out); w.object().member("id", id).key("tags").array().value("a").end().end();
class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  Writer& object();
  Writer& array();
  /// Closes the innermost object or array.
  Writer& end();
  Writer& key(std::string_view name);
  Writer& value(std::string_view text);
  Writer& value(const char* text) { return value(std::string_view(text)); }
  Writer& value(const std::string& text) { return value(std::string_view(text)); }
  Writer& value(bool flag);
  Writer& value(int64_t number);
  Writer& value(int number) { return value(static_cast<int64_t>(number)); }
  Writer& value(uint64_t number);
  Writer& value(double number);
  Writer& value(std::nullptr_t);
  Writer& value(View view);
  /// A value that is JSON text already.
  Writer& raw(std::string_view json);

  template <class T>
  Writer& member(std::string_view name, const T& v) {
    return key(name).value(v);
  }
  Writer& raw_member(std::string_view name, std::string_view json) { return key(name).raw(json); }

 private:
  void separate();
  std::string& out_;
  std::string closers_;
  bool comma_ = false;
  bool after_key_ = false;
};

/// Appends `text` as a JSON string, quotes included.
void append_quoted(std::string& out, std::string_view text);

class Value;
using Array = std::vector<Value>;

/// Members in the order in which they were set; look-up is linear, documents are small.
class Object {
 public:
  using Member = std::pair<std::string, Value>;

  Value* find(std::string_view name);
  const Value* find(std::string_view name) const;
  /// The member to change, made null at the end when it is not there.
  Value& member(std::string_view name);
  void set(std::string_view name, Value value);
  /// Whether there was one.
  bool erase(std::string_view name);
  /// Room for so many members.
  void reserve(size_t members);
  size_t size() const;
  bool empty() const;
  auto begin();
  auto end();
  auto begin() const;
  auto end() const;

 private:
  std::vector<Member> members_;
};

/// A JSON value to build and change.
class Value {
 public:
  Value() = default;
  Value(std::nullptr_t) {}
  Value(bool v) : data_(v) {}
  Value(int v) : data_(static_cast<int64_t>(v)) {}
  Value(int64_t v) : data_(v) {}
  Value(uint64_t v) : data_(static_cast<int64_t>(v)) {}
  Value(double v) : data_(v) {}
  Value(const char* v) : data_(std::string(v)) {}
  Value(std::string_view v) : data_(std::string(v)) {}
  Value(std::string v) : data_(std::move(v)) {}
  Value(Array v) : data_(std::move(v)) {}
  Value(Object v) : data_(std::move(v)) {}
  /// A copy of what the view shows.
  explicit Value(View view);
  static Result<Value> parse(std::string_view text);
  /// `Value::object({{"id", id}, {"active", true}})`
  struct Field;
  static Value object(std::initializer_list<Field> fields = {});
  static Value array(std::initializer_list<Value> items = {});

  Type type() const;
  bool is_null() const { return type() == Type::Null; }
  bool is_string() const { return type() == Type::String; }
  bool is_array() const { return type() == Type::Array; }
  bool is_object() const { return type() == Type::Object; }

  std::string_view string(std::string_view fallback = {}) const;
  int64_t integer(int64_t fallback = 0) const;
  double number(double fallback = 0) const;
  bool boolean(bool fallback = false) const;

  /// The tree inside; asking for the wrong one is an assertion.
  Array& items();
  const Array& items() const;
  Object& members();
  const Object& members() const;

  /// The member, or null's static Value when this is no object or has none of that name.
  const Value& operator[](std::string_view name) const;
  /// The member to change, made null when it is not there; a null Value becomes an object first.
  Value& member(std::string_view name);
  const Value& at_path(std::string_view dotted) const;
  void set(std::string_view name, Value value) { member(name) = std::move(value); }
  void push(Value item);

  std::string text() const;
  void append_text(std::string& out) const;
  bool operator==(const Value& other) const;

 private:
  std::variant<std::nullptr_t, bool, int64_t, double, std::string, Array, Object> data_ = nullptr;
};

/// A member as object() takes it. It gives its value away, though a list shows it as constant.
struct Value::Field {
  std::string_view name;
  mutable Value value;
};

// Here and not above, because only now a Value is complete.
inline size_t Object::size() const { return members_.size(); }
inline bool Object::empty() const { return members_.empty(); }
inline auto Object::begin() { return members_.begin(); }
inline auto Object::end() { return members_.end(); }
inline auto Object::begin() const { return members_.begin(); }
inline auto Object::end() const { return members_.end(); }

}  // namespace tandem::json
