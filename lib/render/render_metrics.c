/* SPDX-License-Identifier: MIT */

/*
 * The page is written family by family, because the formats forbid interleaving; so every endpoint
 * is visited once per family. What its samples have in common, the labels, is written once per page
 * into one text, and each sample copies its piece.
 *
 * Two kinds of rows follow from the facts: one per endpoint, and one per address that is exported.
 * An endpoint of which several addresses are probed has a row for each, told apart by the address
 * label; every other endpoint has one, that of the address that speaks for it.
 */

#include "render/render_metrics.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "render/render_metrics_page.h"
#include "render/view.h"

static void page_done(MetricsPage *p)
{
        free(p->endpoints);
        free(p->rows);
        metrics_page_keystores_done(p);
        buf_done(&p->blocks);
}

const char *metrics_page_block(const MetricsPage *p, size_t at)
{
        return buf_str(&p->blocks) + at;
}

/* ---- rows ---- */

const Finding *metrics_first_failure(const Endpoint *e, int address)
{
        const Assessment *a = e->assessment;

        if (!a || a->success)
                return NULL;

        for (size_t i = 0; i < a->n_findings; i++)
                if (finding_fails(&a->findings[i]) &&
                        (address < 0 || a->findings[i].address == address))
                        return &a->findings[i];
        return NULL;
}

static const char *address_text(const AddressObservation *a)
{
        return a->address ? a->address : a->conname ? a->conname : "";
}

/* Is the address exported already, for a CONNAME that names the same place twice? */
static bool is_repeated(const Observation *o, size_t index)
{
        for (size_t i = 0; i < index; i++)
                if (strcmp(address_text(&o->addresses[i]), address_text(&o->addresses[index])) == 0)
                        return true;
        return false;
}

static int page_add_row(MetricsPage *p, const AddressRow *row)
{
        int r = util_grow(&p->rows, p->n_rows, sizeof(*p->rows));

        if (r < 0)
                return r;
        p->rows[p->n_rows++] = *row;
        return 0;
}

/* Appends a label block to the common text; `address` may be NULL. Returns where it begins. */
static size_t page_add_block(MetricsPage *p, const EndpointConfig *c, const char *address)
{
        const MetricLabel labels[] = {
                {"endpoint", c->name},
                {"qmgr", c->qmgr},
                {"channel", c->channel},
                {"address", address},
        };
        size_t at = p->blocks.len;

        metrics_append_labels(&p->blocks, labels, ARRAY_LEN(labels));
        buf_append_char(&p->blocks, '\0');
        return at;
}

