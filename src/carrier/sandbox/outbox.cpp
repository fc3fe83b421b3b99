#include "carrier/sandbox/outbox.h"

#include <utility>

#include "carrier/smpp/content.h"

namespace tandem::carrier::sandbox {

std::vector<smpp::Message> parts_of(const Text& text, uint16_t reference) {
  smpp::Message frame;
  frame.source = smpp::address_of(text.from);
  frame.destination = smpp::address_of(text.to);
  const auto parts =
      text::split(text.text, {text::Preference::Auto, reference, /*wide_reference=*/false});
  if (!parts) return {};
  const Multimedia& multimedia = text.multimedia;
  const bool mms = !multimedia.media.empty() || !multimedia.subject.empty() ||
                   !multimedia.others.empty();
  auto messages =
      smpp::messages_for(*parts, frame, mms ? smpp::LongText::Payload : smpp::LongText::Header);
  if (mms) put_multimedia(messages.front(), multimedia);
  return messages;
}

std::vector<std::string> Outbox::load(const store::Snapshot& snapshot) {
  store::Query query;
  query.collection = kUnsentTexts;
  query.order = {{"created_at", false}};
  query.limit = static_cast<int64_t>(kMostTexts);
  std::vector<std::string> ids;
  for (const store::Row& row : snapshot.list(query).rows) {
    auto text = read_text(row);
    if (!text) continue;
    ids.push_back(row.id);
    add(std::move(*text));
  }
  return ids;
}

store::Put Outbox::row_of(const Text& text) {
  store::Put put = sandbox::row_of(text);
  put.collection = kUnsentTexts;
  return put;
}

void Outbox::add(Text text) {
  std::string id = text.id;
  texts_.emplace(std::move(id), Waiting{std::move(text), 0, false});
}

const Text* Outbox::find(const std::string& id) const {
  const auto found = texts_.find(id);
  return found == texts_.end() ? nullptr : &found->second.text;
}

void Outbox::offered(const std::string& id, uint64_t reference) {
  const auto found = texts_.find(id);
  if (found == texts_.end()) return;
  ++found->second.parts_under_way;
  parts_.emplace(reference, id);
}

std::optional<Outbox::Step> Outbox::delivered(uint64_t reference,
                                              const smpp::DeliverOutcome& outcome) {
  const auto part = parts_.find(reference);
  if (part == parts_.end()) return std::nullopt;
  const std::string id = std::move(part->second);
  parts_.erase(part);
  const auto found = texts_.find(id);
  if (found == texts_.end()) return Step{};
  Waiting& waiting = found->second;
  if (outcome.kind == smpp::DeliverOutcome::Kind::GivenUp) waiting.given_up = true;
  if (--waiting.parts_under_way > 0) return Step{};
  if (std::exchange(waiting.given_up, false)) return Step{std::nullopt, id};
  texts_.erase(found);
  return Step{id, std::nullopt};
}

void Outbox::clear() {
  texts_.clear();
  parts_.clear();
}

}  // namespace tandem::carrier::sandbox
