#include "products/porting/pdf.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

namespace tandem::products::porting {
namespace {

constexpr size_t kLinesPerPage = 48;
constexpr size_t kLineCharacters = 86;
// In points, from the lower left corner of an A4 page.
constexpr int kLeft = 56;
constexpr int kTop = 780;
constexpr int kLineHeight = 15;
constexpr int kTextSize = 11;
constexpr int kTitleSize = 16;

/// A PDF string literal (ISO 32000-1, 7.3.4.2).
std::string literal(std::string_view text) {
  std::string out = "(";
  for (const char c : text) {
    if (c == '(' || c == ')' || c == '\\') out += '\\';
    out += c >= 0x20 && c < 0x7f ? c : '?';
  }
  return out + ")";
}

std::vector<std::string> broken(const std::vector<std::string>& lines) {
  std::vector<std::string> out;
  for (const std::string& line : lines) {
    std::string_view rest = line;
    while (rest.size() > kLineCharacters) {
      size_t cut = rest.rfind(' ', kLineCharacters);
      if (cut == std::string_view::npos || cut == 0) cut = kLineCharacters;
      out.emplace_back(rest.substr(0, cut));
      rest.remove_prefix(std::min(rest.size(), cut + (rest[cut] == ' ' ? 1 : 0)));
    }
    out.emplace_back(rest);
  }
  return out;
}

std::string page_content(const std::vector<std::string>& lines, size_t from) {
  const size_t end = std::min(lines.size(), from + kLinesPerPage);
  std::string out = fmt::format("BT {} {} Td {} TL\n", kLeft, kTop, kLineHeight);
  for (size_t i = from; i < end; ++i) {
    out += fmt::format("/F1 {} Tf {} Tj T*\n", i == 0 ? kTitleSize : kTextSize, literal(lines[i]));
  }
  return out + "ET\n";
}

/// Numbered objects and where each begins, which the cross-reference table needs.
class Objects {
 public:
  void add(const std::string& content) {
    offsets_.push_back(text_.size());
    text_ += fmt::format("{} 0 obj\n{}\nendobj\n", offsets_.size(), content);
  }
  std::string finish() {
    const size_t table = text_.size();
    text_ += fmt::format("xref\n0 {}\n0000000000 65535 f \n", offsets_.size() + 1);
    for (const size_t offset : offsets_) text_ += fmt::format("{:010} 00000 n \n", offset);
    text_ += fmt::format("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{}\n%%EOF\n",
                         offsets_.size() + 1, table);
    return std::move(text_);
  }

 private:
  std::string text_ = "%PDF-1.4\n";
  std::vector<size_t> offsets_;
};

}  // namespace

std::string text_pdf(const std::vector<std::string>& given) {
  const std::vector<std::string> lines = broken(given);
  const size_t pages = std::max<size_t>(1, (lines.size() + kLinesPerPage - 1) / kLinesPerPage);
  std::string kids;
  for (size_t i = 0; i < pages; ++i) kids += fmt::format("{} 0 R ", 4 + 2 * i);
  Objects objects;
  objects.add("<< /Type /Catalog /Pages 2 0 R >>");
  objects.add(fmt::format("<< /Type /Pages /Count {} /Kids [{}] >>", pages, kids));
  objects.add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>");
  for (size_t i = 0; i < pages; ++i) {
    const std::string content = page_content(lines, i * kLinesPerPage);
    objects.add(
        fmt::format("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] "
                    "/Resources << /Font << /F1 3 0 R >> >> /Contents {} 0 R >>",
                    5 + 2 * i));
    objects.add(fmt::format("<< /Length {} >>\nstream\n{}endstream", content.size(), content));
  }
  return objects.finish();
}

}  // namespace tandem::products::porting
