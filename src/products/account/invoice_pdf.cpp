#include "products/account/invoice_pdf.h"

#include <fmt/format.h>

namespace tandem::products::account {
namespace {

constexpr int kLeft = 50;  // points from the left edge of an A4 page
constexpr int kTop = 790;  // and the first line's from the bottom
constexpr int kLineHeight = 13;
constexpr size_t kMostLines = 56;  // that fit below each other

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '(' || c == ')' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

/// The drawing instructions of a page with these lines of text.
std::string page_of(const std::vector<std::string>& lines) {
  std::string page = fmt::format("BT /F1 10 Tf {} TL {} {} Td\n", kLineHeight, kLeft, kTop);
  for (const std::string& line : lines) page += fmt::format("({}) Tj T*\n", escaped(line));
  return page + "ET";
}

std::vector<std::string> lines_of(const json::Value& invoice, std::string_view account,
                                  const std::vector<ledger::Total>& totals) {
  std::vector<std::string> lines = {
      fmt::format("Invoice {}", invoice["invoice_id"].string()),
      fmt::format("Account {}", account),
      fmt::format("Period  {} to {}", invoice["period_start"].string(),
                  invoice["period_end"].string()),
      "",
      fmt::format("{:<16}{:<14}{:>14}{:>18}", "Product", "Charge", "Quantity", "USD"),
      ""};
  ledger::Nanos sum = 0;
  for (const ledger::Total& total : totals) {
    if (total.charge == ledger::Charge::Payment) continue;
    sum += total.taken;
    if (lines.size() + 2 >= kMostLines) continue;
    lines.push_back(fmt::format("{:<16}{:<14}{:>14}{:>18}", ledger::to_string(total.product),
                                ledger::to_string(total.charge), total.quantity,
                                ledger::to_decimal(total.taken)));
  }
  lines.emplace_back();
  lines.push_back(fmt::format("{:<44}{:>18}", "Total", ledger::to_decimal(sum)));
  return lines;
}

}  // namespace

std::string invoice_pdf(const json::Value& invoice, std::string_view account,
                        const std::vector<ledger::Total>& totals) {
  const std::string page = page_of(lines_of(invoice, account, totals));
  const std::string objects[] = {
      "<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
      "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
      "/Resources << /Font << /F1 5 0 R >> >> >>",
      fmt::format("<< /Length {} >>\nstream\n{}\nendstream", page.size(), page),
      "<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>"};
  std::string pdf = "%PDF-1.4\n";
  std::string table;
  size_t number = 0;
  for (const std::string& object : objects) {
    table += fmt::format("{:010} 00000 n \n", pdf.size());
    pdf += fmt::format("{} 0 obj\n{}\nendobj\n", ++number, object);
  }
  const size_t start = pdf.size();
  pdf += fmt::format("xref\n0 {}\n0000000000 65535 f \n{}", number + 1, table);
  pdf +=
      fmt::format("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{}\n%%EOF\n", number + 1, start);
  return pdf;
}

}  // namespace tandem::products::account
