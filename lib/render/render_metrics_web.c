/* SPDX-License-Identifier: MIT */

/* What the daemon finds about itself, and how its HTTP server lets people in. */

#include "render/render_metrics_page.h"

void metrics_write_daemon_finding(MetricsPage *p)
{
        for (size_t i = 0; i < p->daemon->n_findings; i++) {
                const DaemonFinding *f = &p->daemon->findings[i];
                const MetricLabel labels[] = {
                        {"finding", f->name},
                        {"severity", severity_to_string(f->severity)},
                };

                metrics_sample_i64(&p->writer, NULL, labels, ARRAY_LEN(labels), 1);
        }
}

void metrics_write_web_cert_not_after(MetricsPage *p)
{
        if (p->daemon->web.has_tls)
                metrics_sample_i64(&p->writer, NULL, NULL, 0, p->daemon->web.cert_not_after_at);
}

void metrics_write_web_file_reload_successful(MetricsPage *p)
{
        const WebFacts *w = &p->daemon->web;

        for (size_t i = 0; i < w->n_files; i++) {
                const MetricLabel labels[] = {{"file", w->files[i].name}};

                metrics_sample_i64(
                        &p->writer, NULL, labels, ARRAY_LEN(labels), w->files[i].successful);
        }
}

void metrics_write_web_handshake_failures(MetricsPage *p)
{
        if (p->daemon->web.has_tls)
                metrics_sample_i64(&p->writer, NULL, NULL, 0,
                        (int64_t) p->daemon->web.n_handshake_failures);
}

void metrics_write_web_login_failures(MetricsPage *p)
{
        if (p->daemon->web.has_logins)
                metrics_sample_i64(
                        &p->writer, NULL, NULL, 0, (int64_t) p->daemon->web.n_login_failures);
}

void metrics_write_web_logins_throttled(MetricsPage *p)
{
        if (p->daemon->web.has_logins)
                metrics_sample_i64(
                        &p->writer, NULL, NULL, 0, (int64_t) p->daemon->web.n_logins_throttled);
}
