#pragma once

#include <string>
#include <vector>

/// A plain PDF: lines of text in Helvetica on A4 pages.
namespace tandem::products::porting {

/// The first line is the title. Lines are broken where they are too long for the page; characters
/// outside ASCII become '?'.
std::string text_pdf(const std::vector<std::string>& lines);

}  // namespace tandem::products::porting
