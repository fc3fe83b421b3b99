#include "app/declarations.h"

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

#include "app/local_speaker.h"
#include "app/picture_program.h"
#include "app/products.h"
#include "app/web_fetcher.h"
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

}  // namespace

struct Declarations::Parts {
  ScratchFolder folder;
  std::unique_ptr<contract::Contract> contract;
  std::unique_ptr<store::Blobs> blobs;
  std::unique_ptr<products::SecretBox> secrets;
  std::optional<ledger::Rates> rates;
  std::optional<api::Registry> registry;
  products::Seeds seeds;
  products::numbers::Inventory inventory = products::numbers::Inventory::built_in();
  WebFetcher fetcher{WebFetcher::Options()};
  LocalSpeaker speaker;
  PictureProgram pictures;
  std::optional<products::voice::Switchboard> switchboard;
  products::messaging::SendQueue messages;
  std::optional<products::messaging::Terms> terms;
  std::optional<products::messaging::MediaStore> media;
  products::messaging::ServiceTexts service_texts{messages};
  std::optional<products::voice::ServiceCalls> service_calls;
  std::optional<products::PhoneCodes> codes;

  Result<void> open();
  void declare();
};

Result<void> Declarations::Parts::open() {
  auto loaded = contract::Contract::load();
  if (!loaded) return tl::unexpected(loaded.error());
  contract = std::move(*loaded);
  auto files = store::open_file_blobs(folder.path());
  if (!files) return tl::unexpected(files.error());
  blobs = std::move(*files);
  auto box = products::SecretBox::open(folder.path() + "/secret.key");
  if (!box) return tl::unexpected(box.error());
  secrets = std::move(*box);
  auto prices = ledger::Rates::built_in();
  if (!prices) return tl::unexpected(prices.error());
  rates.emplace(std::move(*prices));
  return {};
}

void Declarations::Parts::declare() {
  namespace messaging = products::messaging;
  const auto decide = [](const api::Decision&) {};
  registry.emplace(*contract);
  switchboard.emplace(products::voice::Switchboard::Options(),
                      products::voice::Switchboard::Means{*blobs, *secrets, fetcher, *rates});
  service_calls.emplace(*switchboard);
  codes.emplace(service_texts, *service_calls);
  declare_products(*registry, {*blobs, *secrets, seeds, inventory, fetcher, speaker, decide, *rates,
                               0, &*switchboard, &*codes});
  media.emplace(messaging::MediaStore::Means{fetcher, *blobs, *secrets, pictures, {}});
  terms.emplace(messaging::Terms{*rates});
  const messaging::SendingMeans sending{*terms, messages, *media, decide};
  messaging::declare_sending(*registry, sending);
  messaging::declare_rcs(*registry, sending, nullptr);
}

Declarations::Declarations(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Declarations::~Declarations() = default;

Result<std::unique_ptr<Declarations>> Declarations::make() {
  auto parts = std::make_unique<Parts>();
  if (auto opened = parts->open(); !opened) return tl::unexpected(opened.error());
  parts->declare();
  const auto pending = parts->contract->pending();
  const auto sound = parts->registry->check({pending.begin(), pending.end()});
  if (!sound) return tl::unexpected(sound.error());
  return std::unique_ptr<Declarations>(new Declarations(std::move(parts)));
}

const contract::Contract& Declarations::contract() const { return *parts_->contract; }
const api::Registry& Declarations::registry() const { return *parts_->registry; }

}  // namespace tandem::app
