#include "app/coverage.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include "api/registry.h"
#include "app/local_speaker.h"
#include "app/products.h"
#include "app/web_fetcher.h"
#include "contract/contract.h"
#include "ledger/rates.h"
#include "products/common/phone_codes.h"
#include "products/common/secret_box.h"
#include "products/common/seeds.h"
#include "products/messaging/media.h"
#include "products/messaging/rcs.h"
#include "products/messaging/send_handlers.h"
#include "products/messaging/service_texts.h"
#include "products/numbers/inventory.h"
#include "products/voice/service_calls.h"
#include "products/voice/switchboard.h"
#include "store/blobs.h"

namespace tandem::app {
namespace {

/// A folder of its own that goes away with it: declaring products takes services, though none of
/// them is used.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "tandem-XXXXXX").string();
    if (const char* made = mkdtemp(name.data())) path_ = made;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::vector<CoverageRow> count(const contract::Contract& contract, const api::Registry& registry) {
  std::vector<CoverageRow> rows;
  const auto pending = contract.pending();
  for (const contract::Operation& operation : contract.operations()) {
    auto row = std::find_if(rows.begin(), rows.end(),
                            [&](const CoverageRow& r) { return r.product == operation.product; });
    if (row == rows.end()) {
      rows.push_back({.product = std::string(operation.product)});
      row = rows.end() - 1;
    }
    ++row->total;
    if (registry.bound(operation.op)) ++row->served;
    if (std::find(pending.begin(), pending.end(), operation.id) != pending.end()) ++row->pending;
  }
  return rows;
}

}  // namespace

Result<std::vector<CoverageRow>> measure_coverage() {
  const auto contract = contract::Contract::load();
  if (!contract) return tl::unexpected(contract.error());
  const ScratchFolder folder;
  const auto blobs = store::open_file_blobs(folder.path());
  if (!blobs) return tl::unexpected(blobs.error());
  const auto secrets = products::SecretBox::open(folder.path() + "/secret.key");
  if (!secrets) return tl::unexpected(secrets.error());
  api::Registry registry(**contract);
  products::Seeds seeds;
  const auto inventory = products::numbers::Inventory::built_in();
  const auto rates = ledger::Rates::built_in();
  if (!rates) return tl::unexpected(rates.error());
  WebFetcher fetcher{WebFetcher::Options()};
  LocalSpeaker speaker;
  products::voice::Switchboard switchboard({}, {**blobs, **secrets, fetcher, *rates});
  products::messaging::SendQueue messages;
  products::messaging::ServiceTexts service_texts(messages);
  products::voice::ServiceCalls service_calls(switchboard);
  const products::PhoneCodes codes(service_texts, service_calls);
  declare_products(registry, {**blobs, **secrets, seeds, inventory, fetcher, speaker,
                              [](const api::Decision&) {}, *rates, 0, &switchboard, &codes});
  const products::messaging::MediaStore media({fetcher, **blobs, **secrets, {}});
  const products::messaging::SendingMeans sending{*rates, messages, media,
                                                  [](const api::Decision&) {}};
  products::messaging::declare_sending(registry, sending);
  products::messaging::declare_rcs(registry, sending, nullptr);
  const auto pending = (*contract)->pending();
  const auto sound = registry.check({pending.begin(), pending.end()});
  if (!sound) return tl::unexpected(sound.error());
  return count(**contract, registry);
}

}  // namespace tandem::app
