#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "merge.h"
#include "normalise.h"
#include "output.h"
#include "references.h"
#include "yaml.h"

// contract_tool <directory of *.yaml> <out.json> <out operations.h>

namespace {

using namespace tandem;
using namespace tandem::contract_tool;

constexpr std::string_view kPendingFile = "pending";

std::vector<Source> read_sources(const std::string& directory, json::Value& pending,
                                 Problems& problems) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  }
  if (files.empty()) problems.add(directory, "holds no contract");
  std::sort(files.begin(), files.end());
  std::vector<Source> sources;
  for (const auto& file : files) {
    auto content = load_yaml(file.string());
    if (!content) {
      problems.add(file.filename().string(), content.error().what);
    } else if (file.stem() == kPendingFile) {
      pending = std::move(*content);
    } else {
      sources.push_back({file.stem().string(), std::move(*content)});
    }
  }
  return sources;
}

/// Leaves a file with the same text alone, so that nothing is built again because of it.
bool write_when_changed(const std::string& path, const std::string& text) {
  std::ostringstream old;
  if (std::ifstream file(path, std::ios::binary); file) old << file.rdbuf();
  if (old.str() == text) return true;
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  return static_cast<bool>(file);
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> args(argv + 1, argv + argc);
  if (args.size() != 3) {
    std::fputs("usage: contract_tool <contract directory> <json> <header>\n", stderr);
    return 2;
  }
  Problems problems;
  json::Value pending;
  json::Value contract = merge(read_sources(args[0], pending, problems), problems);
  normalise(contract, problems);
  check_references(contract, problems);
  const json::Value pending_names = read_pending(pending, contract, problems);
  for (const std::string& problem : problems.all()) std::fprintf(stderr, "%s\n", problem.c_str());
  if (!problems.empty()) return 1;
  const bool written = write_when_changed(args[1], openapi_text(contract, pending_names)) &&
                       write_when_changed(args[2], operations_header(contract));
  if (!written) std::fputs("the results could not be written\n", stderr);
  return written ? 0 : 1;
}
