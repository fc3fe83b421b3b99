#pragma once

#include "core/metrics.h"

namespace tandem::events {

/// What the couriers count together.
struct CourierMetrics {
  explicit CourierMetrics(Metrics& metrics)
      : delivered(metrics.counter("tandem_webhooks_delivered_total", "Webhooks a target took")),
        failed_attempts(metrics.counter("tandem_webhook_attempts_failed_total",
                                        "Webhook requests without a 2xx answer")),
        given_up(metrics.counter("tandem_webhooks_given_up_total", "Webhooks no target ever took")),
        in_flight(metrics.gauge("tandem_webhooks_in_flight", "Webhook deliveries under way")),
        in_memory(metrics.gauge("tandem_webhooks_in_memory", "Webhook deliveries held in memory")),
        seconds(metrics.histogram("tandem_webhook_seconds", "Duration of webhook requests")) {}

  Counter& delivered;
  Counter& failed_attempts;
  Counter& given_up;
  Gauge& in_flight;
  Gauge& in_memory;
  Histogram& seconds;
};

}  // namespace tandem::events
