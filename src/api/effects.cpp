#include "api/effects.h"

#include <iterator>

#include "core/assert.h"

namespace tandem::api {

Reply Reply::json(std::string body, int status) {
  Reply reply;
  reply.status = status;
  reply.body = std::move(body);
  return reply;
}

Reply Reply::data(const json::Value& object, int status) {
  // Text that is JSON already would stand there as a string.
  TANDEM_ASSERT(object.is_object() || object.is_array());
  std::string body = R"({"data":)";
  object.append_text(body);
  body += '}';
  return json(std::move(body), status);
}

Reply Reply::text(std::string body, std::string content_type, int status) {
  Reply reply = json(std::move(body), status);
  reply.content_type = std::move(content_type);
  return reply;
}

Reply Reply::of_file(http::FileBody file, std::string content_type, int status) {
  Reply reply;
  reply.status = status;
  reply.content_type = std::move(content_type);
  reply.file = std::move(file);
  return reply;
}

Reply Reply::empty(int status) {
  Reply reply;
  reply.status = status;
  reply.content_type.clear();
  return reply;
}

void Effects::put(std::string collection, std::string id, std::string account,
                  const json::Value& body, int64_t expected, WallTime created_at) {
  batch.puts.push_back({std::move(collection), std::move(id), std::move(account), body.text(),
                        expected, created_at});
}

void Effects::remove(std::string collection, std::string id, int64_t expected) {
  batch.removes.push_back({std::move(collection), std::move(id), expected});
}

namespace {
template <class T>
void append(std::vector<T>& to, std::vector<T>& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}
}  // namespace

void Effects::merge(Effects other) {
  append(batch.puts, other.batch.puts);
  append(batch.removes, other.batch.removes);
  append(batch.adjusts, other.batch.adjusts);
  append(batch.trims, other.batch.trims);
  append(events, other.events);
  append(timers, other.timers);
  append(cancelled_timers, other.cancelled_timers);
  append(after_commit, other.after_commit);
  if (!other.reply.unset()) reply = std::move(other.reply);
  if (other.out_of_bounds) out_of_bounds = std::move(other.out_of_bounds);
}

}  // namespace tandem::api
