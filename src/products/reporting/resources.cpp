#include "products/reporting/reporting.h"

namespace tandem::products::reporting {

void declare(api::Registry& registry, const Services&) {
  declare_detail_records(registry);
  declare_usage_reports(registry);
}

}  // namespace tandem::products::reporting
