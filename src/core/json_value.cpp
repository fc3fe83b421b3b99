#include "core/assert.h"
#include "core/json.h"

namespace tandem::json {
namespace {

/// Room made beforehand in an object, in one that has members already, and in a text.
constexpr size_t kUsualMembers = 8;
constexpr size_t kMoreMembers = 4;
constexpr size_t kUsualTextBytes = 256;

const Value& null_value() {
  static const Value value;
  return value;
}

}  // namespace

Value* Object::find(std::string_view name) {
  for (Member& member : members_) {
    if (member.first == name) return &member.second;
  }
  return nullptr;
}

const Value* Object::find(std::string_view name) const {
  return const_cast<Object*>(this)->find(name);  // NOLINT: the same look-up, nothing is changed
}

Value& Object::member(std::string_view name) {
  if (Value* found = find(name)) return *found;
  if (members_.empty()) members_.reserve(kUsualMembers);
  return members_.emplace_back(std::string(name), Value()).second;
}

void Object::set(std::string_view name, Value value) { member(name) = std::move(value); }

void Object::reserve(size_t members) { members_.reserve(members); }

bool Object::erase(std::string_view name) {
  for (auto it = members_.begin(); it != members_.end(); ++it) {
    if (it->first != name) continue;
    members_.erase(it);
    return true;
  }
  return false;
}

Value::Value(View view) {
  switch (view.type()) {
    case Type::Null:
      break;
    case Type::Bool:
      data_ = view.boolean();
      break;
    case Type::Integer:
      data_ = view.integer();
      break;
    case Type::Number:
      data_ = view.number();
      break;
    case Type::String:
      data_ = std::string(view.string());
      break;
    case Type::Array: {
      Array items;
      for (const View item : view.items()) items.emplace_back(item);
      data_ = std::move(items);
      break;
    }
    case Type::Object: {
      Object members;
      members.reserve(view.size() + kMoreMembers);
      for (const auto [name, member] : view.members()) members.set(name, Value(member));
      data_ = std::move(members);
      break;
    }
  }
}

Result<Value> Value::parse(std::string_view text) {
  auto document = Document::parse(text);
  if (!document) return tl::unexpected(document.error());
  return Value(document->root());
}

Value Value::object(std::initializer_list<Field> fields) {
  Object object;
  object.reserve(fields.size() + kMoreMembers);
  for (const Field& field : fields) object.set(field.name, std::move(field.value));
  return object;
}

Value Value::array(std::initializer_list<Value> items) { return Array(items); }

Type Value::type() const {
  static constexpr Type kTypes[] = {Type::Null,   Type::Bool,  Type::Integer, Type::Number,
                                    Type::String, Type::Array, Type::Object};
  return kTypes[data_.index()];
}

std::string_view Value::string(std::string_view fallback) const {
  const auto* text = std::get_if<std::string>(&data_);
  return text ? std::string_view(*text) : fallback;
}

int64_t Value::integer(int64_t fallback) const {
  const auto* number = std::get_if<int64_t>(&data_);
  return number ? *number : fallback;
}

double Value::number(double fallback) const {
  if (const auto* number = std::get_if<double>(&data_)) return *number;
  if (const auto* number = std::get_if<int64_t>(&data_)) return static_cast<double>(*number);
  return fallback;
}

bool Value::boolean(bool fallback) const {
  const auto* flag = std::get_if<bool>(&data_);
  return flag ? *flag : fallback;
}

Array& Value::items() {
  TANDEM_ASSERT(is_array());
  return std::get<Array>(data_);
}
const Array& Value::items() const {
  TANDEM_ASSERT(is_array());
  return std::get<Array>(data_);
}
Object& Value::members() {
  TANDEM_ASSERT(is_object());
  return std::get<Object>(data_);
}
const Object& Value::members() const {
  TANDEM_ASSERT(is_object());
  return std::get<Object>(data_);
}

const Value& Value::operator[](std::string_view name) const {
  const auto* object = std::get_if<Object>(&data_);
  const Value* found = object ? object->find(name) : nullptr;
  return found ? *found : null_value();
}

Value& Value::member(std::string_view name) {
  if (is_null()) data_ = Object();
  return members().member(name);
}

const Value& Value::at_path(std::string_view dotted) const {
  const Value* value = this;
  while (!dotted.empty()) {
    const size_t dot = dotted.find('.');
    value = &(*value)[dotted.substr(0, dot)];
    if (dot == std::string_view::npos) break;
    dotted.remove_prefix(dot + 1);
  }
  return *value;
}

void Value::push(Value item) {
  if (is_null()) data_ = Array();
  items().push_back(std::move(item));
}

std::string Value::text() const {
  std::string out;
  if (is_object()) out.reserve(kUsualTextBytes);
  append_text(out);
  return out;
}

void Value::append_text(std::string& out) const {
  switch (type()) {
    case Type::Null:
      out += "null";
      return;
    case Type::Bool:
      out += boolean() ? "true" : "false";
      return;
    case Type::Integer:
      Writer(out).value(integer());
      return;
    case Type::Number:
      Writer(out).value(number());
      return;
    case Type::String:
      return append_quoted(out, string());
    case Type::Array: {
      out += '[';
      bool comma = false;
      for (const Value& item : items()) {
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
      for (const auto& [name, value] : members()) {
        if (comma) out += ',';
        comma = true;
        append_quoted(out, name);
        out += ':';
        value.append_text(out);
      }
      out += '}';
      return;
    }
  }
}

bool Value::operator==(const Value& other) const {
  if (data_.index() != other.data_.index())
    return number(0) == other.number(1) && number(1) == other.number(0);
  if (is_array()) return items() == other.items();
  if (!is_object()) return data_.index() == 0 || text() == other.text();
  if (members().size() != other.members().size()) return false;
  for (const auto& [name, value] : members()) {
    const Value* theirs = other.members().find(name);
    if (!theirs || !(value == *theirs)) return false;
  }
  return true;
}

}  // namespace tandem::json
