#include "products/common/detail_records.h"

#include <array>
#include <utility>

namespace tandem::products {
namespace {

struct Kind {
  std::string_view word;
  std::string_view record_type;
};

/// Kinds whose records the contract gives a record_type of their own.
constexpr std::array<Kind, 6> kKinds = {{
    {"amd", "amd_detail_record"},
    {"conference", "conference_detail_record"},
    {"conference-participant", "conference_participant_detail_record"},
    {"messaging", "message_detail_record"},
    {"verify", "verification_detail_record"},
    {"wireless", "sim_card_usage"},
}};

}  // namespace

std::string tags_of_record(const json::Value& tags) {
  std::string text;
  if (!tags.is_array()) return text;
  for (const json::Value& tag : tags.items()) {
    if (!text.empty()) text += ',';
    text += tag.string();
  }
  return text;
}

std::string_view detail_record_kind(std::string_view record_type) {
  for (const Kind& kind : kKinds) {
    if (record_type == kind.record_type) return kind.word;
  }
  return record_type;
}

void add_detail_record(api::Effects& effects, std::string id, std::string account,
                       json::Value record, WallTime created_at) {
  const std::string word(detail_record_kind(record["record_type"].string()));
  for (const Kind& kind : kKinds) {
    if (word == kind.word) record.set("record_type", kind.record_type);
  }
  record.set("_kind", word);
  effects.put(std::string(kDetailRecords), std::move(id), std::move(account), record,
              store::kAnyRevision, created_at);
}

}  // namespace tandem::products
