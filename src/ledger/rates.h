#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "ledger/money.h"

namespace tandem::ledger {

/// What is charged for a number of something by destination.
struct Rate {
  Nanos price = 0;    // a minute, a segment, a page
  Nanos cost = 0;     // what a carrier wants for it
  int64_t first = 1;  // seconds that count as a whole from the start of a call
  int64_t step = 1;   // and then
};

/// What a number costs to have.
struct NumberRate {
  Nanos upfront = 0;
  Nanos monthly = 0;
};

enum class Direction : uint8_t { Outbound, Inbound };

/// The price list, in US dollars: data, read at start. Destinations are matched by the longest
/// prefix of the E.164 number; every service has an entry that matches all.
class Rates {
 public:
  /// The list that is built in (ledger/data).
  static Result<Rates> built_in();
  /// From text in the form of those files: tab-separated lines, '#' begins a comment.
  ///   destinations.tsv: service, direction, prefix or *, price, cost, first, step
  ///   numbers.tsv: country, type, upfront, monthly
  ///   services.tsv: name, price
  static Result<Rates> parse(std::string_view destinations, std::string_view numbers,
                             std::string_view services);

  /// Services: "voice", "sms", "mms", "fax". `number` decides, with or without '+': the far end
  /// of what goes out, our own number for what comes in. Nothing when the service is unknown.
  std::optional<Rate> find(std::string_view service, Direction direction,
                           std::string_view number) const;
  /// `country` ISO 3166-1 alpha-2, `type` "local", "national", "mobile", "toll_free".
  std::optional<NumberRate> number(std::string_view country, std::string_view type) const;
  /// The price of a service that is the same everywhere: "amd", "recording_minute".
  std::optional<Nanos> service(std::string_view name) const;

 private:
  std::map<std::string, Rate, std::less<>> destinations_;   // "sms/outbound/4479"
  std::map<std::string, NumberRate, std::less<>> numbers_;  // "GB/mobile"
  std::map<std::string, Nanos, std::less<>> services_;
};

}  // namespace tandem::ledger
