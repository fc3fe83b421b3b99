#include "core/assert.h"
#include "telephony/rtp/rtcp.h"

namespace {

/// Reads every byte it is shown, so that a view outside the packet is found.
struct Reader final : tandem::rtp::RtcpListener {
  void on_cname(uint32_t, std::string_view name) override {
    for (const char c : name) sum += static_cast<unsigned>(c);
  }
  void on_report(uint32_t, const tandem::rtp::ReportBlock& report) override {
    tandem::rtp::round_trip_micros(report, 1);
  }
  unsigned sum = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Reader reader;
  tandem::rtp::parse_rtcp({data, size}, reader);
  return 0;
}
