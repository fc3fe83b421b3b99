#include "products/emergency/postal.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "products/emergency/postal_formats.h"

namespace tandem::products::emergency {
namespace {

using contract::ErrorItem;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }

/// '9' stands for a digit, 'A' for a letter; anything else for itself.
bool has_form(std::string_view text, std::string_view form) {
  if (text.size() != form.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (form[i] == '9' ? !is_digit(text[i])
                       : (form[i] == 'A' ? !is_letter(text[i]) : text[i] != form[i])) {
      return false;
    }
  }
  return true;
}

std::string upper(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return result;
}

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

bool names_post_box(std::string_view street) {
  std::string plain;
  for (const char c : upper(street)) {
    if (is_letter(c) || is_digit(c)) plain += c;
  }
  return plain.starts_with("POBOX") || plain.starts_with("POSTOFFICEBOX");
}

/// Where emergency calls are served, and where a house number leads to the door.
bool is_served(std::string_view country) {
  return country == "US" || country == "CA" || country == "PR";
}

std::string tidy_postal_code(std::string_view country, std::string_view code) {
  std::string tidy = upper(trimmed(code));
  constexpr size_t kCanadian = 6;
  constexpr size_t kZipPlus4 = 9;
  if (country == "CA" && tidy.size() == kCanadian) tidy.insert(3, " ");
  if (country == "US" && tidy.size() == kZipPlus4) tidy.insert(5, "-");
  return tidy;
}

}  // namespace

bool is_country(std::string_view code) { return find_format(code) != nullptr; }

bool is_postal_code(std::string_view country, std::string_view code) {
  const CountryFormat* format = find_format(country);
  if (!format || format->postal.empty()) return true;
  std::string_view forms = format->postal;
  while (!forms.empty()) {
    const size_t end = std::min(forms.find('|'), forms.size());
    if (has_form(code, forms.substr(0, end))) return true;
    forms.remove_prefix(std::min(end + 1, forms.size()));
  }
  return false;
}

bool is_administrative_area(std::string_view country, std::string_view area) {
  const CountryFormat* format = find_format(country);
  if (!format || format->areas.empty()) return true;
  // Areas stand in one text with a blank between them: no area has a blank in its code.
  if (area.empty() || area.find(' ') != std::string_view::npos) return false;
  const std::string wanted = " " + std::string(area) + " ";
  return format->areas.find(wanted) != std::string_view::npos;
}

std::vector<ErrorItem> address_faults(const json::Value& address, Scrutiny scrutiny) {
  std::vector<ErrorItem> faults;
  const auto fault = [&faults](const char* code, const char* detail, const char* pointer) {
    faults.push_back({code, detail, pointer, {}});
  };
  const json::Value tidy = tidy_address(address);
  const std::string_view country = tidy["country_code"].string();
  const std::string_view street = tidy["street_address"].string();
  const std::string_view postal_code = tidy["postal_code"].string();
  const std::string_view area = tidy["administrative_area"].string();
  if (!is_country(country)) {
    fault("20201", "This is no ISO 3166-1 alpha-2 country code.", "/country_code");
    return faults;
  }
  const bool emergency = scrutiny == Scrutiny::Emergency && is_served(country);
  if (street.empty()) {
    fault("20207", "An address has a street.", "/street_address");
  } else if (emergency && names_post_box(street)) {
    fault("20207", "Nobody can be found at a post box.", "/street_address");
  } else if (emergency && std::none_of(street.begin(), street.end(), is_digit)) {
    fault("20208", "The street address has no house number.", "/street_address");
  }
  if (tidy["locality"].string().empty() && !address["locality"].is_null()) {
    fault("20202", "An address has a locality.", "/locality");
  }
  const bool needs_area = emergency && !address["administrative_area"].is_null();
  if ((needs_area || !area.empty()) && !is_administrative_area(country, area)) {
    fault("20204", "The country has no such state or province.", "/administrative_area");
  }
  if (!postal_code.empty() && !is_postal_code(country, postal_code)) {
    fault("20205", "Postal codes of this country have another form.", "/postal_code");
  }
  return faults;
}

json::Value tidy_address(const json::Value& address) {
  json::Value tidy = json::Value::object();
  const std::string country = upper(trimmed(address["country_code"].string()));
  for (const char* name : {"street_address", "extended_address", "locality", "administrative_area",
                           "postal_code", "country_code"}) {
    const json::Value& value = address[name];
    if (value.is_null()) continue;
    tidy.set(name, trimmed(value.string()));
  }
  tidy.set("country_code", country);
  if (const CountryFormat* format = find_format(country); format && !format->areas.empty()) {
    if (!tidy["administrative_area"].is_null()) {
      tidy.set("administrative_area", upper(tidy["administrative_area"].string()));
    }
  }
  if (!tidy["postal_code"].is_null()) {
    tidy.set("postal_code", tidy_postal_code(country, tidy["postal_code"].string()));
  }
  return tidy;
}

}  // namespace tandem::products::emergency
