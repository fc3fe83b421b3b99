#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "contract/schema.h"
#include "core/clock.h"
#include "core/json.h"

namespace tandem::api {

/// The members of a collection's documents that say when they were made and last changed.
struct Stamps {
  enum class Form { Iso, Date, UnixSeconds, Rfc2822 };
  struct Field {
    std::string name;  // "created_at", "createDate", "date_created"; empty: there is none
    Form form = Form::Iso;
  };
  Field created;
  Field updated;

  /// Finds them among the members of an answer's document.
  static Stamps of(contract::Schema document);
};

/// The moment in the form of the field.
json::Value stamp(const Stamps::Field& field, WallTime time);

/// `Fri, 11 Aug 2023 19:12:11 +0000` (RFC 5322 section 3.3), the form of TeXML.
std::string to_rfc2822(WallTime time);

}  // namespace tandem::api
