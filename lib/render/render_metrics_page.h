/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_RENDER_RENDER_METRICS_PAGE_H
#define MQTLS_RENDER_RENDER_METRICS_PAGE_H

/* Between the files of render_metrics only: the page under way and its rows, and what is written for
 * a row of a family. The header of the family stands already. */

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "model/inventory.h"
#include "render/daemon_facts.h"
#include "render/metrics.h"

typedef struct EndpointRow {
        const Endpoint *endpoint;
        size_t block;             /* where its label block begins in MetricsPage.blocks */
        size_t first_row, n_rows; /* of its addresses */
} EndpointRow;

typedef struct AddressRow {
        const Endpoint *endpoint;
        const AddressObservation *address; /* NULL: nothing was observed that could speak */
        const StageResult *stages;
        Diagnosis primary;      /* of this address */
        const Finding *failure; /* the first one that fails the probe here, NULL: none */
        size_t block;
} AddressRow;

typedef struct KeystoreRow {
        const Repository *repository;
        size_t block;        /* of its name */
        unsigned *positions; /* parallel to its certificates */
} KeystoreRow;

typedef struct MetricsPage {
        MetricsWriter writer;
        const Inventory *inventory;
        const DaemonFacts *daemon; /* NULL: none */
        const Endpoint *only;      /* this one, and nothing that belongs to no endpoint; NULL: all */
        EndpointRow *endpoints;
        size_t n_endpoints;
        AddressRow *rows;
        size_t n_rows;
        KeystoreRow *keystores;
        size_t n_keystores;
        Buf blocks; /* label blocks, each ended by a NUL */
} MetricsPage;

/* The label block that begins there; valid until the next row is added. */
const char *metrics_page_block(const MetricsPage *p, size_t at);

/* The first finding that fails the probe and is about this address (-1: any); NULL: none. */
const Finding *metrics_first_failure(const Endpoint *e, int address);

typedef void (*WriteEndpoint)(MetricsPage *p, const EndpointRow *er);
typedef void (*WriteAddress)(MetricsPage *p, const AddressRow *row);
typedef void (*WriteDaemon)(MetricsPage *p);
typedef void (*WriteKeystore)(MetricsPage *p, const KeystoreRow *row);

void metrics_write_endpoint_info(MetricsPage *p, const EndpointRow *er);
void metrics_write_probe_success(MetricsPage *p, const EndpointRow *er);
void metrics_write_probes_total(MetricsPage *p, const EndpointRow *er);
void metrics_write_probe_failures_total(MetricsPage *p, const EndpointRow *er);
void metrics_write_probe_last_run(MetricsPage *p, const EndpointRow *er);
void metrics_write_probe_last_success(MetricsPage *p, const EndpointRow *er);
void metrics_write_probe_next_run(MetricsPage *p, const EndpointRow *er);
void metrics_write_probe_interval(MetricsPage *p, const EndpointRow *er);
void metrics_write_chain_not_after(MetricsPage *p, const EndpointRow *er);
void metrics_write_policy_expiry_warning(MetricsPage *p, const EndpointRow *er);
void metrics_write_policy_expiry_critical(MetricsPage *p, const EndpointRow *er);
void metrics_write_renew_by(MetricsPage *p, const EndpointRow *er);
void metrics_write_policy_violation(MetricsPage *p, const EndpointRow *er);
void metrics_write_mq_info(MetricsPage *p, const EndpointRow *er);
void metrics_write_mq_last_run(MetricsPage *p, const EndpointRow *er);
void metrics_write_cipherspec_accepted(MetricsPage *p, const EndpointRow *er);
void metrics_write_survey_last_run(MetricsPage *p, const EndpointRow *er);
void metrics_write_drift(MetricsPage *p, const EndpointRow *er);
void metrics_write_mixed(MetricsPage *p, const EndpointRow *er);
void metrics_write_changes_total(MetricsPage *p, const EndpointRow *er);
void metrics_write_last_change(MetricsPage *p, const EndpointRow *er);
void metrics_write_change_expected_until(MetricsPage *p, const EndpointRow *er);
void metrics_write_addresses(MetricsPage *p, const EndpointRow *er);
void metrics_write_addresses_consistent(MetricsPage *p, const EndpointRow *er);
void metrics_write_probe_failure_info(MetricsPage *p, const EndpointRow *er);

void metrics_write_daemon_finding(MetricsPage *p);
void metrics_write_web_cert_not_after(MetricsPage *p);
void metrics_write_web_file_reload_successful(MetricsPage *p);
void metrics_write_web_handshake_failures(MetricsPage *p);
void metrics_write_web_login_failures(MetricsPage *p);
void metrics_write_web_logins_throttled(MetricsPage *p);

void metrics_write_probe_stage_success(MetricsPage *p, const AddressRow *row);
void metrics_write_probe_phase_duration(MetricsPage *p, const AddressRow *row);
void metrics_write_cert_not_after(MetricsPage *p, const AddressRow *row);
void metrics_write_cert_not_before(MetricsPage *p, const AddressRow *row);
void metrics_write_cert_info(MetricsPage *p, const AddressRow *row);
void metrics_write_chain_verified(MetricsPage *p, const AddressRow *row);
void metrics_write_tls_info(MetricsPage *p, const AddressRow *row);
void metrics_write_client_cert_requested(MetricsPage *p, const AddressRow *row);
void metrics_write_client_cert_required(MetricsPage *p, const AddressRow *row);

/* ---- render_metrics_keystore.c ---- */

/* The rows of all key repositories. Returns 0 or -ENOMEM. */
int metrics_page_add_keystores(MetricsPage *p);
void metrics_page_keystores_done(MetricsPage *p);

void metrics_write_served_matches_keystore(MetricsPage *p, const EndpointRow *er);

void metrics_write_keystore_info(MetricsPage *p, const KeystoreRow *row);
void metrics_write_keystore_readable(MetricsPage *p, const KeystoreRow *row);
void metrics_write_keystore_last_read(MetricsPage *p, const KeystoreRow *row);
void metrics_write_keystore_cert_not_after(MetricsPage *p, const KeystoreRow *row);
void metrics_write_keystore_policy_expiry_warning(MetricsPage *p, const KeystoreRow *row);
void metrics_write_keystore_policy_expiry_critical(MetricsPage *p, const KeystoreRow *row);
void metrics_write_keystore_finding(MetricsPage *p, const KeystoreRow *row);

#endif
