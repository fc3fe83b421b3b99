#pragma once

#include <string>
#include <vector>

#include "api/call.h"
#include "core/json.h"

/// The moment at which the numbers of an order move.
namespace tandem::products::porting {

/// A span in which numbers may move.
struct Window {
  WallTime start;
  WallTime end;
};

/// The working hours of the registries, 13:00 to 21:00 UTC on the next ten working days, beginning
/// with the second one from `now`.
std::vector<Window> foc_windows(WallTime now);

/// The firm order commitment: what was asked for, when that is still ahead, else the first window.
WallTime committed_moment(const json::Value& order, WallTime now);

/// Adds the job that moves the order's numbers at its foc_datetime_actual. Orders that move fast
/// can be activated by hand for half a day from then on, before it happens by itself.
void plan_job(const json::Value& order, std::string_view account, api::Moment moment,
              api::Effects& effects);

}  // namespace tandem::products::porting
