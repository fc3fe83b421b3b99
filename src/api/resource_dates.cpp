#include "api/resource_dates.h"

#include <span>

namespace tandem::api {
namespace {

constexpr std::string_view kCreatedNames[] = {"created_at", "createdAt", "createDate",
                                              "date_created"};
constexpr std::string_view kUpdatedNames[] = {"updated_at", "updatedAt", "updateDate",
                                              "date_updated"};

Stamps::Field find(contract::Schema document, std::span<const std::string_view> names) {
  using Kind = contract::Schema::Kind;
  for (std::string_view name : names) {
    const contract::Schema member = document.member(name);
    if (!member) continue;
    Stamps::Field field{std::string(name), Stamps::Form::Iso};
    if (member.kind() == Kind::Integer || member.kind() == Kind::Number) {
      field.form = Stamps::Form::UnixSeconds;
    } else if (name.starts_with("date_")) {
      field.form = Stamps::Form::Rfc2822;
    } else if (member.format() == "date") {
      field.form = Stamps::Form::Date;
    }
    return field;
  }
  return {};
}

}  // namespace

Stamps Stamps::of(contract::Schema document) {
  return {find(document, kCreatedNames), find(document, kUpdatedNames)};
}

json::Value stamp(const Stamps::Field& field, WallTime time) {
  switch (field.form) {
    case Stamps::Form::Iso:
      return to_iso8601(time);
    case Stamps::Form::Date:
      return to_iso8601(time).substr(0, 10);
    case Stamps::Form::UnixSeconds:
      return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
    case Stamps::Form::Rfc2822:
      return to_rfc2822(time);
  }
  return {};
}

std::string to_rfc2822(WallTime time) {
  std::string text = to_http_date(time);  // the same but for the zone: "... GMT"
  text.replace(text.size() - 3, 3, "+0000");
  return text;
}

}  // namespace tandem::api