static int page_add_addresses(MetricsPage *p, const Endpoint *e)
{
        const Observation *o = e->observation;

        for (size_t i = 0; i < o->n_addresses && i < e->assessment->n_addresses; i++) {
                AddressRow row = {
                        .endpoint = e,
                        .address = &o->addresses[i],
                        .stages = e->assessment->addresses[i].stages,
                        .primary = e->assessment->addresses[i].primary,
                        .failure = metrics_first_failure(e, (int) i),
                };
                int r;

                if (is_repeated(o, i))
                        continue;

                row.block = page_add_block(p, e->config, address_text(row.address));
                r = page_add_row(p, &row);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int page_add_endpoint(MetricsPage *p, const Endpoint *e)
{
        EndpointRow *er = &p->endpoints[p->n_endpoints++];
        int r = 0;

        *er = (EndpointRow){
                .endpoint = e,
                .block = page_add_block(p, e->config, NULL),
                .first_row = p->n_rows,
        };

        if (view_has_several_addresses(e)) {
                r = page_add_addresses(p, e);
        } else if (e->assessment) {
                const AddressRow row = {
                        .endpoint = e,
                        .address = view_speaker(e),
                        .stages = e->assessment->stages,
                        .primary = view_speaker_primary(e),
                        .failure = metrics_first_failure(e, -1),
                        .block = er->block,
                };

                r = page_add_row(p, &row);
        }
        er->n_rows = p->n_rows - er->first_row;
        return r;
}

static int page_make_rows(MetricsPage *p)
{
        size_t n = p->only ? 1 : inventory_count(p->inventory);

        p->endpoints = calloc(n ? n : 1, sizeof(*p->endpoints));
        if (!p->endpoints)
                return -ENOMEM;

        for (size_t i = 0; i < n; i++) {
                int r = page_add_endpoint(p, p->only ? p->only : inventory_at(p->inventory, i));

                if (r < 0)
                        return r;
        }
        if (!p->only && metrics_page_add_keystores(p) < 0)
                return -ENOMEM;
        return buf_error(&p->blocks);
}

/* ---- samples: the daemon ---- */

static void daemon_gauge(MetricsPage *p, int64_t value)
{
        metrics_sample_i64(&p->writer, NULL, NULL, 0, value);
}

static void write_build_info(MetricsPage *p)
{
        const MetricLabel labels[] = {
                {"version", p->daemon->version},
                {"openssl", p->daemon->openssl_version},
                {"libmicrohttpd", p->daemon->microhttpd_version},
                {"systemd", p->daemon->systemd_version},
                {"libconfig", p->daemon->libconfig_version},
        };

        metrics_sample_i64(&p->writer, NULL, labels, ARRAY_LEN(labels), 1);
}

static void write_config_reload_successful(MetricsPage *p)
{
        daemon_gauge(p, p->daemon->reload_successful);
}

static void write_config_reload_success(MetricsPage *p)
{
        daemon_gauge(p, p->daemon->reload_success_at);
}

static void write_shard_info(MetricsPage *p)
{
        const Shard *shard = &inventory_config(p->inventory)->shard;
        CLEANUP_BUF Buf number = BUF_INIT, count = BUF_INIT;

        buf_append_u64(&number, MAX_OF(shard->number, 1U));
        buf_append_u64(&count, MAX_OF(shard->count, 1U));
        if (buf_error(&number) < 0 || buf_error(&count) < 0)
                p->writer.out->failed = true;

        const MetricLabel labels[] = {
                {"shard", buf_str(&number)},
                {"shards", buf_str(&count)},
        };
        metrics_sample_i64(&p->writer, NULL, labels, ARRAY_LEN(labels), 1);
}

static void write_endpoints(MetricsPage *p)
{
        daemon_gauge(p, (int64_t) p->n_endpoints);
}

static void write_probes_in_flight(MetricsPage *p)
{
        daemon_gauge(p, p->daemon->n_probes_in_flight);
}

static void write_scheduler_lag(MetricsPage *p)
{
        metrics_sample(&p->writer, NULL, NULL, 0, p->daemon->scheduler_lag_seconds);
}

static void write_sessions_resumed(MetricsPage *p)
{
        daemon_gauge(p, (int64_t) p->daemon->n_sessions_resumed);
}

static void write_resolver_failures(MetricsPage *p)
{
        daemon_gauge(p, (int64_t) p->daemon->n_resolver_failures);
}

static void write_probe_duration(MetricsPage *p)
{
        if (p->daemon->probe_duration)
                metrics_histogram(&p->writer, NULL, p->daemon->probe_duration);
}

static void write_loop_stall(MetricsPage *p)
{
        if (p->daemon->loop_stall)
                metrics_histogram(&p->writer, NULL, p->daemon->loop_stall);
}

static void write_state_saved(MetricsPage *p)
{
        if (p->daemon->has_state)
                daemon_gauge(p, p->daemon->state_saved);
}

static void write_state_problem_info(MetricsPage *p)
{
        const MetricLabel labels[] = {{"problem", p->daemon->state_problem}};

        if (p->daemon->has_state && p->daemon->state_problem)
                metrics_sample_i64(&p->writer, NULL, labels, ARRAY_LEN(labels), 1);
}

static void write_state_last_write(MetricsPage *p)
{
        if (p->daemon->has_state && p->daemon->state_last_write_at != 0)
                daemon_gauge(p, p->daemon->state_last_write_at);
}

static void write_state_waiting(MetricsPage *p)
{
        if (p->daemon->has_state)
                daemon_gauge(p, (int64_t) p->daemon->n_state_waiting);
}

static void write_state_damaged(MetricsPage *p)
{
        if (p->daemon->has_state)
                daemon_gauge(p, (int64_t) p->daemon->n_state_damaged);
}

static void write_process_cpu(MetricsPage *p)
{
        if (p->daemon->has_process)
                metrics_sample(&p->writer, NULL, NULL, 0, p->daemon->cpu_seconds);
}

static void write_process_start_time(MetricsPage *p)
{
        daemon_gauge(p, p->daemon->started_at);
}

static void write_process_resident_memory(MetricsPage *p)
{
        if (p->daemon->has_process)
                daemon_gauge(p, (int64_t) p->daemon->resident_bytes);
}

static void write_process_virtual_memory(MetricsPage *p)
{
        if (p->daemon->has_process)
                daemon_gauge(p, (int64_t) p->daemon->virtual_bytes);
}

static void write_process_open_fds(MetricsPage *p)
{
        if (p->daemon->has_process)
                daemon_gauge(p, p->daemon->open_fds);
}

static void write_process_max_fds(MetricsPage *p)
{
        if (p->daemon->has_process)
                daemon_gauge(p, p->daemon->max_fds);
}

/* ---- the page ---- */

/* Who writes a family: exactly one of the four. */
typedef struct FamilyWriter {
        WriteEndpoint endpoint;
        WriteAddress address;
        WriteDaemon daemon;
        WriteKeystore keystore;
} FamilyWriter;

static const FamilyWriter family_writers[] = {
        [METRIC_ENDPOINT_INFO] = {.endpoint = metrics_write_endpoint_info},
        [METRIC_PROBE_SUCCESS] = {.endpoint = metrics_write_probe_success},
        [METRIC_PROBE_STAGE_SUCCESS] = {.address = metrics_write_probe_stage_success},
        [METRIC_PROBE_FAILURE_INFO] = {.endpoint = metrics_write_probe_failure_info},
        [METRIC_PROBES_TOTAL] = {.endpoint = metrics_write_probes_total},
        [METRIC_PROBE_FAILURES_TOTAL] = {.endpoint = metrics_write_probe_failures_total},
        [METRIC_PROBE_LAST_RUN] = {.endpoint = metrics_write_probe_last_run},
        [METRIC_PROBE_LAST_SUCCESS] = {.endpoint = metrics_write_probe_last_success},
        [METRIC_PROBE_NEXT_RUN] = {.endpoint = metrics_write_probe_next_run},
        [METRIC_PROBE_INTERVAL] = {.endpoint = metrics_write_probe_interval},
        [METRIC_PROBE_PHASE_DURATION] = {.address = metrics_write_probe_phase_duration},
        [METRIC_PROBE_DURATION] = {.daemon = write_probe_duration},
        [METRIC_CERT_NOT_AFTER] = {.address = metrics_write_cert_not_after},
        [METRIC_CERT_NOT_BEFORE] = {.address = metrics_write_cert_not_before},
        [METRIC_CERT_INFO] = {.address = metrics_write_cert_info},
        [METRIC_CHAIN_NOT_AFTER] = {.endpoint = metrics_write_chain_not_after},
        [METRIC_CHAIN_VERIFIED] = {.address = metrics_write_chain_verified},
        [METRIC_POLICY_EXPIRY_WARNING] = {.endpoint = metrics_write_policy_expiry_warning},
        [METRIC_POLICY_EXPIRY_CRITICAL] = {.endpoint = metrics_write_policy_expiry_critical},
        [METRIC_RENEW_BY] = {.endpoint = metrics_write_renew_by},
        [METRIC_TLS_INFO] = {.address = metrics_write_tls_info},
        [METRIC_POLICY_VIOLATION] = {.endpoint = metrics_write_policy_violation},
        [METRIC_CLIENT_CERT_REQUESTED] = {.address = metrics_write_client_cert_requested},
        [METRIC_CLIENT_CERT_REQUIRED] = {.address = metrics_write_client_cert_required},
        [METRIC_MQ_INFO] = {.endpoint = metrics_write_mq_info},
        [METRIC_MQ_LAST_RUN] = {.endpoint = metrics_write_mq_last_run},
        [METRIC_CIPHERSPEC_ACCEPTED] = {.endpoint = metrics_write_cipherspec_accepted},
        [METRIC_SURVEY_LAST_RUN] = {.endpoint = metrics_write_survey_last_run},
        [METRIC_DRIFT] = {.endpoint = metrics_write_drift},
        [METRIC_MIXED] = {.endpoint = metrics_write_mixed},
        [METRIC_CHANGES_TOTAL] = {.endpoint = metrics_write_changes_total},
        [METRIC_LAST_CHANGE] = {.endpoint = metrics_write_last_change},
        [METRIC_CHANGE_EXPECTED_UNTIL] = {.endpoint = metrics_write_change_expected_until},
        [METRIC_ADDRESSES] = {.endpoint = metrics_write_addresses},
        [METRIC_ADDRESSES_CONSISTENT] = {.endpoint = metrics_write_addresses_consistent},
        [METRIC_SERVED_MATCHES_KEYSTORE] = {.endpoint = metrics_write_served_matches_keystore},
        [METRIC_KEYSTORE_INFO] = {.keystore = metrics_write_keystore_info},
        [METRIC_KEYSTORE_READABLE] = {.keystore = metrics_write_keystore_readable},
        [METRIC_KEYSTORE_LAST_READ] = {.keystore = metrics_write_keystore_last_read},
        [METRIC_KEYSTORE_CERT_NOT_AFTER] = {.keystore = metrics_write_keystore_cert_not_after},
        [METRIC_KEYSTORE_POLICY_EXPIRY_WARNING] =
                {.keystore = metrics_write_keystore_policy_expiry_warning},
        [METRIC_KEYSTORE_POLICY_EXPIRY_CRITICAL] =
                {.keystore = metrics_write_keystore_policy_expiry_critical},
        [METRIC_KEYSTORE_FINDING] = {.keystore = metrics_write_keystore_finding},
        [METRIC_BUILD_INFO] = {.daemon = write_build_info},
        [METRIC_CONFIG_RELOAD_SUCCESSFUL] = {.daemon = write_config_reload_successful},
        [METRIC_CONFIG_RELOAD_SUCCESS] = {.daemon = write_config_reload_success},
        [METRIC_DAEMON_FINDING] = {.daemon = metrics_write_daemon_finding},
        [METRIC_WEB_CERT_NOT_AFTER] = {.daemon = metrics_write_web_cert_not_after},
        [METRIC_WEB_FILE_RELOAD_SUCCESSFUL] = {.daemon = metrics_write_web_file_reload_successful},
        [METRIC_WEB_HANDSHAKE_FAILURES_TOTAL] = {.daemon = metrics_write_web_handshake_failures},
        [METRIC_WEB_LOGIN_FAILURES_TOTAL] = {.daemon = metrics_write_web_login_failures},
        [METRIC_WEB_LOGINS_THROTTLED_TOTAL] = {.daemon = metrics_write_web_logins_throttled},
        [METRIC_ENDPOINTS] = {.daemon = write_endpoints},
        [METRIC_SHARD_INFO] = {.daemon = write_shard_info},
        [METRIC_PROBES_IN_FLIGHT] = {.daemon = write_probes_in_flight},
        [METRIC_SCHEDULER_LAG] = {.daemon = write_scheduler_lag},
        [METRIC_LOOP_STALL] = {.daemon = write_loop_stall},
        [METRIC_SESSIONS_RESUMED_TOTAL] = {.daemon = write_sessions_resumed},
        [METRIC_RESOLVER_FAILURES_TOTAL] = {.daemon = write_resolver_failures},
        [METRIC_STATE_SAVED] = {.daemon = write_state_saved},
        [METRIC_STATE_PROBLEM_INFO] = {.daemon = write_state_problem_info},
        [METRIC_STATE_LAST_WRITE] = {.daemon = write_state_last_write},
        [METRIC_STATE_WAITING] = {.daemon = write_state_waiting},
        [METRIC_STATE_DAMAGED_TOTAL] = {.daemon = write_state_damaged},
        [METRIC_PROCESS_CPU_SECONDS_TOTAL] = {.daemon = write_process_cpu},
        [METRIC_PROCESS_START_TIME] = {.daemon = write_process_start_time},
        [METRIC_PROCESS_RESIDENT_MEMORY] = {.daemon = write_process_resident_memory},
        [METRIC_PROCESS_VIRTUAL_MEMORY] = {.daemon = write_process_virtual_memory},
        [METRIC_PROCESS_OPEN_FDS] = {.daemon = write_process_open_fds},
        [METRIC_PROCESS_MAX_FDS] = {.daemon = write_process_max_fds},
};

_Static_assert(ARRAY_LEN(family_writers) == _METRIC_MAX, "every metric is written by somebody");

static void page_write_family(MetricsPage *p, Metric m)
{
        const FamilyWriter *family = &family_writers[m];

        if (family->daemon && !p->daemon)
                return;

        metrics_family(&p->writer, m);

        if (family->daemon)
                family->daemon(p);
        for (size_t i = 0; family->endpoint && i < p->n_endpoints; i++)
                family->endpoint(p, &p->endpoints[i]);
        for (size_t i = 0; family->address && i < p->n_rows; i++)
                family->address(p, &p->rows[i]);
        for (size_t i = 0; family->keystore && i < p->n_keystores; i++)
                family->keystore(p, &p->keystores[i]);
}

static int page_write(MetricsPage *p, MetricsFormat format, Buf *b)
{
        int r = page_make_rows(p);

        if (r < 0)
                return r;

        metrics_begin(&p->writer, b, format);
        for (int m = 0; m < _METRIC_MAX; m++)
                page_write_family(p, (Metric) m);
        metrics_end(&p->writer);

        return buf_error(b);
}

int render_metrics(
        const Inventory *inventory, const DaemonFacts *daemon, MetricsFormat format, Buf *b)
{
        CLEANUP(page_done)
        MetricsPage p = {
                .inventory = inventory,
                .daemon = daemon,
        };

        assert(inventory);
        assert(b);

        return page_write(&p, format, b);
}

int render_metrics_of(
        const Inventory *inventory, const Endpoint *e, MetricsFormat format, Buf *b)
{
        CLEANUP(page_done)
        MetricsPage p = {
                .inventory = inventory,
                .only = e,
        };

        assert(inventory);
        assert(e);
        assert(b);

        return page_write(&p, format, b);
}
