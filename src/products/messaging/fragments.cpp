#include "products/messaging/fragments.h"

#include "carrier/text/hex.h"

namespace tandem::products::messaging {

namespace text = carrier::text;

json::Value row_of(const text::Fragment& fragment) {
  return json::Value::object({{"from", fragment.from},
                              {"to", fragment.to},
                              {"reference", static_cast<int>(fragment.part.reference)},
                              {"total", static_cast<int>(fragment.part.total)},
                              {"sequence", static_cast<int>(fragment.part.sequence)},
                              {"wide", fragment.part.wide},
                              {"alphabet", static_cast<int>(fragment.alphabet)},
                              {"locking", static_cast<int>(fragment.national.locking)},
                              {"single", static_cast<int>(fragment.national.single)},
                              {"bytes", text::to_hex(fragment.bytes)}});
}

text::Fragment read_fragment(const std::string& id, json::View row) {
  text::Fragment fragment;
  fragment.id = id;
  fragment.from = row["from"].string();
  fragment.to = row["to"].string();
  fragment.part.reference = static_cast<uint16_t>(row["reference"].integer());
  fragment.part.total = static_cast<uint8_t>(row["total"].integer());
  fragment.part.sequence = static_cast<uint8_t>(row["sequence"].integer());
  fragment.part.wide = row["wide"].boolean();
  fragment.alphabet = static_cast<text::Alphabet>(row["alphabet"].integer());
  fragment.national.locking = static_cast<uint8_t>(row["locking"].integer());
  fragment.national.single = static_cast<uint8_t>(row["single"].integer());
  fragment.bytes = text::from_hex(row["bytes"].string());
  return fragment;
}

}  // namespace tandem::products::messaging
