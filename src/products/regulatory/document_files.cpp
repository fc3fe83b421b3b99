#include "products/regulatory/document_files.h"

#include <array>

namespace tandem::products::regulatory {
namespace {

struct FileType {
  std::string_view extension;
  std::string_view content_type;
};
constexpr std::array<FileType, 9> kFileTypes = {{
    {".pdf", "application/pdf"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".jpeg", "image/jpeg"},
    {".gif", "image/gif"},
    {".tif", "image/tiff"},
    {".tiff", "image/tiff"},
    {".txt", "text/plain"},
    {".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
}};

}  // namespace

std::string type_of(std::string_view filename) {
  for (const FileType& type : kFileTypes) {
    if (filename.ends_with(type.extension)) return std::string(type.content_type);
  }
  return "application/octet-stream";
}

void describe_file(json::Value& document, std::string_view blob, uint64_t size,
                   std::string_view content_type) {
  document.set("sha256", blob);  // which is what names a blob
  document.set("size", json::Value::object({{"amount", size}, {"unit", "bytes"}}));
  document.set("content_type", content_type);
}

}  // namespace tandem::products::regulatory
