#include "products/emergency/postal.h"

#include <doctest/doctest.h>

namespace tandem::products::emergency {
namespace {

json::Value address(std::string_view json) { return *json::Value::parse(json); }

TEST_CASE("countries, areas and postal codes") {
  CHECK(is_country("US"));
  CHECK(is_country("ZW"));
  CHECK_FALSE(is_country("us"));
  CHECK_FALSE(is_country("XX"));
  CHECK(is_administrative_area("US", "TX"));
  CHECK_FALSE(is_administrative_area("US", "ZZ"));
  CHECK_FALSE(is_administrative_area("US", "TX UT"));
  CHECK(is_administrative_area("DE", "Bayern"));
  for (const auto& [country, code] : {std::pair{"US", "78701"},
                                      {"US", "78701-1234"},
                                      {"CA", "M5V 3L9"},
                                      {"GB", "SW1A 1AA"},
                                      {"NL", "1012 AB"},
                                      {"DE", "10115"},
                                      {"AE", "whatever"}}) {
    CHECK_MESSAGE(is_postal_code(country, code), country << " " << code);
  }
  for (const auto& [country, code] :
       {std::pair{"US", "7870"}, {"US", "787011234"}, {"CA", "12345"}, {"DE", "1011A"}}) {
    CHECK_FALSE_MESSAGE(is_postal_code(country, code), country << " " << code);
  }
}

TEST_CASE("what is wrong with an address is named by code and member") {
  struct Row {
    const char* json;
    const char* code;
    const char* pointer;
  };
  const Row rows[] = {
      {R"({"country_code":"XX","street_address":"1 A St","locality":"B"})", "20201",
       "/country_code"},
      {R"({"country_code":"US","street_address":" ","locality":"B"})", "20207", "/street_address"},
      {R"({"country_code":"US","street_address":"P.O. Box 12","locality":"B"})", "20207",
       "/street_address"},
      {R"({"country_code":"US","street_address":"Main Street","locality":"B"})", "20208",
       "/street_address"},
      {R"({"country_code":"US","street_address":"1 A St","locality":""})", "20202", "/locality"},
      {R"({"country_code":"US","street_address":"1 A St","administrative_area":"Texas"})", "20204",
       "/administrative_area"},
      {R"({"country_code":"CA","street_address":"1 A St","postal_code":"78701"})", "20205",
       "/postal_code"},
  };
  for (const Row& row : rows) {
    const auto faults = address_faults(address(row.json), Scrutiny::Emergency);
    REQUIRE_MESSAGE(faults.size() == 1, row.json);
    CHECK(faults[0].code == row.code);
    CHECK(faults[0].pointer == row.pointer);
  }
  CHECK(address_faults(address(R"({"country_code":"US","street_address":"PO Box 12"})"),
                       Scrutiny::Form)
            .empty());
}

TEST_CASE("addresses are written tidily") {
  const json::Value tidy = tidy_address(address(
      R"({"country_code":"ca","street_address":" 1 Front St ","locality":"Toronto",
          "administrative_area":"on","postal_code":"m5v3l9","first_name":"Ann"})"));
  CHECK(tidy.text() ==
        R"({"street_address":"1 Front St","locality":"Toronto",)"
        R"("administrative_area":"ON","postal_code":"M5V 3L9","country_code":"CA"})");
  CHECK(address_faults(tidy, Scrutiny::Emergency).empty());
}

}  // namespace
}  // namespace tandem::products::emergency
