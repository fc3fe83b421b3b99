#include "app/products.h"

#include "products/account/account.h"
#include "products/ai/ai.h"
#include "products/audio/audio.h"
#include "products/emergency/emergency.h"
#include "products/fax/fax.h"
#include "products/messaging/messaging.h"
#include "products/networking/networking.h"
#include "products/numbers/numbers.h"
#include "products/oauth/oauth.h"
#include "products/porting/porting.h"
#include "products/regulatory/regulatory.h"
#include "products/reporting/reporting.h"
#include "products/sip/sip.h"
#include "products/storage/storage.h"
#include "products/tendlc/tendlc.h"
#include "products/texml/texml.h"
#include "products/verify/verify.h"
#include "products/video/video.h"
#include "products/voice/voice.h"
#include "products/wireless/wireless.h"

namespace tandem::app {

void declare_products(api::Registry& registry, const products::Services& services) {
  products::account::declare(registry, services);
  products::ai::declare(registry, services);
  products::audio::declare(registry, services);
  products::emergency::declare(registry, services);
  products::fax::declare(registry, services);
  products::messaging::declare(registry, services);
  products::networking::declare(registry, services);
  products::numbers::declare(registry, services);
  products::oauth::declare(registry, services);
  products::porting::declare(registry, services);
  products::regulatory::declare(registry, services);
  products::reporting::declare(registry, services);
  products::sip::declare(registry, services);
  products::storage::declare(registry, services);
  products::tendlc::declare(registry, services);
  products::texml::declare(registry, services);
  products::verify::declare(registry, services);
  products::video::declare(registry, services);
  products::voice::declare(registry, services);
  products::wireless::declare(registry, services);
}

}  // namespace tandem::app
